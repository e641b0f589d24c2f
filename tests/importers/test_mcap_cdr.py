"""Messages decoded in columns are what was serialized, whatever their types and places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import CorruptError, UnsupportedError
from rrdimporters.mcap.cdr import CDR, ROS1, Decoded, decode_messages
from rrdimporters.mcap.columns import to_arrow
from rrdimporters.mcap.ros_channels import arrow_type
from rrdimporters.mcap.ros_types import (
    Message,
    Primitive,
    RosType,
    Sequence,
    Text,
    parse_ros1,
    parse_ros2,
)
from rrdimporters.mcap.testing import serialized

_LIMITS = {"u1": 8, "u2": 16, "u4": 32, "u8": 64, "i1": 7, "i2": 15, "i4": 31, "i8": 63}


def _types(depth: int) -> st.SearchStrategy[RosType]:
    plain: st.SearchStrategy[RosType] = st.one_of(
        st.sampled_from([*_LIMITS, "f4", "f8", "b1"]).map(Primitive), st.just(Text())
    )
    if not depth:
        return plain
    inner = st.one_of(plain, _messages(depth - 1))
    lists = st.builds(Sequence, inner, st.one_of(st.none(), st.integers(0, 4)))
    return st.one_of(plain, lists, _messages(depth - 1))


@st.composite
def _messages(draw: st.DrawFn, depth: int = 2) -> Message:
    kinds = draw(st.lists(_types(depth), min_size=1, max_size=5))
    return Message("t/T", {f"f{i}": kind for i, kind in enumerate(kinds)})


def _values(draw: st.DrawFn, kind: RosType) -> Any:
    match kind:
        case Primitive("b1"):
            return draw(st.booleans())
        case Primitive("f4"):
            return draw(st.floats(width=32, allow_nan=False))
        case Primitive("f8"):
            return draw(st.floats(allow_nan=False))
        case Primitive(code):
            top = 2 ** _LIMITS[code]
            return draw(st.integers(-top if code[0] == "i" else 0, top - 1))
        case Text():
            return draw(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
        case Sequence(item, length):
            count = draw(st.integers(0, 20)) if length is None else length
            return [_values(draw, item) for _ in range(count)]
        case Message():
            return {name: _values(draw, inner) for name, inner in kind.fields.items()}


@st.composite
def _samples(draw: st.DrawFn) -> tuple[Message, list[Any]]:
    message = draw(_messages())
    different = [_values(draw, message) for _ in range(draw(st.integers(1, 3)))]
    return message, different * draw(st.sampled_from([1, 8]))  # many take other paths than few


def _decode(message: Message, pieces: list[bytes], header: int, **how: Any) -> Decoded:
    sizes = np.array([len(piece) - header for piece in pieces])
    ends = np.cumsum([len(piece) for piece in pieces])
    data = np.frombuffer(b"".join(pieces), np.uint8)
    return decode_messages(message, data, ends - sizes, sizes, **how)


def _plain(decoded: Decoded, message: Message) -> list[Any]:
    array = to_arrow(decoded.rows, arrow_type(message))
    array.validate(full=True)
    found: list[Any] = array.to_pylist()
    return found


@given(_samples(), st.booleans())
def test_cdr_round_trip(sample: tuple[Message, list[Any]], big_endian: bool) -> None:
    message, values = sample
    pieces = [serialized(message, value, big_endian=big_endian) for value in values]
    decoded = _decode(message, pieces, 4, layout=CDR, big_endian=big_endian)
    assert decoded.good.all()
    assert _plain(decoded, message) == values


@given(_samples())
def test_ros1_round_trip(sample: tuple[Message, list[Any]]) -> None:
    message, values = sample
    pieces = [serialized(message, value, is_ros1=True) for value in values]
    decoded = _decode(message, pieces, 0, layout=ROS1)
    assert decoded.good.all()
    assert _plain(decoded, message) == values


@given(_samples(), st.data())
def test_a_cut_message_costs_itself_only(
    sample: tuple[Message, list[Any]], data: st.DataObject
) -> None:
    message, values = sample
    pieces = [serialized(message, value) for value in values]
    whole = pieces[0]
    cut = whole[: data.draw(st.integers(4, len(whole)))]
    decoded = _decode(message, [cut, *pieces], 4)
    assert decoded.good[1:].all()
    if decoded.good[0]:  # trailing bytes are nobody's
        assert len(cut) == len(whole) or _plain(decoded, message)[1:] == values
    else:
        assert _plain(decoded, message) == values


@given(st.binary(max_size=200), _messages())
def test_any_bytes_are_decoded_or_refused(noise: bytes, message: Message) -> None:
    decoded = _decode(message, [b"\0\1\0\0" + noise] * 3, 4)
    assert len(decoded.rows) == int(decoded.good.sum())
    _plain(decoded, message)


def test_text_that_is_no_utf8_keeps_the_message() -> None:
    decoded = _decode(Message("t/T", {"a": Text()}), [b"\0\1\0\0\x03\0\0\0\xffA\0"], 4)
    assert _plain(decoded, Message("t/T", {"a": Text()})) == [{"a": "\ufffdA"}]


def test_a_huge_count_takes_no_memory() -> None:
    message = Message("t/T", {"a": Sequence(Text()), "b": Sequence(Primitive("f8"))})
    decoded = _decode(
        message, [b"\0\1\0\0\xff\xff\xff\xff", b"\0\1\0\0" + bytes(4) + b"\xff" * 4], 4
    )
    assert not decoded.good.any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int32 a\nint32 B=3\n# c\nfloat64 b 3.5", {"a": Primitive("i4"), "b": Primitive("f8")}),
        ("string<=5 a\nint8[<=3] b\nint8[3] c", None),
        ("pkg/In a\n===\nMSG: pkg/In\nbool x", {"a": Message("pkg/In", {"x": Primitive("b1")})}),
        ("In a\n======\nMSG: pkg/In\nuint8 K=1\nuint8 J=2", {"a": Primitive("u1")}),
        ("", {"structure_needs_at_least_one_member": Primitive("u1")}),
    ],
)
def test_definitions(text: str, expected: dict[str, RosType] | None) -> None:
    message = parse_ros2("pkg/msg/T", text)
    if expected is None:
        assert message.fields["c"] == Sequence(Primitive("i1"), 3)
        expected = {"a": Text(), "b": Sequence(Primitive("i1")), "c": message.fields["c"]}
    assert dict(message.fields) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("wstring a", UnsupportedError),
        ("Header a", CorruptError),
        ("int32[x] a", CorruptError),
        ("int32", CorruptError),
        ("pkg/A a\n===\nMSG: pkg/A\npkg/A b", CorruptError),
        ("pkg/A a\n===\nint32 b", CorruptError),
        ("uint8[99999999999] a", UnsupportedError),
        (
            "A0 a\n" + "".join(f"===\nMSG: p/A{i}\nA{i + 1} x\n" for i in range(500)),
            UnsupportedError,
        ),
    ],
)
def test_definitions_that_cannot_be_used(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_ros2("p/msg/T", text)


def test_types_that_are_huge_by_repetition_are_refused() -> None:
    sections = [f"===\nMSG: p/A{i}\n" + f"A{i + 1} a\nA{i + 1} b\n" for i in range(30)]
    with pytest.raises(UnsupportedError):
        parse_ros2("p/msg/T", "A0 a\n" + "".join(sections) + "===\nMSG: p/A30\nint8 x")


def test_ros1_has_times_and_headers() -> None:
    message = parse_ros1(
        "p/T", "Header h\ntime t\n===\nMSG: std_msgs/Header\nuint32 seq\ntime stamp"
    )
    decoded = _decode(
        message, [serialized(message, {"t": {"sec": 3}}, is_ros1=True)], 0, layout=ROS1
    )
    assert math.isclose(decoded.rows.numbers("t", "sec")[0], 3)
