"""A footer's manifests against the chunks of their stream.

From the chunks the manifests are built that the footer should hold, and compared with those that it
holds, column by column. Rows are known by their offsets; only where columns differ are rows looked
at, to say which and how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.arrow_bridge import array_of, booleans, int64_values, null_mask
from rrdformats.errors import CorruptError, RrdError
from rrdformats.limits import Limits
from rrdformats.manifest import CHUNK_COLUMNS, Manifest
from rrdformats.manifest_build import ManifestBuilder
from rrdformats.messages import EncodedManifest, StoreId
from rrdformats.payloads import decompress_payload
from rrdformats.tuid import CHUNK_PREFIX, Tuid
from rrdtool.operations.verification.findings import Findings, Place
from rrdtool.operations.verification.manifest_columns import (
    ColumnKey,
    ManifestTable,
    column_problems,
)
from rrdtool.operations.verification.manifest_schema import (
    flag_problems,
    schema_is_digested,
    schema_problems,
)

__all__ = ["StreamChunks", "check_manifests"]

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_ID, _ENTITY, _STATIC = (ColumnKey(CHUNK_COLUMNS[i]) for i in (1, 0, 2))
_OFFSET = ColumnKey(CHUNK_COLUMNS[4])


@dataclass(slots=True)
class StreamChunks:
    """The chunks that a stream has; offsets count from its header.

    Attributes:
        start: Where the stream starts in the source.
        builders: What the manifests should say, by store.
        broken: Where chunks start that cannot be read.
        doubtful: Where chunks start whose times make no bounds.
        misattributes: Whether the stream is of a release whose manifests mix up stores.
    """

    start: int
    builders: Mapping[StoreId, ManifestBuilder]
    broken: _Ints
    doubtful: _Ints
    misattributes: bool


@dataclass(slots=True)
class _Side:
    """One manifest, as Arrow; rows are in the order of offsets, each offset once."""

    store: StoreId
    schema: pa.Schema
    table: ManifestTable
    offsets: _Ints
    rows: _Ints  # of the table


@dataclass(slots=True)
class _Check:
    """The work on the manifests of one stream."""

    chunks: StreamChunks
    findings: Findings
    limits: Limits
    footer: Place
    actual: dict[StoreId, _Side] = field(default_factory=dict)
    covered: list[_Ints] = field(default_factory=list)

    # --- each manifest -------------------------------------------------------------------------

    def one(self, encoded: EncodedManifest) -> None:
        place = Place(self.footer.offset, str(encoded.store_id))
        try:
            side = self.stored(encoded)
        except RrdError as error:
            self.findings.add("manifest-invalid", error.reason, place)
            self.covered.extend(side.offsets for side in self.own(encoded.store_id))
            return
        if not schema_is_digested(side.schema, encoded.schema_sha256):
            told = "the digest is not that of the schema sorted by name"
            self.findings.add("manifest-schema-hash", told, place)
        is_static = side.table.columns[_STATIC]
        statics = bool(booleans(is_static).any())
        for problem in column_problems(side.table, side.schema, statics):
            self.findings.add("manifest-columns", problem.message, place, column=problem.column)
        self.schemas(side, place)
        self.rows(side, place)

    def own(self, store: StoreId) -> list[_Side]:
        return [self.actual[store]] if store in self.actual else []

    def stored(self, encoded: EncodedManifest) -> _Side:
        Manifest(encoded, self.limits)  # what our own readers demand of it
        known = next((side.table for side in self.own(encoded.store_id)), None)
        side = _side(encoded, known)
        if bool((np.diff(side.offsets) > 0).all()):
            return side
        offsets, first = np.unique(side.offsets, return_index=True)
        if len(offsets) < len(side.offsets):
            again = np.setdiff1d(np.arange(len(side.offsets)), first)
            for row in again.tolist():
                place = self.place(side, row, int(side.offsets[row]))
                told = "the chunk is listed more than once"
                self.findings.add("manifest-chunk-repeated", told, place)
        side.offsets, side.rows = offsets, side.rows[first]
        return side

    def place(self, side: _Side, row: int, offset: int) -> Place:
        """The chunk that row `row` of a manifest speaks of."""
        row_id = side.table.columns[_ID][row].as_py()
        entity = side.table.columns[_ENTITY][row].as_py()
        chunk = f"{CHUNK_PREFIX}{Tuid.from_bytes(row_id)}"
        return Place(self.chunks.start + offset, str(side.store), entity, chunk)

    # --- schemas -------------------------------------------------------------------------------

    def schemas(self, side: _Side, place: Place) -> None:
        actual = next(iter(self.own(side.store)), None)
        if (
            actual is None
            or self.chunks.misattributes
            or side.schema.equals(actual.schema, check_metadata=True)
        ):
            return
        is_complete = not len(self.chunks.broken)
        for problem in schema_problems(side.schema, actual.schema, is_complete=is_complete):
            self.findings.add("manifest-schema", problem.message, place, column=problem.column)
        if is_complete:
            for problem in flag_problems(side.schema, actual.schema):
                self.findings.add(
                    "manifest-schema-flags", problem.message, place, column=problem.column
                )

    # --- rows ----------------------------------------------------------------------------------

    def rows(self, side: _Side, place: Place) -> None:
        """Holds the rows of a manifest against the chunks that stand where they point."""
        self.covered.append(side.offsets)
        for actual in self.own(side.store):
            if np.array_equal(side.offsets, actual.offsets):
                _Comparison(self, side, actual, side.rows, actual.rows).run()
                return
        left: _Mask = ~np.isin(side.offsets, self.chunks.broken)
        for store, actual in self.actual.items():
            found = left & np.isin(side.offsets, actual.offsets)
            left &= ~found
            if found.any():
                if store != side.store:
                    self.misplaced(side, actual, found)
                theirs = actual.rows[np.searchsorted(actual.offsets, side.offsets[found])]
                _Comparison(self, side, actual, side.rows[found], theirs).run()
        for index in np.flatnonzero(left).tolist():
            told = f"no chunk starts at byte {int(side.offsets[index])} of the stream"
            where = self.place(side, int(side.rows[index]), int(side.offsets[index]))
            where = replace(where, offset=place.offset)
            self.findings.add("manifest-chunk-unknown", told, where)

    def misplaced(self, side: _Side, actual: _Side, found: _Mask) -> None:
        rule = "manifest-store-old" if self.chunks.misattributes else "manifest-store"
        for index in np.flatnonzero(found).tolist():
            where = self.place(side, int(side.rows[index]), int(side.offsets[index]))
            self.findings.add(rule, f"the chunk belongs to {actual.store}", where)

    def missing(self) -> None:
        """Chunks that no manifest lists."""
        for side in self.actual.values():
            if any(np.array_equal(side.offsets, offsets) for offsets in self.covered):
                continue
            covered = np.concatenate([*self.covered, np.empty(0, np.int64)])
            for index in np.flatnonzero(~np.isin(side.offsets, covered)).tolist():
                where = self.place(side, int(side.rows[index]), int(side.offsets[index]))
                self.findings.add("manifest-chunk-missing", "no manifest lists the chunk", where)


@dataclass(slots=True)
class _Comparison:
    """Rows of a manifest beside the rows that the same chunks should have."""

    check: _Check
    stored: _Side
    actual: _Side
    stored_rows: _Ints
    actual_rows: _Ints

    def run(self) -> None:
        mine, theirs = self.stored.table.columns, self.actual.table.columns
        for key in dict.fromkeys((*mine, *theirs)):
            if key not in mine:
                self.lacking(key)
                continue
            told = _taken(mine[key], self.stored_rows)
            expected = _taken(theirs[key], self.actual_rows) if key in theirs else None
            if expected is None:
                expected = _nothing(key, told)
            if told.type == expected.type and not told.equals(expected):
                self.differing(key, told, expected)

    def lacking(self, key: ColumnKey) -> None:
        """The manifest has no such column: is there anything that it would have to say?"""
        expected = _taken(self.actual.table.columns[key], self.actual_rows)
        if expected.equals(_nothing(key, expected)):
            return
        rest = {"start", "end"} - {key.suffix}
        if key.suffix in ("end", "num_rows") or not rest:
            return  # told of its `start`, or as half of a pair
        place = Place(self.check.footer.offset, str(self.stored.store))
        name = self.actual.table.names[key]
        told = "the column is missing, and chunks have something to say there"
        self.check.findings.add("manifest-columns", told, place, column=name)

    def differing(self, key: ColumnKey, told: pa.Array[Any], expected: pa.Array[Any]) -> None:
        rule = "manifest-value" if key.index is None else "manifest-bounds"
        if key.suffix == "has_static_data":
            rule = "manifest-static"
        name = self.stored.table.names[key]
        for index in _differences(told, expected):
            row = int(self.actual_rows[index])
            offset = int(self.actual.table.columns[_OFFSET][row].as_py())
            if rule == "manifest-bounds" and offset in self.check.chunks.doubtful:
                continue
            where = self.check.place(self.actual, row, offset)
            message = (
                f"the manifest says {_shown(told, index)}, the chunk {_shown(expected, index)}"
            )
            self.check.findings.add(rule, message, where, column=name)


def _taken(column: pa.Array[Any], rows: _Ints) -> pa.Array[Any]:
    if np.array_equal(rows, np.arange(len(column))):
        return column
    taken: pa.Array[Any] = column.take(cast("Any", array_of(rows)))
    return taken


def _nothing(key: ColumnKey, like: pa.Array[Any]) -> pa.Array[Any]:
    """What a column says of chunks that it does not concern (section 7.3)."""
    if key.suffix == "has_static_data":
        return array_of(np.zeros(len(like), np.bool_))
    if key.suffix == "num_rows":
        return array_of(np.zeros(len(like), np.uint64))
    nothing: pa.Array[Any] = pa.nulls(len(like), like.type)
    return nothing


def _differences(told: pa.Array[Any], expected: pa.Array[Any]) -> list[int]:
    """Rows in which two columns of one type differ."""
    import pyarrow.compute as pc

    is_null, should_be_null = null_mask(told), null_mask(expected)
    compared: Any = pc.fill_null(pc.not_equal(told, expected), pa.scalar(False))
    unequal = booleans(compared)
    differs = np.where(is_null | should_be_null, is_null != should_be_null, unequal)
    return [int(index) for index in np.flatnonzero(differs)]


def _shown(column: pa.Array[Any], index: int) -> str:
    cell = column.slice(index, 1)
    if pa.types.is_timestamp(cell.type) or pa.types.is_duration(cell.type):
        cell = cell.view(pa.int64())  # nanoseconds have no Python type of their own
    value = cell[0].as_py()
    if value is None:
        return "nothing"
    return value.hex() if isinstance(value, bytes) else str(value)


def _side(encoded: EncodedManifest, like: ManifestTable | None = None) -> _Side:
    """A manifest as Arrow.

    Raises:
        CorruptError: If it is no valid Arrow, or its offsets are impossible.
    """
    data = decompress_payload(encoded.data, encoded.compression, encoded.uncompressed_size)
    try:
        schema = pa.ipc.read_schema(pa.py_buffer(encoded.schema))
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            batch = reader.read_next_batch()
        batch.validate(full=True)
        table = ManifestTable.of(batch, like)
    except (pa.ArrowException, OSError, ValueError) as error:
        first_line = (str(error).splitlines() or ["no reason given"])[0]
        raise CorruptError(f"a manifest is not valid Arrow data: {first_line}") from error
    offsets = int64_values(table.columns[_OFFSET])
    return _Side(encoded.store_id, schema, table, offsets, np.arange(len(offsets)))


def check_manifests(
    manifests: list[EncodedManifest],
    chunks: StreamChunks,
    findings: Findings,
    footer: Place,
    limits: Limits,
) -> None:
    """Holds the manifests of a footer against the chunks of its stream.

    Args:
        manifests: What the footer holds.
        chunks: What the stream holds.
        findings: Takes what is wrong.
        footer: Where the footer is.
        limits: Bounds for what is read.
    """
    check = _Check(chunks, findings, limits, footer)
    for store, builder in chunks.builders.items():
        if not builder.conflicting_timelines:  # nobody can tell what its manifest should be
            check.actual[store] = _side(builder.build(compress=False))
    seen: set[StoreId] = set()
    for encoded in manifests:
        if encoded.store_id in seen:
            told = "the store has a manifest already"
            place = Place(footer.offset, str(encoded.store_id))
            findings.add("manifest-repeated", told, place)
        elif encoded.store_id not in chunks.builders or encoded.store_id in check.actual:
            check.one(encoded)
        seen.add(encoded.store_id)
    check.missing()
