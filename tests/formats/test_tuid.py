from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rrdformats.tuid import CHUNK_PREFIX, ROW_PREFIX, Tuid

uint64 = st.integers(0, 2**64 - 1)
tuids = st.builds(Tuid, uint64, uint64)

EXAMPLE = Tuid(0x18EA6A1CA24D2974, 0x5F69C4661AB971F8)


def test_text_is_the_time_in_upper_and_the_counter_in_lower_case() -> None:
    assert str(EXAMPLE) == "18EA6A1CA24D29745f69c4661ab971f8"
    assert str(Tuid(0, 0xA)) == "0" * 31 + "a"


def test_bytes_are_big_endian_time_first() -> None:
    assert EXAMPLE.to_bytes().hex() == "18ea6a1ca24d29745f69c4661ab971f8"


@given(tuids)
def test_bytes_and_text_read_back(one: Tuid) -> None:
    assert Tuid.from_bytes(one.to_bytes()) == one
    assert Tuid.from_bytes(memoryview(one.to_bytes())) == one
    assert Tuid.parse(str(one)) == one


@given(tuids, tuids)
def test_byte_order_is_the_order_of_ids(one: Tuid, other: Tuid) -> None:
    assert (one < other) == (one.to_bytes() < other.to_bytes())


@pytest.mark.parametrize("length", [0, 15, 17])
def test_bytes_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"16 bytes, not {length}"):
        Tuid.from_bytes(bytes(length))


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("18EA6A1CA24D29745f69c4661ab971f8", CHUNK_PREFIX),
        ("18ea6a1ca24d29745F69C4661AB971F8", CHUNK_PREFIX),
        ("chunk_18EA6A1CA24D29745f69c4661ab971f8", CHUNK_PREFIX),
        ("row_18EA6A1CA24D29745f69c4661ab971f8", ROW_PREFIX),
        ("18EA6A1CA24D29745f69c4661ab971f8", ""),
    ],
)
def test_text_parses_in_any_case_with_or_without_prefix(text: str, prefix: str) -> None:
    assert Tuid.parse(text, prefix) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chunk_",
        "row_18EA6A1CA24D29745f69c4661ab971f8",
        "chunk_chunk_18EA6A1CA24D29745f69c4661ab971f8",
        "18EA6A1CA24D29745f69c4661ab971f",
        "18EA6A1CA24D29745f69c4661ab971f80",
        "18EA6A1CA24D29745f69c4661ab971fg",
        "0x18EA6A1CA24D29745f69c4661ab971",
        "18EA6A1CA24D2974_5f69c4661ab971f",
        "-8EA6A1CA24D29745f69c4661ab971f8",
        " 18EA6A1CA24D29745f69c4661ab971f",
        "٣" * 32,
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        Tuid.parse(text)


def test_new_ids_ascend_and_carry_the_time() -> None:
    before = time.time_ns()
    many = [Tuid.new() for _ in range(1000)]
    assert sorted(set(many)) == many
    assert before <= many[0].time_ns <= time.time_ns()


def test_new_ids_ascend_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Tuid.new()
    monkeypatch.setattr("rrdformats.tuid.time.time_ns", lambda: first.time_ns - 10**9)
    second = Tuid.new()
    assert second > first
    assert second.time_ns == first.time_ns


def test_the_counter_stays_within_64_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rrdformats.tuid._counter.inc", 2**64 - 1)
    assert len(Tuid.new().to_bytes()) == 16


def test_each_thread_counts_from_its_own_random_start() -> None:
    found: list[Tuid] = []
    threads = [threading.Thread(target=lambda: found.append(Tuid.new())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.inc for one in found}) == 3
    assert all(one.inc <= 2**63 for one in found)
