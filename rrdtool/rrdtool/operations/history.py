"""How a recording was made, noted in the recording: `--history`.

Each step is a property group of its own, `history/1`, `history/2` and so on, so that the steps
before stay readable. It says what was run, by which version, on which inputs; never when, so that
the same inputs and options give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import xxhash

import rrdtool
from rrdformats.chunk import Chunk
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.properties import PROPERTIES_PATH
from rrdformats.tuid import Tuid
from rrdtool.operations.edit_inputs import EditInput, digest

if TYPE_CHECKING:
    from rrdtool.operations.edit_plan import EditPlan, PlannedStore

__all__ = ["add_history", "property_chunk"]

_FOLDER = f"{PROPERTIES_PATH}/history/"


def add_history(plan: EditPlan, command: str, inputs: list[EditInput]) -> None:
    """Adds a step to each recording of a plan.

    Args:
        plan: What will be written.
        command: The command line, as a shell takes it.
        inputs: What is read; all of it is read for the digests.
    """
    origins = [f"sha256:{digest(found.source)} {found.name}" for found in inputs]
    for store in plan.stores.values():
        if store.is_recording:
            said = {
                "command": pa.array([[command]], pa.list_(pa.utf8())),
                "inputs": pa.array([origins], pa.list_(pa.utf8())),
                "version": pa.array([[f"rrd {rrdtool.__version__}"]], pa.list_(pa.utf8())),
            }
            columns = {ComponentDescriptor(name): values for name, values in said.items()}
            path = f"{_FOLDER}{_next_step(store)}"
            store.chunks.append(property_chunk(path, columns, store.first_time()))


def _next_step(store: PlannedStore) -> int:
    """The number behind the last step that a recording tells of."""
    taken = [0]
    for share in store.shares:
        for path in share.entities():
            name = path.removeprefix(_FOLDER)
            if name != path and name.isdecimal():
                taken.append(int(name))
    return max(taken) + 1


def property_chunk(
    path: str, columns: Mapping[ComponentDescriptor, pa.Array[Any]], time: int
) -> Chunk:
    """A static chunk of one row, whose ids follow from what it says and from `time` alone.

    Args:
        path: The entity.
        columns: The components, one list each.
        time: What its ids name as their time (nanoseconds).
    """
    ordered = sorted(columns.items(), key=lambda item: item[0].sort_key)
    said = repr([(str(key), str(values.type), values.to_pylist()) for key, values in ordered])
    state = xxhash.xxh3_128_digest(path.encode() + b"\0" + said.encode())
    row_id = Tuid(time, int.from_bytes(state[:8], "little") >> 1)
    chunk_id = Tuid(time, int.from_bytes(state[8:], "little") >> 1)
    return Chunk.build(
        path,
        row_ids=pa.array([row_id.to_bytes()], pa.binary(16)),
        components=columns.items(),
        chunk_id=chunk_id,
    )
