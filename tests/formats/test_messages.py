"""The messages of section 2: what is written byte for byte, what readers forgive and refuse."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import CorruptError, LimitError, RrdError, UnsupportedError
from rrdformats.framing import CrateVersion
from rrdformats.limits import Limits
from rrdformats.messages import (
    ArrowMsg,
    BlueprintActivation,
    Compression,
    EncodedManifest,
    SetStoreInfo,
    SourceKind,
    StoreId,
    StoreInfo,
    StoreKind,
    StoreSource,
    encode_footer,
    normalized_application_id,
    parse_footer,
)
from rrdformats.testing import assembly
from rrdformats.testing.assembly import blob, fixed, number
from rrdformats.testing.strategies import store_ids
from rrdformats.tuid import Tuid

UNKNOWN_FIELDS = number(14, 3) + blob(15, b"from the future") + fixed(13, 1)
STORE = StoreId(StoreKind.RECORDING, "rec", "app")

U64 = st.integers(0, 2**64 - 1)
TUIDS = st.builds(Tuid, U64, U64)
VERSIONS = st.builds(CrateVersion, *[st.integers(0, 255)] * 4)
SOURCES = st.one_of(
    st.builds(StoreSource, st.sampled_from(SourceKind)),
    st.builds(
        StoreSource.python, st.tuples(*[st.integers(0, 99)] * 3), st.sampled_from(["", "rc1"])
    ),
)


def parsed(message: type[Any], data: bytes, **options: Any) -> Any:
    """The message read from the middle of a buffer."""
    around = b"\xff" * 3 + data + b"\xff" * 3
    return message.parse(memoryview(around), 3, 3 + len(data), **options)


# --- store ids ---------------------------------------------------------------------------------


@given(store_ids())
def test_store_ids_come_back_as_they_were_written(store: StoreId) -> None:
    assert parsed(StoreId, store.to_bytes()) == store


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (assembly.store_id(), STORE),
        (assembly.store_id(kind=2), StoreId(StoreKind.BLUEPRINT, "rec", "app")),
        (assembly.store_id(kind=0), STORE),
        (assembly.store_id(application=None), StoreId(StoreKind.RECORDING, "rec")),
        (blob(3, blob(1, "app")), StoreId(StoreKind.RECORDING, "", "app")),
        (assembly.store_id(application="a/b"), StoreId(StoreKind.RECORDING, "rec", "a-b5aae")),
        (assembly.store_id() + UNKNOWN_FIELDS, STORE),
        (assembly.store_id() + number(2, 1) + number(3, 1) + blob(1, b""), STORE),
        (blob(3, blob(2, "x") + blob(1, "app")) + blob(2, "rec"), STORE),
    ],
)
def test_store_ids_are_read_forgivingly(data: bytes, expected: StoreId) -> None:
    found = parsed(StoreId, data)
    assert found == expected
    assert found.key == expected.key


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (assembly.store_id(application=""), CorruptError, "empty application id"),
        (assembly.store_id(kind=3), CorruptError, "unknown store kind 3"),
        (blob(2, b"\xff"), CorruptError, "recording id is not UTF-8"),
        (blob(3, blob(1, b"\xff")), CorruptError, "application id is not UTF-8"),
        (blob(2, "x" * 2000), LimitError, "length of recording id is 2000"),
        (blob(3, blob(1, "x" * 2000)), LimitError, "length of application id is 2000"),
    ],
)
def test_impossible_store_ids_are_errors(data: bytes, error: type[RrdError], reason: str) -> None:
    with pytest.raises(error, match=reason):
        parsed(StoreId, data, limits=Limits(text_bytes=1000))


@pytest.mark.parametrize(
    ("store", "text"),
    [
        (STORE, "recording app/rec"),
        (StoreId(StoreKind.BLUEPRINT, "b"), "blueprint ?/b"),
    ],
)
def test_store_ids_print_kind_application_and_recording(store: StoreId, text: str) -> None:
    assert str(store) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rerun_example", "rerun_example"),
        ("a-b_c [1]: 2", "a-b_c [1]: 2"),
        ("my/app.v1 [x]:é", "my-app-v1 [x]:-5e17"),
        ("x" * 180, "x" * 180),
    ],
)
def test_application_ids_are_normalized(text: str, expected: str) -> None:
    assert normalized_application_id(text) == expected


@given(st.text(min_size=1, max_size=200))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    once = normalized_application_id(text)
    assert len(once) <= 180
    assert normalized_application_id(once) == once


def test_long_application_ids_keep_176_characters_and_a_hash() -> None:
    long = normalized_application_id("x" * 181)
    assert long[:176] == "x" * 176
    assert len(long) == 180
    assert int(long[176:], 16) >= 0


# --- store infos -------------------------------------------------------------------------------


def test_a_store_info_is_written_as_the_sheet_shows() -> None:
    message = SetStoreInfo(
        Tuid(0x18EA5FD6C9A49DC6, 0x5AF0A54267535911),
        StoreInfo(
            StoreId(StoreKind.RECORDING, "rec-1", "rerun_example_fmt"),
            StoreSource.python((3, 11, 7)),
            CrateVersion(0, 41, 0),
        ),
    )
    expected = (
        "0a12 09c69da4c9d65fea18 111159536742a5f05a"
        "1233 121e 0801 1205 7265632d31 1a13 0a11 726572756e5f6578616d706c655f666d74"
        "2a0c 0802 1208 0a06 0803 100b 1807"
        "3203 088052"
    )
    assert message.to_bytes() == bytes.fromhex(expected)
    assert parsed(SetStoreInfo, message.to_bytes()) == message


@given(TUIDS, store_ids(), SOURCES, st.one_of(st.none(), VERSIONS))
def test_store_infos_come_back_as_they_were_written(
    row_id: Tuid, store: StoreId, source: StoreSource, version: CrateVersion | None
) -> None:
    message = SetStoreInfo(row_id, StoreInfo(store, source, version))
    assert parsed(SetStoreInfo, message.to_bytes()) == message


@pytest.mark.parametrize(
    "data",
    [
        assembly.set_store_info(),
        assembly.set_store_info(application="ignored"),
        assembly.set_store_info(assembly.store_id(application=None), application="app"),
        assembly.set_store_info() + UNKNOWN_FIELDS,
        number(1, 7) + number(2, 7) + assembly.set_store_info(),
    ],
)
def test_the_application_comes_from_the_id_or_else_from_the_info(data: bytes) -> None:
    info = parsed(SetStoreInfo, data).info
    assert info.store_id == STORE
    assert info.version == (0, 41, 0, 0)


def test_a_store_info_needs_no_version() -> None:
    assert parsed(SetStoreInfo, assembly.set_store_info(version=None)).info.version is None


def test_fields_of_another_wire_type_are_unknown_at_every_level() -> None:
    odd = b"".join(number(i, 9) for i in range(1, 8)) + UNKNOWN_FIELDS
    extra = blob(1, number(1, 3) + odd[8:]) + odd
    source = number(1, 2) + blob(2, extra) + fixed(1, 1) + number(2, 1)
    version = blob(6, number(1, 0x2900) + blob(1, b"x") + number(2, 7))
    info = odd + blob(2, odd[2:] + assembly.store_id()) + blob(5, source) + version
    found = parsed(SetStoreInfo, odd + ROW_ID + blob(2, info)).info
    assert found.store_id == STORE
    assert found.version == (0, 41, 0, 0)
    data = number(1, 1) + assembly.activation() + blob(2, b"") + blob(3, b"")
    assert parsed(BlueprintActivation, data).make_active


def test_a_development_version_survives_its_sign() -> None:
    data = assembly.set_store_info(version=-(2**31) + 10496)
    assert str(parsed(SetStoreInfo, data).info.version) == "0.41.0-alpha.0"


ROW_ID = blob(1, assembly.tuid(1, 1))
SOURCE = blob(5, number(1, 2))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "lacks its row id or its info"),
        (ROW_ID, "lacks its row id or its info"),
        (blob(2, blob(2, assembly.store_id()) + SOURCE), "lacks its row id or its info"),
        (ROW_ID + blob(2, blob(2, assembly.store_id())), "lacks its store id or its source"),
        (ROW_ID + blob(2, SOURCE), "lacks its store id or its source"),
        (assembly.set_store_info(assembly.store_id(application=None)), "names no application"),
        (blob(1, fixed(1, 1)), "row id lacks its time or its counter"),
        (blob(1, fixed(2, 1) + number(1, 1)), "row id lacks its time or its counter"),
        (assembly.set_store_info(source=blob(2, b"\x0a\xff")), "protobuf"),
    ],
)
def test_impossible_store_infos_are_errors(data: bytes, reason: str) -> None:
    with pytest.raises(CorruptError, match=reason):
        parsed(SetStoreInfo, data)


def test_the_extra_of_a_source_has_a_limit() -> None:
    data = assembly.set_store_info(source=number(1, 6) + blob(2, blob(1, "x" * 100)))
    with pytest.raises(LimitError, match="length of a store source"):
        parsed(SetStoreInfo, data, limits=Limits(text_bytes=99))


@pytest.mark.parametrize(
    ("kind", "extra", "text"),
    [
        (0, b"", "unknown"),
        (1, b"", "C SDK"),
        (2, b"", "Python SDK 0.0.0"),
        (2, number(1, 3) + number(2, 11) + number(3, 7), "Python SDK 3.11.7"),
        (2, number(1, 3) + number(2, 13) + blob(4, "rc1"), "Python SDK 3.13.0rc1"),
        (2, blob(1, "3") + number(4, 1), "Python SDK 0.0.0"),
        (3, b"", "Rust SDK"),
        (3, blob(1, "1.80.0") + blob(2, "18"), "Rust SDK (rustc 1.80.0)"),
        (4, number(1, 1), "file (CLI)"),
        (4, number(1, 2), "file (URI)"),
        (4, number(1, 3), "file (drag and drop)"),
        (4, number(1, 4), "file (file dialog)"),
        (4, number(1, 5), "file (SDK)"),
        (4, b"", "file (unknown)"),
        (4, number(1, 99), "file (unknown)"),
        (5, b"", "viewer"),
        (6, b"", "other"),
        (6, b"my \xff tool", "my \ufffd tool"),
        (77, number(1, 1), "unknown"),
    ],
)
def test_every_kind_of_source_has_words(kind: int, extra: bytes, text: str) -> None:
    wrapped = blob(1, extra) if extra else b""
    data = (number(1, kind) if kind else b"") + (blob(2, wrapped) if wrapped else b"")
    found = parsed(SetStoreInfo, assembly.set_store_info(source=data)).info.source
    assert found.describe() == text
    assert (
        parsed(SetStoreInfo, assembly.set_store_info(source=found.to_bytes())).info.source == found
    )


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (0, ""),
        (1, "0801"),
        (2, "08021200"),
        (3, "08031200"),
        (4, "08041200"),
        (5, "0805"),
        (6, "08061200"),
    ],
)
def test_kinds_that_the_reference_wants_an_extra_of_get_one(kind: int, written: str) -> None:
    assert StoreSource(kind).to_bytes().hex() == written


# --- chunk messages ----------------------------------------------------------------------------

PAYLOAD = b"an arrow stream"


def arrow(payload: bytes = PAYLOAD, **changed: Any) -> ArrowMsg:
    limits = changed.pop("limits", Limits())
    data = assembly.arrow_msg(payload, **changed)
    message = ArrowMsg.parse(memoryview(data), 0, len(data), limits)
    assert isinstance(message, ArrowMsg)
    start, end = message.payload
    assert data[start:end] == payload or changed.get("compress")
    return message


def test_a_chunk_message_is_written_with_all_its_fields() -> None:
    before, after = ArrowMsg.encode(
        assembly.store_id(),
        PAYLOAD,
        compression=Compression.NONE,
        uncompressed_size=len(PAYLOAD),
        chunk_id=Tuid(1, 1),
        is_static=False,
    )
    assert before + PAYLOAD + after == assembly.arrow_msg(PAYLOAD)
    assert arrow() == ArrowMsg(
        STORE, Compression.NONE, len(PAYLOAD), (len(before), len(before) + 15), Tuid(1, 1), False
    )


@given(store_ids(), st.binary(max_size=300), TUIDS, st.booleans(), st.booleans())
def test_chunk_messages_come_back_as_they_were_written(
    store: StoreId, stream: bytes, chunk_id: Tuid, is_static: bool, compress: bool
) -> None:
    from rrdformats.payloads import compress_payload, decompress_payload

    payload = compress_payload(stream) if compress else stream
    compression = Compression.LZ4 if compress else Compression.NONE
    before, after = ArrowMsg.encode(
        store.to_bytes(),
        payload,
        compression=compression,
        uncompressed_size=len(stream),
        chunk_id=chunk_id,
        is_static=is_static,
    )
    data = memoryview(before + payload + after)
    found = ArrowMsg.parse(data, 0, len(data))
    assert (found.store_id, found.chunk_id, found.is_static) == (store, chunk_id, is_static)
    assert (found.compression, found.uncompressed_size) == (compression, len(stream))
    raw = decompress_payload(data[slice(*found.payload)], compression, len(stream))
    assert bytes(raw) == stream


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"chunk": None, "static": None}, {"chunk_id": None, "is_static": None}),
        ({"static": True}, {"is_static": True}),
        ({"store": assembly.store_id(application=None)}, {"store_id": StoreId(STORE.kind, "rec")}),
        ({"compression": 0}, {"compression": Compression.NONE, "uncompressed_size": 15}),
        ({"compression": 0, "size": 0}, {"uncompressed_size": 15}),
        ({"compression": 1, "size": 99}, {"uncompressed_size": 15}),
        ({"compression": 2, "size": 99}, {"compression": 2, "uncompressed_size": 99}),
        ({"extra": UNKNOWN_FIELDS}, {}),
        ({"extra": number(15, 1)}, {}),
        ({"payload": b""}, {"uncompressed_size": 0}),
    ],
)
def test_chunk_messages_are_read_as_the_table_of_2_4_says(
    changed: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = arrow(**changed)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("changed", "error", "reason"),
    [
        ({"encoding": 0}, UnsupportedError, "unknown chunk encoding 0"),
        ({"encoding": 9}, UnsupportedError, "unknown chunk encoding 9"),
        ({"compression": 7}, UnsupportedError, "unknown payload compression 7"),
        ({"store": assembly.store_id(application="")}, CorruptError, "empty application id"),
        ({"extra": blob(6, b"")}, CorruptError, "chunk id lacks its time"),
        ({"extra": b"\x08"}, CorruptError, "does not end"),
        ({"compression": 2, "size": 10**12}, LimitError, "is 1000000000000, above the limit"),
        ({"compression": 2, "size": 255 * 15 + 1}, LimitError, "above the limit of 3825"),
        ({"compression": 2, "size": 2**64 - 1}, LimitError, "above the limit"),
    ],
)
def test_impossible_chunk_messages_are_errors(
    changed: dict[str, Any], error: type[RrdError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        arrow(**changed)


def test_a_chunk_message_must_name_its_store() -> None:
    whole = assembly.arrow_msg(PAYLOAD)
    store = blob(1, assembly.store_id())
    with pytest.raises(CorruptError, match="names no store"):
        parsed(ArrowMsg, whole.removeprefix(store))


def test_a_highly_compressed_payload_passes_the_limits() -> None:
    assert arrow(bytes(200_000), compress=True).uncompressed_size == 200_000


@pytest.mark.parametrize("skipped", [1, 900, 960])
def test_the_payload_may_be_missing_from_the_buffer(skipped: int) -> None:
    whole = assembly.arrow_msg(bytes(1000), extra=UNKNOWN_FIELDS)
    expected = ArrowMsg.parse(memoryview(whole), 0, len(whole))
    start, _ = expected.payload
    data = memoryview(whole[: start + 20] + whole[start + 20 + skipped :])
    assert ArrowMsg.parse(data, 0, len(whole), skipped=skipped) == expected


def test_more_missing_than_the_payload_holds_is_an_error() -> None:
    whole = assembly.arrow_msg(bytes(100), extra=blob(15, bytes(500)))
    with pytest.raises(UnsupportedError, match="larger than its payload explains"):
        ArrowMsg.parse(memoryview(whole), 0, len(whole), skipped=300)


# --- activations -------------------------------------------------------------------------------


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("default", [False, True])
def test_activations_leave_false_flags_out(active: bool, default: bool) -> None:
    store = StoreId(StoreKind.BLUEPRINT, "rec", "app")
    data = BlueprintActivation(store, active, default).to_bytes()
    assert data == assembly.activation(active=active, default=default)
    assert parsed(BlueprintActivation, data + UNKNOWN_FIELDS) == BlueprintActivation(
        store, active, default
    )


def test_an_activation_must_name_its_blueprint() -> None:
    with pytest.raises(CorruptError, match="names no blueprint"):
        parsed(BlueprintActivation, number(2, 1))


def test_written_out_false_flags_are_false() -> None:
    data = assembly.activation(active=False) + number(2, 0) + number(3, 0)
    assert not parsed(BlueprintActivation, data).make_active


# --- footers -----------------------------------------------------------------------------------

TABLE = assembly.ipc(assembly.manifest_table([(100, 50)]))


def test_a_footer_comes_back_as_it_was_written() -> None:
    manifests = [
        EncodedManifest(
            StoreId(StoreKind.RECORDING, str(i), "app"), b"schema", bytes(32), TABLE, *end
        )
        for i, end in enumerate([(Compression.NONE, len(TABLE)), (Compression.LZ4, 5000)])
    ]
    data = encode_footer(manifests)
    found = parse_footer(memoryview(data), 0, len(data))
    assert [item.store_id for item in found] == [item.store_id for item in manifests]
    assert [bytes(item.data) for item in found] == [TABLE, TABLE]
    assert [item.compression for item in found] == [Compression.NONE, Compression.LZ4]
    assert [item.uncompressed_size for item in found] == [len(TABLE), 5000]
    assert encode_footer([]) == b""


def test_a_manifest_is_written_as_an_independent_writer_writes_it() -> None:
    item = EncodedManifest(STORE, b"s", bytes(32), TABLE, Compression.NONE, len(TABLE))
    assert item.to_bytes() == assembly.manifest_message(
        TABLE, schema=b"s", compression=1, size=len(TABLE)
    )


@pytest.mark.parametrize(
    "changed",
    [{}, {"compression": 1}, {"compression": 1, "size": 7}, {"compression": 0, "size": 1}],
)
def test_plain_manifests_of_any_version_are_read(changed: dict[str, Any]) -> None:
    data = assembly.footer(assembly.manifest_message(TABLE, **changed)) + UNKNOWN_FIELDS
    (found,) = parse_footer(memoryview(data), 0, len(data))
    assert (found.compression, found.uncompressed_size) == (Compression.NONE, len(TABLE))


COMPLETE = assembly.manifest_message(TABLE)
STORE_FIELD = blob(1, assembly.store_id())


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (COMPLETE.removeprefix(STORE_FIELD), CorruptError, "lacks its store, its schema or"),
        (STORE_FIELD, CorruptError, "lacks its store, its schema or its table"),
        (STORE_FIELD + blob(2, b"") + blob(3, bytes(32)), CorruptError, "lacks its store"),
        (assembly.manifest_message(TABLE, digest=b""), CorruptError, "digest has 0 bytes"),
        (assembly.manifest_message(TABLE, digest=bytes(31)), CorruptError, "31 bytes, not 32"),
        (assembly.manifest_message(TABLE, encoder=0), UnsupportedError, "encoder version 0"),
        (assembly.manifest_message(TABLE, compression=3), UnsupportedError, "compression 3"),
        (
            assembly.manifest_message(TABLE, compression=2, size=2**60),
            LimitError,
            "above the limit",
        ),
        (STORE_FIELD + blob(4, number(1, 1)), CorruptError, "table has no payload"),
        (blob(1, assembly.store_id(kind=9)), CorruptError, "unknown store kind"),
    ],
)
def test_impossible_manifests_are_errors(data: bytes, error: type[RrdError], reason: str) -> None:
    whole = assembly.footer(data)
    with pytest.raises(error, match=reason):
        parse_footer(memoryview(whole), 0, len(whole))


def test_fields_of_another_wire_type_are_unknown_fields() -> None:
    data = assembly.footer(number(1, 1) + number(3, 1) + COMPLETE) + number(1, 4)
    assert len(parse_footer(memoryview(data), 0, len(data))) == 1


def test_the_number_of_manifests_has_a_limit() -> None:
    data = assembly.footer(*[COMPLETE] * 4)
    assert len(parse_footer(memoryview(data), 0, len(data), Limits(manifests=4))) == 4
    with pytest.raises(LimitError, match="number of manifests is 4, above the limit of 3"):
        parse_footer(memoryview(data), 0, len(data), Limits(manifests=3))


# --- any bytes ---------------------------------------------------------------------------------

EXAMPLES = [
    assembly.set_store_info(),
    assembly.arrow_msg(PAYLOAD),
    assembly.activation(),
    COMPLETE,
    assembly.store_id(),
]


@given(
    st.sampled_from([SetStoreInfo, ArrowMsg, BlueprintActivation, EncodedManifest, StoreId]),
    st.sampled_from([b"", *EXAMPLES]),
    st.integers(0, 2000),
    st.binary(max_size=12),
)
def test_any_bytes_are_a_message_or_an_rrd_error(
    message: type[Any], start: bytes, place: int, noise: bytes
) -> None:
    data = start[:place] + noise + start[place + len(noise) :]
    with contextlib.suppress(RrdError):  # anything else fails the test
        parsed(message, data)
