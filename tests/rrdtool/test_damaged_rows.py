"""Damaged recordings in `print`, `head` and `schema`: only the root error escapes."""

from __future__ import annotations

import io
import random
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdformats.testing.mutations import mutate
from rrdtool.operations.head import head
from rrdtool.operations.print_ import manifest_columns, manifest_texts, manifest_values, print_
from rrdtool.operations.schema import schema, short_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def opened(data: bytes) -> Recording:
    return Recording.open(io.BytesIO(data))


def print_all(data: bytes, *, migrated: bool) -> None:
    for page in print_(opened(data), migrated=migrated, values=True):
        for chunks in page.chunks:
            for column, cells in zip(chunks.columns, chunks.batch().columns, strict=True):
                assert len(column.texts(cells)) == len(column.values(cells)) == len(cells)
        for manifest in page.footers:
            for column_ in manifest_columns(manifest, 2).values():
                assert len(manifest_texts(column_)) == len(manifest_values(column_))


def head_all(data: bytes, *, timeline: str | None) -> None:
    for told in head(opened(data), timeline=timeline, on_damage=lambda _: None).heads:
        rows = len(told.order)
        assert len(told.row_ids()) == rows <= 5
        for line in told.timelines:
            assert len(told.times(line, as_text=True)) == rows
        for descriptor in told.descriptors:
            assert len(told.values(descriptor)) == rows
            assert len(told.texts(descriptor, full=True)) == rows


def schema_all(data: bytes) -> None:
    for store in schema(opened(data)).stores:
        assert all(short_type(row.type) for row in store.components)


READERS: dict[str, Callable[[bytes], None]] = {
    "print": lambda data: print_all(data, migrated=True),
    "print --no-migrate": lambda data: print_all(data, migrated=False),
    "head": lambda data: head_all(data, timeline=None),
    "head --timeline": lambda data: head_all(data, timeline="frame"),
    "schema": schema_all,
}


@pytest.fixture(scope="module")
def basic(root: Path) -> bytes:
    return (root / "fixtures" / "basic.rrd").read_bytes()


@pytest.mark.parametrize("reader", READERS)
def test_what_is_whole_is_read(reader: str, basic: bytes) -> None:
    READERS[reader](basic)


@pytest.mark.parametrize("reader", READERS)
@given(seed=st.integers(0, 2**32))
def test_only_the_root_error_escapes(reader: str, basic: bytes, seed: int) -> None:
    data = mutate(random.Random(seed), basic)
    with suppress(RrdError):
        READERS[reader](data)
