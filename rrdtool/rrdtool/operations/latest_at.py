"""What recordings answer when they are asked for the latest value at some times.

Of a component the value counts whose time is the largest one not behind the time asked for, and of
these the one with the largest row id; static data counts before all others. Answers are hashes of
values, so that two recordings can be compared in memory that depends on their components only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdformats.chunk import index_values, row_ids_as_integers
from rrdformats.decode import ChunkGroup
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.messages import StoreId
from rrdformats.reader import Recording
from rrdtool.operations.comparison.value_hashes import value_hashes
from rrdtool.operations.edit_inputs import open_inputs
from rrdtool.operations.edit_plan import gather
from rrdtool.operations.edit_reading import read_groups

__all__ = ["Answers", "Difference", "compare_answers", "latest_answers", "sample_times"]

_Ints: TypeAlias = "npt.NDArray[np.int64]"
_Key: TypeAlias = tuple[StoreId, str, ComponentDescriptor]


@dataclass(slots=True)
class Answers:
    """The answers of one component of an entity; arrays along the times asked for.

    Attributes:
        order: Time and row id of each value, `(n, 3)`, as integers that compare like them.
        there: Whether there is a value.
        hashes: Hashes of the values.
        static: Row id and hash of the static value; None if there is none.
    """

    order: list[tuple[int, int, int]]
    there: list[bool]
    hashes: list[int]
    static: tuple[tuple[int, int], int] | None = None

    def told(self) -> list[int | None]:
        """The hash at each time; None where there is no value."""
        if self.static is not None:
            return [self.static[1]] * len(self.hashes)
        return [
            value if there else None for value, there in zip(self.hashes, self.there, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer that two recordings do not share.

    Attributes:
        entity: The entity.
        component: The component.
        time: The time asked for.
    """

    entity: str
    component: str
    time: int


def sample_times(start: int, end: int, count: int) -> list[int]:
    """Times to ask at, evenly spread from `start` to `end`, both included."""
    if end - start < count:
        return list(range(start, end + 1))
    return sorted({start + (end - start) * place // (count - 1) for place in range(count)})


def latest_answers(recording: Recording, timeline: str, times: list[int]) -> dict[_Key, Answers]:
    """The answers of all recordings in a file.

    Args:
        recording: The file.
        timeline: The timeline of the times.
        times: When to ask, ascending.

    Raises:
        InputError: If a chunk cannot be read.
    """
    found: dict[_Key, Answers] = {}
    asked = np.array(times, np.int64)
    with open_inputs([recording], lossy=True) as inputs:
        for store in gather(inputs).stores.values():
            for share in store.shares if store.is_recording else ():
                for group in read_groups(share, share.rows):
                    for descriptor, answers in _answers(group, timeline, asked):
                        key = store.store_id, str(group.schema.entity_path), descriptor
                        if key in found:
                            _join(found[key], answers)
                        else:
                            found[key] = answers
    return found


def compare_answers(
    one: dict[_Key, Answers], other: dict[_Key, Answers], times: list[int]
) -> tuple[int, list[Difference]]:
    """How many answers there are, and which of them differ."""
    differences = []
    nothing = Answers([], [False] * len(times), [0] * len(times))
    keys = dict.fromkeys([*one, *other])
    for key in keys:
        mine, theirs = one.get(key, nothing).told(), other.get(key, nothing).told()
        differences += [
            Difference(key[1], str(key[2]), time)
            for time, left, right in zip(times, mine, theirs, strict=True)
            if left != right
        ]
    return len(keys) * len(times), differences


def _answers(
    group: ChunkGroup, timeline: str, asked: _Ints
) -> Iterator[tuple[ComponentDescriptor, Answers]]:
    """What the rows of a group answer, component by component."""
    schema, batch = group.schema, group.batch
    names = [line.name for line in schema.timelines]
    if not (schema.is_static or timeline in names):
        return
    ids = row_ids_as_integers(batch.column(0))
    times = np.zeros(batch.num_rows, np.int64)
    if not schema.is_static:
        times = index_values(batch.column(1 + names.index(timeline)))
    for column, descriptor in enumerate(schema.descriptors, schema.first_component):
        values = batch.column(column)
        rows = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
        rows = rows[np.lexsort((ids[rows, 1], ids[rows, 0], times[rows]))]
        if not len(rows):
            continue
        if schema.is_static:
            last = int(rows[-1])
            (value,) = value_hashes(values.slice(last, 1)).tolist()
            static = (int(ids[last, 0]), int(ids[last, 1])), value
            zeros = [0] * len(asked)
            yield descriptor, Answers([(0, 0, 0)] * len(asked), [False] * len(asked), zeros, static)
            continue
        places = np.searchsorted(times[rows], asked, "right") - 1
        there = places >= 0
        chosen = rows[np.maximum(places, 0)]
        needed, back = np.unique(chosen, return_inverse=True)
        hashes = value_hashes(values.take(pa.array(needed, pa.int64())))[back]
        order = zip(times[chosen].tolist(), *ids[chosen].T.tolist(), strict=True)
        yield descriptor, Answers(list(order), there.tolist(), hashes.tolist())


def _join(answers: Answers, others: Answers) -> None:
    """Takes over what others know better."""
    if others.static is not None and (
        answers.static is None or answers.static[0] < others.static[0]
    ):
        answers.static = others.static
    for place, there in enumerate(others.there):
        if there and (not answers.there[place] or answers.order[place] < others.order[place]):
            answers.order[place] = others.order[place]
            answers.there[place] = True
            answers.hashes[place] = others.hashes[place]
