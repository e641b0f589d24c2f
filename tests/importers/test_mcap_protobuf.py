"""Protobuf channels as the reference converts them, and what it fails on."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.reader import Recording
from rrdformats.stores import StoreId, StoreKind
from rrdimporters.mcap import McapSettings
from rrdimporters.mcap.protobuf_columns import arrow_struct, decode_protobuf
from rrdimporters.mcap.protobuf_types import parse_descriptors
from rrdimporters.mcap.testing import McapFile, Sent
from rrdimporters.report import ImportReport
from rrdtool.operations.mcap_convert import mcap_convert

descriptor_pb2 = pytest.importorskip("google.protobuf.descriptor_pb2")
descriptor_pool = pytest.importorskip("google.protobuf.descriptor_pool")
message_factory = pytest.importorskip("google.protobuf.message_factory")

PATIENCE = 60.0  # seconds
STORE = StoreId(StoreKind.RECORDING, "rec", "app")
SCALARS = (
    *("double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string"),
    *("bytes", "uint32", "sfixed32", "sfixed64", "sint32", "sint64"),
)


def field(message: Any, name: str, kind: str, *, repeated: bool = False, **more: Any) -> Any:
    """Adds a field; `kind` is a scalar, or the full name of a message, or `enum NAME`."""
    numbers = descriptor_pb2.FieldDescriptorProto
    added = message.field.add(name=name, number=len(message.field) + 1, **more)
    added.label = numbers.LABEL_REPEATED if repeated else numbers.LABEL_OPTIONAL
    if kind in SCALARS:
        added.type = getattr(numbers, f"TYPE_{kind.upper()}")
    else:
        is_enum, _, name = kind.rpartition(" ")
        added.type = numbers.TYPE_ENUM if is_enum else numbers.TYPE_MESSAGE
        added.type_name = f".{name}"
    return added


def all_types() -> Any:
    """Descriptors of `my.All`, which has a field of every kind."""
    from google.protobuf import struct_pb2, timestamp_pb2

    files = descriptor_pb2.FileDescriptorSet()
    for module in (timestamp_pb2, struct_pb2):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    file = files.file.add(name="all.proto", package="my", syntax="proto3")
    file.dependency.extend(one.name for one in files.file[:2])
    colors = file.enum_type.add(name="Color")
    colors.value.add(name="RED", number=0)
    colors.value.add(name="BLUE", number=5)
    point = file.message_type.add(name="Point")
    for name in "xy":
        field(point, name, "double")
    node = file.message_type.add(name="Node")
    field(node, "v", "int32")
    field(node, "next", "my.Node")
    file.message_type.add(name="Nothing")
    message = file.message_type.add(name="All")
    for kind in SCALARS:
        field(message, f"one_{kind}", kind)
        field(message, f"all_{kind}", kind, repeated=True)
    for name in ("choice", "lonely", "_maybe"):
        message.oneof_decl.add(name=name)
    field(message, "choice_number", "int32", oneof_index=0)
    field(message, "choice_point", "my.Point", oneof_index=0)
    field(message, "choice_color", "enum my.Color", oneof_index=0)
    field(message, "only", "string", oneof_index=1)
    field(message, "maybe", "int32", oneof_index=2, proto3_optional=True)
    for name, kind in (("color", "enum my.Color"), ("point", "my.Point"), ("node", "my.Node")):
        field(message, name, kind)
        field(message, f"{name}s", kind, repeated=True)
    field(message, "time", "google.protobuf.Timestamp")
    field(message, "anything", "google.protobuf.Struct")
    field(message, "nothing", "my.Nothing")
    for name, key, value in (
        ("numbers", "string", "int32"),
        ("kinds", "int64", "enum my.Color"),
        ("places", "bool", "my.Point"),
    ):
        entry = message.nested_type.add(name=f"{name.capitalize()}Entry")
        entry.options.map_entry = True
        field(entry, "key", key)
        field(entry, "value", value)
        field(message, f"{name}", f"my.All.{entry.name}", repeated=True)
    return files


FILES = all_types()
POOL = descriptor_pool.DescriptorPool()
for one in FILES.file:
    POOL.Add(one)
All: Any = message_factory.GetMessageClass(POOL.FindMessageTypeByName("my.All"))


def filled() -> Any:
    message = All(
        one_double=1.5, one_int64=-3, one_uint64=2**63 + 1, one_int32=-7, one_bool=True,
        one_string="hé", one_bytes=b"\0\1", one_sint32=-100, one_sint64=-(2**60), one_float=0.1,
        all_double=[1, 2, math.inf], all_int32=[-1, 5, 300], all_sint64=[-1, 1],
        all_bool=[True, False],
        all_string=["a", ""], all_bytes=[b"x"], all_fixed32=[7], all_uint64=[2**64 - 1],
        color=5, colors=[0, 5], choice_number=4, only="o", maybe=0,
        numbers={"z": 1, "a": 2}, kinds={3: 5, -1: 0},
    )  # fmt: skip
    message.point.x = 4
    message.points.add(x=1, y=2)
    message.points.add()
    message.node.next.v = 4
    message.nodes.add(v=1)
    message.time.seconds = 5
    message.anything.update({"b": 1, "a": [1.5, "x", None, True, {"z": math.nan}], "c": 1e21})
    message.nothing.SetInParent()
    message.places[True].x = 1
    return message


def choices() -> list[Any]:
    other = All(choice_color=5)
    point = All(one_double=2)
    point.choice_point.y = 3
    point.anything.SetInParent()
    return [All(), filled(), other, point]


def file_of(messages: list[bytes], name: str = "my.All", files: Any = FILES) -> McapFile:
    file = McapFile()
    schema = (name, "protobuf", files.SerializeToString())
    channel = file.add("/p", schema, "protobuf")
    file.chunks = [[Sent(channel, i, data) for i, data in enumerate(messages)]]
    return file


@pytest.mark.parametrize("copies", [1, 5])
def test_every_kind_of_field(
    copies: int, reference: Path, tmp_path: Path, convert: Callable[..., ImportReport]
) -> None:
    data = [message.SerializeToString() for message in choices()] * copies
    path, theirs, mine = (tmp_path / name for name in ("in.mcap", "theirs.rrd", "ours.rrd"))
    path.write_bytes(file_of(data).to_bytes())
    words: list[str | Path] = [
        reference,
        "mcap",
        "convert",
        path,
        "-o",
        theirs,
        "--application-id",
        "app",
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE)
    convert(path, mine, McapSettings(strict_reference=True))
    words = [reference, "rrd", "compare", "--unordered", theirs, mine]
    compared = subprocess.run(words, check=False, capture_output=True, timeout=PATIENCE)
    assert compared.returncode == 0, compared.stderr.decode()[-2_000:]


@pytest.fixture
def convert() -> Callable[..., ImportReport]:
    def run(path: Path, out: Path, settings: McapSettings) -> ImportReport:
        with out.open("wb") as file:
            return mcap_convert(path, file, STORE, settings, lambda _d, _t: None)

    return run


def decoded(pieces: list[bytes]) -> tuple[list[Any], list[bool]]:
    sizes = np.array([len(piece) for piece in pieces])
    data = np.frombuffer(b"".join(pieces), np.uint8)
    message = parse_descriptors(FILES.SerializeToString(), "my.All")
    rows, good = decode_protobuf(message, data, np.cumsum(sizes) - sizes, sizes)
    array = arrow_struct(rows)
    array.validate(full=True)
    return array.to_pylist(), good.tolist()


def test_numbers_of_enums_that_nobody_declared_are_kept() -> None:
    rows, _ = decoded([All(color=77, colors=[1, 5]).SerializeToString()])
    assert rows[0]["color"] == {"name": "77", "value": 77}
    assert [one["name"] for one in rows[0]["colors"]] == ["1", "BLUE"]


def test_numbers_that_are_not_packed() -> None:
    packed = All(all_int32=[1, 2]).SerializeToString()
    number = parse_descriptors(FILES.SerializeToString(), "my.All").field("all_int32").number
    tag = number << 3
    loose = bytes([tag & 0x7F | 0x80, tag >> 7]) if tag > 127 else bytes([tag])
    rows, good = decoded([loose + b"\x03" + packed + loose + b"\x04"])
    assert good == [True]
    assert rows[0]["all_int32"] == [3, 1, 2, 4]


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=12))
def test_any_bytes_are_decoded_or_refused(pieces: list[bytes]) -> None:
    rows, good = decoded(pieces)
    assert len(rows) == sum(good)


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_flipped_byte_costs_its_message_only(place: int, byte: int) -> None:
    data = bytearray(filled().SerializeToString())
    data[place % len(data)] = byte
    sound = filled().SerializeToString()
    rows, good = decoded([sound] * 9 + [bytes(data)] + [sound] * 2)
    assert good[:9] == [True] * 9
    assert good[10:] == [True] * 2
    assert repr(rows[0]) == repr(rows[8]) == repr(rows[-1])


def columns(path: Path) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    with Recording.open(path) as recording:
        for item in recording.chunks():
            for descriptor, column in item.chunk.components.items():
                found.setdefault(descriptor.component, []).extend(column.to_pylist())
    return found


def foxglove_types() -> Any:
    """Descriptors of `foxglove.FrameTransforms` and what it consists of."""
    from google.protobuf import timestamp_pb2

    files = descriptor_pb2.FileDescriptorSet()
    timestamp_pb2.DESCRIPTOR.CopyToProto(files.file.add())
    file = files.file.add(name="f.proto", package="foxglove", syntax="proto3")
    file.dependency.append(files.file[0].name)
    for name, letters in (("Vector3", "xyz"), ("Quaternion", "xyzw")):
        message = file.message_type.add(name=name)
        for letter in letters:
            field(message, letter, "double")
    message = file.message_type.add(name="FrameTransform")
    field(message, "timestamp", "google.protobuf.Timestamp")
    field(message, "parent_frame_id", "string")
    field(message, "child_frame_id", "string")
    field(message, "translation", "foxglove.Vector3")
    field(message, "rotation", "foxglove.Quaternion")
    message = file.message_type.add(name="FrameTransforms")
    field(message, "transforms", "foxglove.FrameTransform", repeated=True)
    return files


def test_transforms_of_which_some_are_missing(
    tmp_path: Path, convert: Callable[..., ImportReport], reference: Path
) -> None:
    files = foxglove_types()
    pool = descriptor_pool.DescriptorPool()
    for one in files.file:
        pool.Add(one)
    name = "foxglove.FrameTransforms"
    kind: Any = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
    whole = kind()
    whole.transforms.add(parent_frame_id="a").translation.x = 1
    whole.transforms.add(child_frame_id="b")
    messages = [kind(), whole, kind()]  # the reference fails on this order
    path, out = tmp_path / "in.mcap", tmp_path / "out.rrd"
    data = [message.SerializeToString() for message in messages]
    path.write_bytes(file_of(data, name, files).to_bytes())
    report = convert(path, out, McapSettings())
    assert not report.losses
    found = columns(out)
    assert found["Transform3D:parent_frame"] == [["a"], [""]]
    assert found["Transform3D:translation"] == [[[1.0, 0.0, 0.0]], None]
    words: list[str | Path] = [reference, "rrd", "verify", out]
    assert subprocess.run(words, check=False, capture_output=True, timeout=PATIENCE).returncode == 0
