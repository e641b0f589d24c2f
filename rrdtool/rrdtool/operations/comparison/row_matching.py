"""Matches the records of two recordings: which facts changed, which only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rrdtool.operations.comparison.pairing import left_over, paired
from rrdtool.operations.comparison.row_records import Records
from rrdtool.operations.comparison.value_hashes import mixed

__all__ = ["MatchedRecords", "matched"]

_Keys: TypeAlias = "npt.NDArray[np.uint64]"

_SAME_PLACE = ("component", "key")
_SAME_FACT = ("component", "key", "value", "times")


@dataclass(frozen=True, slots=True)
class MatchedRecords:
    """The records that differ.

    Attributes:
        changed_a: Those of the first that have a partner with another value or other times.
        changed_b: Their partners, in the same order.
        only_a: Those of the first without a partner.
        only_b: Those of the second without one.
    """

    changed_a: Records
    changed_b: Records
    only_a: Records
    only_b: Records


def matched(a: Records, b: Records) -> MatchedRecords:
    """Matches records by key; those of one key in the order of their row ids.

    Where a key has several rows, rows that are equal in both are partners before the others, so
    that one row more does not make all behind it differ. If they are equal but for their order,
    those count as changed that are not where they were.
    """
    keys_a, keys_b = _keys(a), _keys(b)
    recurring = np.union1d(_recurring(keys_a), _recurring(keys_b))
    if not len(recurring):
        return _matched_once(a, keys_a, b, keys_b)
    often_a, often_b = np.isin(keys_a, recurring), np.isin(keys_b, recurring)
    once = _matched_once(a[~often_a], keys_a[~often_a], b[~often_b], keys_b[~often_b])
    often = _matched_often(a[often_a], b[often_b])
    return MatchedRecords(
        np.concatenate((once.changed_a, often.changed_a)),
        np.concatenate((once.changed_b, often.changed_b)),
        np.concatenate((once.only_a, often.only_a)),
        np.concatenate((once.only_b, often.only_b)),
    )


def _recurring(keys: _Keys) -> _Keys:
    """The keys that there are more than once."""
    ordered = np.sort(keys)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _matched_once(a: Records, keys_a: _Keys, b: Records, keys_b: _Keys) -> MatchedRecords:
    """Matches records of which no two of a side have the same key."""
    order = np.argsort(keys_b)
    ordered = keys_b[order]
    place = np.searchsorted(ordered, keys_a)
    found = np.zeros(len(a), np.bool_)
    inside = place < len(b)
    found[inside] = ordered[place[inside]] == keys_a[inside]
    i, j = np.flatnonzero(found), order[place[found]]
    changed = (a["value"][i] != b["value"][j]) | (a["times"][i] != b["times"][j])
    return MatchedRecords(a[i[changed]], b[j[changed]], a[~found], b[left_over(len(b), j)])


def _matched_often(a: Records, b: Records) -> MatchedRecords:
    a, b = _sorted(a), _sorted(b)
    i, j = paired(_columns(a, _SAME_PLACE), _columns(b, _SAME_PLACE))
    changed = (a["value"][i] != b["value"][j]) | (a["times"][i] != b["times"][j])
    moved_a, moved_b = a[i[changed]], b[j[changed]]
    rest_a = _sorted(np.concatenate((moved_a, a[left_over(len(a), i)])))
    rest_b = _sorted(np.concatenate((moved_b, b[left_over(len(b), j)])))
    i, j = paired(_columns(rest_a, _SAME_FACT), _columns(rest_b, _SAME_FACT))
    rest_a = rest_a[left_over(len(rest_a), i)]
    rest_b = rest_b[left_over(len(rest_b), j)]
    settled = np.concatenate((_keys(rest_a), _keys(rest_b)))
    reordered = ~np.isin(_keys(moved_a), settled)
    i, j = paired(_columns(rest_a, _SAME_PLACE), _columns(rest_b, _SAME_PLACE))
    return MatchedRecords(
        np.concatenate((rest_a[i], moved_a[reordered])),
        np.concatenate((rest_b[j], moved_b[reordered])),
        rest_a[left_over(len(rest_a), i)],
        rest_b[left_over(len(rest_b), j)],
    )


def _sorted(records: Records) -> Records:
    return records[np.lexsort((records["low"], records["high"]))]


def _columns(records: Records, names: Sequence[str]) -> list[npt.NDArray[Any]]:
    return [records[name] for name in names]


def _keys(records: Records) -> _Keys:
    """Component and key as one number; different ones are the same once in 2^64."""
    keys: _Keys = records["key"] + mixed(records["component"].astype(np.uint64))
    return keys
