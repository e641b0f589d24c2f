"""Row ids that several chunks share are found, however few are kept in memory."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdtool.operations.verification.row_ids import RowIdLedger, SharedRowId

Ids = list[tuple[int, int]]

few = st.integers(0, 3)
counters = few | st.integers(2**64 - 4, 2**64 - 1)
chunks = st.lists(
    st.lists(st.tuples(few, counters), unique=True, max_size=6).map(sorted), max_size=8
)


def shared(all_chunks: list[Ids], runs_in_memory: int) -> list[SharedRowId]:
    ledger = RowIdLedger(runs_in_memory)
    with closing(ledger):
        return list(added(ledger, all_chunks).shared())


def added(ledger: RowIdLedger, all_chunks: list[Ids]) -> RowIdLedger:
    for number, ids in enumerate(all_chunks):
        keys = np.array(ids, np.uint64).reshape(-1, 2)
        ledger.add(keys[:, 0], keys[:, 1], np.full(len(ids), number, np.int64))
    return ledger


def holders(all_chunks: list[Ids]) -> dict[tuple[int, int], set[int]]:
    """Which chunks have each id."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for number, ids in enumerate(all_chunks):
        for row_id in ids:
            found[row_id].add(number)
    return found


@given(chunks, st.sampled_from([1, 2, 5, 1000]))
def test_what_is_found_is_shared_and_something_is_found_if_anything_is(
    all_chunks: list[Ids], runs_in_memory: int
) -> None:
    found = shared(all_chunks, runs_in_memory)
    held = holders(all_chunks)
    for item in found:
        assert set(item.chunks) <= held[item.time, item.counter]
        assert item.chunks[0] < item.chunks[1]
    assert bool(found) == any(len(numbers) > 1 for numbers in held.values())


@pytest.mark.parametrize("runs_in_memory", [3, 1 << 21])
def test_every_chunk_that_repeats_another_is_found(runs_in_memory: int) -> None:
    distinct = [[(time, 1), (time, 5)] for time in range(0, 40, 2)]
    found = shared([*distinct, *distinct[::-1]], runs_in_memory)
    assert {item.chunks for item in found} == {(i, 39 - i) for i in range(20)}


def test_counters_that_count_up_are_one_run() -> None:
    ledger = RowIdLedger(runs_in_memory=2)
    count = 100_000
    times = np.full(count, 7, np.uint64)
    ledger.add(times, np.arange(count, dtype=np.uint64), np.zeros(count, np.int64))
    ledger.add(times[:2], np.array([5, 50_000], np.uint64), np.ones(2, np.int64))
    with closing(ledger):
        found = list(ledger.shared())
    assert found == [SharedRowId(7, 5, (0, 1)), SharedRowId(7, 50_000, (0, 1))]


def test_one_time_may_fill_more_than_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rrdtool.operations.verification.row_ids._RUNS_AT_ONCE", 4)
    spread = [[(7, 3 * i)] for i in range(30)]
    found = shared([*spread, [(7, 60)], [(8, 0)], *[[(6, 2 * i)] for i in range(9)]], 10)
    assert found == [SharedRowId(7, 60, (20, 30))]


def test_ids_that_ascend_need_no_comparison() -> None:
    assert shared([[(1, 1), (1, 2)], [(1, 3)], [(2, 0)]], 1000) == []
    assert shared([], 1000) == []
