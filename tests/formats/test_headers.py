"""Chunk message headers parsed in columns are the headers parsed one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats import blocks, headers
from rrdformats.blocks import Block, read_blocks
from rrdformats.errors import CorruptError, RrdError
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.messages import ArrowMsg
from rrdformats.source import open_source
from rrdformats.testing import assembly
from rrdformats.testing.assembly import ARROW_MSG, SET_STORE_INFO, blob, frame, number
from rrdformats.testing.files import SizedFile, as_binary

INFO = frame(SET_STORE_INFO, assembly.set_store_info())


def block_of(*messages: bytes) -> Block:
    frames = [frame(ARROW_MSG, message) for message in messages]
    data = assembly.stream(INFO, *frames, INFO, footer=None)
    (block,) = read_blocks(open_source(as_binary(SizedFile(data))))
    return block


def one_by_one(block: Block, limits: Limits) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
    found, errors = [], []
    for i, kind in enumerate(block.kinds):
        if kind != ARROW_MSG:
            continue
        try:
            header = ArrowMsg.parse(
                block.data, block.starts[i], block.ends[i], limits, skipped=block.skipped
            )
        except RrdError as error:
            errors.append((i, str(error.at(block.source_offset(i), "ArrowMsg"))))
            continue
        chunk_id = bytes(16) if header.chunk_id is None else header.chunk_id.to_bytes()
        static = -1 if header.is_static is None else int(header.is_static)
        found.append(
            (i, header.store_id, header.compression, header.uncompressed_size, *header.payload,
             chunk_id, static)
        )  # fmt: skip
    return found, errors


def in_columns(found: ArrowHeaders) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
    assert found.chunk_id.shape == (len(found), 16)
    rows = zip(
        found.messages.tolist(),
        [found.stores[i] for i in found.store.tolist()],
        found.compression.tolist(),
        found.uncompressed_size.tolist(),
        found.payload_start.tolist(),
        found.payload_end.tolist(),
        [row.tobytes() for row in found.chunk_id],
        found.is_static.tolist(),
        strict=True,
    )
    return list(rows), sorted((i, str(error)) for i, error in found.errors)


def agree(block: Block, limits: Limits = DEFAULT_LIMITS) -> ArrowHeaders:
    found = parse_headers(block, limits)
    assert in_columns(found) == one_by_one(block, limits)
    assert len(set(found.stores)) == len(found.stores)
    return found


# --- rows --------------------------------------------------------------------------------------

USUAL = assembly.arrow_msg(bytes(50))

VARIANTS: dict[str, bytes] = {
    "usual": USUAL,
    "compressed": assembly.arrow_msg(bytes(5000), compress=True),
    "static": assembly.arrow_msg(b"x", static=True),
    "another id": assembly.arrow_msg(b"x", chunk=(2**64 - 1, 2**63)),
    "empty payload": assembly.arrow_msg(b""),
    "long payload": assembly.arrow_msg(bytes(70_000)),
    "no application": assembly.arrow_msg(b"x", store=assembly.store_id(application=None)),
    "blueprint": assembly.arrow_msg(b"x", store=assembly.store_id(kind=2)),
    "long recording id": assembly.arrow_msg(b"x", store=assembly.store_id("r" * 200)),
    "application to normalize": assembly.arrow_msg(b"x", store=assembly.store_id(application="/")),
    "0.23: no id, no flag": assembly.arrow_msg(b"xx", chunk=None, static=None),
    "0.24: no flag": assembly.arrow_msg(b"xx", static=None),
    "flag 2": assembly.arrow_msg(b"x", static=None, extra=number(7, 2)),
    "unknown field behind": assembly.arrow_msg(b"x", extra=number(15, 1)),
    "unknown field before": number(15, 1) + USUAL,
    "fields in another order": assembly.arrow_msg(b"x", extra=number(2, 1)),
    "no compression stated": assembly.arrow_msg(bytes(9), compression=0),
    "another size than the payload's": assembly.arrow_msg(bytes(9), size=5),
    "a size in six bytes": USUAL.replace(b"\x18\x32", b"\x18\xb2\x80\x80\x80\x80\x00"),
    "compression in two bytes": USUAL.replace(b"\x10\x01\x18", b"\x10\x81\x00\x18"),
}
ERRORS: dict[str, bytes] = {
    "encoding 0": assembly.arrow_msg(b"x", encoding=0),
    "encoding 2": assembly.arrow_msg(bytes(99), encoding=2),
    "compression 7": assembly.arrow_msg(b"x", compression=7),
    "too large": assembly.arrow_msg(bytes(99), compression=2, size=2**40),
    "far too large": assembly.arrow_msg(bytes(99), compression=2, size=2**64 - 1),
    "ratio": assembly.arrow_msg(bytes(99), compression=2, size=99 * 255 + 1),
    "no store": USUAL[2 + USUAL[1] :],
    "empty": b"",
    "one byte": b"\x0a",
    "store id cut off": b"\x0a\x20abc",
    "bad store": assembly.arrow_msg(b"x", store=assembly.store_id(kind=5)),
    "half an id": assembly.arrow_msg(b"x", chunk=None, extra=blob(6, assembly.fixed(1, 1))),
    "cut": USUAL[:-1],
    "cut in the payload": USUAL[:40],
    "payload longer than the message": USUAL.replace(b"\x2a\x32", b"\x2a\x7f"),
    "payload of 4 GB": USUAL.replace(b"\x2a\x32", b"\x2a\xff\xff\xff\xff\x0f"),
}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("first", [True, False])
def test_every_variant_is_read_as_if_alone(name: str, first: bool) -> None:
    variant = VARIANTS[name]
    messages = [variant, USUAL, USUAL] if first else [USUAL, variant, USUAL, variant]
    found = agree(block_of(*messages))
    assert len(found) == len(messages)
    assert not found.errors


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("first", [True, False])
def test_what_cannot_be_parsed_is_reported_and_the_others_are_read(name: str, first: bool) -> None:
    bad = ERRORS[name]
    block = block_of(*([bad, USUAL, USUAL] if first else [USUAL, USUAL, bad]))
    found = agree(block)
    assert len(found) == 2
    ((index, error),) = found.errors
    assert index == (1 if first else 3)
    assert (error.offset, error.record) == (block.source_offset(index), "ArrowMsg")


def test_a_block_without_chunks_has_no_headers() -> None:
    found = agree(block_of())
    assert len(found) == 0
    assert found.stores == []


def test_a_block_may_hold_more_stores_than_are_parsed_in_columns() -> None:
    stores = [assembly.store_id(f"r{i}") for i in range(3 * headers._PREFIX_ROUNDS)]
    found = agree(block_of(*[assembly.arrow_msg(b"x", store=s) for s in stores * 2]))
    assert len(found.stores) == len(stores)


def test_the_usual_messages_of_a_store_are_parsed_in_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    messages = [
        assembly.arrow_msg(bytes(60 + i), compress=i % 3 == 0, chunk=(i, i), static=i % 2 == 0)
        for i in range(100)
    ]
    block = block_of(*messages)
    calls = 0
    parse = ArrowMsg.parse

    def counted(*args: Any, **options: Any) -> ArrowMsg:
        nonlocal calls
        calls += 1
        return parse(*args, **options)

    monkeypatch.setattr(ArrowMsg, "parse", counted)
    found = parse_headers(block)
    assert (len(found), calls) == (100, 1)
    monkeypatch.undo()
    assert in_columns(found) == one_by_one(block, DEFAULT_LIMITS)


@pytest.mark.parametrize(
    "limits", [Limits(uncompressed_bytes=4000), Limits(compression_ratio=10), Limits(text_bytes=2)]
)
def test_limits_are_the_same_both_ways(limits: Limits) -> None:
    agree(block_of(*VARIANTS.values()), limits)


def test_messages_without_their_payload_are_read_too() -> None:
    size = blocks.WINDOW + 1000
    data = assembly.stream(
        *[
            frame(ARROW_MSG, assembly.arrow_msg(bytes(size), extra=extra))
            for extra in (b"", number(15, 1))
        ],
        frame(ARROW_MSG, USUAL),
    )
    skipping = list(read_blocks(open_source(as_binary(SizedFile(data))), payloads=False))
    assert [block.skipped > 0 for block in skipping] == [True, True, False]
    for block in skipping:
        found = agree(block)
        assert len(found) == 1
        assert found.payload_end[0] - found.payload_start[0] in (size, 50)


# --- properties --------------------------------------------------------------------------------

MESSAGES = st.one_of(
    st.sampled_from([*VARIANTS.values(), *ERRORS.values()]),
    st.builds(
        assembly.arrow_msg,
        st.binary(max_size=60),
        store=st.sampled_from([assembly.store_id(), assembly.store_id("other")]),
        compress=st.booleans(),
        encoding=st.sampled_from([1, 1, 1, 1, 0, 200]),
        chunk=st.one_of(st.none(), st.tuples(*[st.integers(0, 2**64 - 1)] * 2)),
        static=st.sampled_from([True, False, False, None]),
        extra=st.sampled_from([b"", b"", number(15, 1), b"\x80"]),
    ),
)


@given(st.lists(MESSAGES, max_size=8))
def test_columns_equal_one_by_one(messages: list[bytes]) -> None:
    agree(block_of(*messages))


@given(st.lists(MESSAGES, min_size=1, max_size=4), st.data())
def test_columns_equal_one_by_one_for_damaged_messages(
    messages: list[bytes], data: st.DataObject
) -> None:
    damaged = []
    for message in messages:
        place = data.draw(st.integers(0, len(message)))
        noise = data.draw(st.binary(max_size=4))
        damaged.append(message[:place] + noise + message[place + len(noise) :])
    agree(block_of(USUAL, *damaged, USUAL))


def test_errors_are_of_the_format_only() -> None:
    found = parse_headers(block_of(*ERRORS.values()))
    assert len(found) == 0
    assert np.array_equal(np.sort([i for i, _ in found.errors]), 1 + np.arange(len(ERRORS)))
    assert any(type(error) is CorruptError for _, error in found.errors)
