"""The chunks of a block: headers, row ids, times and values, looked at group by group.

A question is first asked of all chunks of a group, or of a whole block, at once. Only where the
answer is no are single chunks looked at, to say which and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rrdformats.chunk import index_values, row_ids_as_integers
from rrdformats.messages import StoreId
from rrdformats.timeline import STATIC, Timeline
from rrdformats.tuid import CHUNK_PREFIX, ROW_PREFIX, Tuid
from rrdtool.operations.verification.findings import Findings
from rrdtool.operations.verification.parts import Cohort, Part

__all__ = ["BlockRows", "check_columns", "check_headers", "rows_of"]

_Ints = npt.NDArray[np.int64]
_U64s = npt.NDArray[np.uint64]

_END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"


@dataclass(frozen=True, slots=True)
class BlockRows:
    """Row ids of chunks of one store, those of a chunk together and ascending.

    Attributes:
        times: Upper halves.
        counters: Lower halves.
        chunks: Number of the chunk of each.
    """

    times: _U64s
    counters: _U64s
    chunks: _Ints


# --- headers -----------------------------------------------------------------------------------


def check_headers(parts: list[Part], findings: Findings) -> None:
    """Holds what messages say of their chunks against the chunks."""
    if not parts:
        return
    headers, sizes = parts[0].decoded.headers, parts[0].decoded.sizes
    rows = np.concatenate([part.group.headers for part in parts])
    named, ids = headers.chunk_id[rows], np.concatenate([part.group.ids for part in parts])
    for part, index in _places(parts, (named != ids).any(axis=1) & named.any(axis=1)):
        header = headers.chunk_id[part.group.headers[index]]
        stated = f"{CHUNK_PREFIX}{Tuid.from_bytes(header.tobytes())}"
        findings.add("header-chunk-id", f"the message names {stated}", part.place(index))
    static = _spread(parts, lambda part: part.layout.schema.is_static)
    claimed = headers.is_static[rows]
    for part, index in _places(parts, (claimed >= 0) & (claimed != static)):
        is_static = part.layout.schema.is_static
        told = "temporal, the chunk is static" if is_static else "static, the chunk is temporal"
        findings.add("header-static", f"the message says {told}", part.place(index))
    found, stated_sizes = sizes[rows], headers.uncompressed_size[rows]
    for part, index in _places(parts, found != stated_sizes):
        size, actual = int(part.uncompressed[index]), int(sizes[part.group.headers[index]])
        findings.add(
            "payload-size",
            f"the message states {size} bytes uncompressed, the payload has {actual}",
            part.place(index),
        )
    behind = found - _spread(parts, lambda part: part.layout.end)
    for part, index in _places(parts, (behind != 0) & (behind != len(_END_OF_STREAM))):
        _check_tail(part, index, findings)


def _spread(parts: list[Part], value: Callable[[Part], int]) -> _Ints:
    """`value` of each part, repeated for each of its chunks."""
    values = np.array([value(part) for part in parts], np.int64)
    return np.repeat(values, [len(part) for part in parts])


def _places(parts: list[Part], bad: npt.NDArray[np.bool_]) -> Iterator[tuple[Part, int]]:
    """The chunks that a mask over all chunks of `parts` marks."""
    if not bad.any():
        return
    starts = np.cumsum([0, *(len(part) for part in parts)])
    for position in np.flatnonzero(bad).tolist():
        number = int(np.searchsorted(starts, position, side="right")) - 1
        yield parts[number], position - int(starts[number])


def _check_tail(part: Part, index: int, findings: Findings) -> None:
    tail = bytes(part.group.streams[index][part.layout.end :])
    if tail.removeprefix(_END_OF_STREAM).strip(b"\0"):
        told = f"{len(tail)} bytes stand behind the record batch"
        findings.add("payload-extra", told, part.place(index))


# --- columns -----------------------------------------------------------------------------------


def check_columns(found: list[Cohort], findings: Findings) -> _Ints:
    """Looks at times and values of all chunks.

    Returns:
        Where chunks start (offsets in the source) whose times a manifest cannot be held against.
    """
    doubtful: list[int] = []
    for cohort in found:
        if not _times_are_fine(cohort):
            for part in cohort.parts:
                for number, timeline in enumerate(cohort.timelines):
                    doubtful += _check_times(part, number, timeline, findings)
        for part in cohort.parts:
            for issue in part.layout.issues:
                findings.add_once(issue.rule, issue.message, part.place(0), column=issue.column)
            for column, check in part.layout.checks:
                if check.problem(part.group.batch.column(column)) is not None:
                    _explain_values(part, column, findings)
    return np.array(doubtful, np.int64)


def _times_are_fine(cohort: Cohort) -> bool:
    """Whether no time is null or reserved, and all ascend whether they claim it or not."""
    for number, times in enumerate(cohort.times):
        if any(part.nulls(1 + number) for part in cohort.parts):
            return False
        if times.size and times.min() == STATIC:
            return False
        if cohort.rows > 1 and bool((times[:, 1:] < times[:, :-1]).any()):
            return False
    return True


def _check_times(part: Part, number: int, timeline: Timeline, findings: Findings) -> Iterator[int]:
    column = part.group.batch.column(1 + number)
    times = index_values(column)
    if column.null_count:
        nulls = column.is_null().to_numpy(zero_copy_only=False).reshape(len(part), -1)
        for index in np.flatnonzero(nulls.any(axis=1)).tolist():
            told = f"{int(nulls[index].sum())} of {part.group.rows} rows have no time"
            findings.add("time-null", told, part.place(index), column=timeline.name)
            yield int(part.offsets[index])
    if not len(times):
        return
    matrix = times.reshape(len(part), -1)
    if times.min() == STATIC:
        for index in np.flatnonzero((matrix == STATIC).any(axis=1)).tolist():
            told = f"a time is {STATIC}, which means static"
            findings.add("time-reserved", told, part.place(index), column=timeline.name)
    if part.layout.times_sorted[number] and matrix.shape[1] > 1 and not column.null_count:
        for index in np.flatnonzero((matrix[:, 1:] < matrix[:, :-1]).any(axis=1)).tolist():
            row = int((matrix[index, 1:] < matrix[index, :-1]).argmax()) + 1
            told = (
                f"row {row} is at {matrix[index, row]}, after {matrix[index, row - 1]}, "
                "in a column that is said to be sorted"
            )
            findings.add("time-sorted-flag", told, part.place(index), column=timeline.name)
            yield int(part.offsets[index])


def _explain_values(part: Part, column: int, findings: Findings) -> None:
    check = dict(part.layout.checks)[column]
    name = part.layout.schema.descriptors[column - part.layout.schema.first_component].component
    for index, single in enumerate(part.group.split()):
        problem = check.problem(single.batch.column(column))
        if problem is not None:
            findings.add(*problem, part.place(index), column=name)


# --- row ids -----------------------------------------------------------------------------------


def rows_of(parts: list[Part], findings: Findings) -> dict[StoreId, BlockRows]:
    """Looks at the row ids of each chunk, and gives those that are sound, by store."""
    by_store: dict[StoreId, list[Part]] = {}
    for part in parts:
        if part.nulls(0):
            _explain_null_ids(part, findings)
        elif part.group.rows:
            by_store.setdefault(part.store, []).append(part)
    return {store: _rows(mine, findings) for store, mine in by_store.items()}


def _explain_null_ids(part: Part, findings: Findings) -> None:
    for index, single in enumerate(part.group.split()):
        nulls = single.batch.column(0).null_count
        if nulls:
            told = f"{nulls} of {part.group.rows} rows have no id"
            findings.add("row-id-null", told, part.place(index))


def _rows(parts: list[Part], findings: Findings) -> BlockRows:
    keys = np.concatenate([row_ids_as_integers(part.group.batch.column(0)) for part in parts])
    numbers = np.concatenate([np.arange(part.first, part.first + len(part)) for part in parts])
    rows = _spread(parts, lambda part: part.group.rows)
    if (rows == 1).all():
        order = np.argsort(np.concatenate([part.offsets for part in parts]), kind="stable")
        return BlockRows(keys[order, 0], keys[order, 1], numbers[order])
    times, counters, chunks = keys[:, 0], keys[:, 1], np.repeat(numbers, rows)
    ascends = (times[1:] > times[:-1]) | (
        (times[1:] == times[:-1]) & (counters[1:] > counters[:-1])
    )
    bad = np.flatnonzero((chunks[1:] == chunks[:-1]) & ~ascends)
    if not len(bad):
        return BlockRows(times, counters, chunks)
    disordered = np.isin(numbers, chunks[bad])
    for part, index in _places(parts, disordered):
        _explain_row_ids(part, index, findings)
    # Sorted, and without the repetitions that have been told.
    order = np.lexsort((counters, times, chunks))
    times, counters, chunks = times[order], counters[order], chunks[order]
    kept = np.ones(len(chunks), np.bool_)
    kept[1:] = (
        (chunks[1:] != chunks[:-1]) | (times[1:] != times[:-1]) | (counters[1:] != counters[:-1])
    )
    return BlockRows(times[kept], counters[kept], chunks[kept])


def _explain_row_ids(part: Part, index: int, findings: Findings) -> None:
    count = part.group.rows
    column = part.group.batch.column(0).slice(index * count, count)
    ids = [row_id for row_id in column.to_pylist() if row_id is not None]
    repeated = len(ids) - len(set(ids))
    if repeated:
        again = Tuid.from_bytes(Counter(ids).most_common(1)[0][0])
        told = f"{repeated} of {count} rows repeat an id, such as {ROW_PREFIX}{again}"
        findings.add("row-id-duplicate", told, part.place(index))
    if part.layout.row_ids_sorted and ids != sorted(ids):
        told = "row ids descend in a column that is said to be sorted"
        findings.add("row-id-sorted-flag", told, part.place(index))
