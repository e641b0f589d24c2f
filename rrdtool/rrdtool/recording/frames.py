"""`send_record_batch`, `send_dataframe`: Arrow tables whose columns say what they are.

What a column is stands in its field's metadata, as queries return it, or in its name:
`/entity/path:Archetype:field`. All rows keep their order and get new row ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import pyarrow as pa

from rrdformats.chunk_schema import (
    ARCHETYPE_KEY,
    COMPONENT_KEY,
    COMPONENT_TYPE_KEY,
    ENTITY_PATH_KEY,
    INDEX_NAME_KEY,
    KIND_KEY,
)
from rrdformats.timeline import Timeline
from rrdtool.model.described import ComponentDescriptor
from rrdtool.recording.arguments import checked
from rrdtool.recording.bundles import owned, path_text
from rrdtool.recording.columns import chunk_of_columns, timeline_of
from rrdtool.recording.current import pipeline_of
from rrdtool.recording.encoding import list_array
from rrdtool.recording.indexes import AUTO_INDEX, AutoIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rrdtool.recording.indexes import Index
    from rrdtool.recording.streams import RecordingStream

__all__ = ["send_dataframe", "send_record_batch"]


_Columns: TypeAlias = "dict[ComponentDescriptor, pa.Array[Any]]"


def send_record_batch(
    batch: pa.RecordBatch,
    recording: RecordingStream | None = None,
    *,
    index: Index = AUTO_INDEX,
    entity_path: str | None = None,
) -> None:
    """Sends the rows of a record batch.

    Args:
        batch: The rows.
        recording: The recording stream; the current one unless given.
        index: Names of the columns that hold times; None for static rows.
        entity_path: Entity of the columns that name none.

    Raises:
        ValueError: If there is no index, or no component, or a time is missing or of a wrong type.
        TypeError: If this is no record batch.
    """
    checked(batch, pa.RecordBatch, "the argument `batch`")
    pipeline = pipeline_of(recording)
    if pipeline is None or not pipeline.enabled or not batch.num_rows:
        return
    times, entities = _sorted_out(batch, index, entity_path)
    for path, columns in entities.items():
        pipeline.append_chunk(chunk_of_columns(path, times, columns))


def send_dataframe(
    df: Any,
    recording: RecordingStream | None = None,
    *,
    index: Index = AUTO_INDEX,
    entity_path: str | None = None,
) -> None:
    """Sends the rows of a table, batch by batch.

    Args:
        df: A pyarrow Table, RecordBatch or RecordBatchReader, or any object that offers its rows
            as an Arrow stream, as data frames of most libraries do.
        recording: The recording stream; the current one unless given.
        index: Names of the columns that hold times; None for static rows.
        entity_path: Entity of the columns that name none.

    Raises:
        ValueError: As `send_record_batch`.
        TypeError: If this is no table.
    """
    for batch in _batches_of(df):
        send_record_batch(batch, recording, index=index, entity_path=entity_path)


def _batches_of(df: Any) -> Iterator[pa.RecordBatch]:
    if isinstance(df, pa.RecordBatch):
        yield df
    elif isinstance(df, pa.Table):
        yield from df.to_batches()
    elif isinstance(df, pa.RecordBatchReader):
        yield from df
    elif hasattr(df, "__arrow_c_stream__"):
        yield from cast("Any", pa.RecordBatchReader).from_stream(df)
    else:
        raise TypeError(
            "a pyarrow Table, RecordBatch or RecordBatchReader, or an object with an Arrow stream "
            f"was expected, not {type(df).__name__!r}"
        )


def _sorted_out(
    batch: pa.RecordBatch, index: Index, entity_path: str | None
) -> tuple[dict[Timeline, pa.Array[Any]], dict[str, _Columns]]:
    """The times of the rows, and the columns of each entity."""
    schema = batch.schema
    default = entity_path or _text(schema.metadata, ENTITY_PATH_KEY) or "/"
    wanted = _index_names(schema, index)
    times: dict[Timeline, pa.Array[Any]] = {}
    entities: dict[str, _Columns] = {}
    for field, array in zip(schema, batch.columns, strict=True):
        if field.name in wanted:
            name = _text(field.metadata, INDEX_NAME_KEY) or field.name
            times[_checked_timeline(name, array)] = owned(array)
        elif _text(field.metadata, KIND_KEY) in (None, "data"):
            path, descriptor = _meaning(field, default)
            entities.setdefault(path, {})[descriptor] = _lists(owned(array))
    if not entities:
        raise ValueError("there is no component among the columns, so there is nothing to send")
    return times, entities


def _index_names(schema: pa.Schema, index: Index) -> set[str]:
    if index is None:
        return set()
    if isinstance(index, AutoIndex):
        names = {field.name for field in schema if _text(field.metadata, KIND_KEY) == "index"}
        if not names:
            raise ValueError(
                "no column says that it is an index: name one with `index=`, or pass "
                "`index=None` for static rows"
            )
        return names
    names = {index} if isinstance(index, str) else set(index)
    for missing in sorted(names.difference(schema.names)):
        raise ValueError(f"there is no column {missing!r} to be the index")
    return names


def _checked_timeline(name: str, times: pa.Array[Any]) -> Timeline:
    try:
        return timeline_of(name, times)
    except RuntimeError as error:
        raise ValueError(str(error)) from error


def _meaning(field: pa.Field[Any], default: str) -> tuple[str, ComponentDescriptor]:
    """Entity and component of a data column."""
    metadata = field.metadata
    path, component = _text(metadata, ENTITY_PATH_KEY), _text(metadata, COMPONENT_KEY)
    if component is None:
        component = field.name
        if component.startswith("/") and ":" in component:
            named, component = component.split(":", 1)
            path = path or named
    descriptor = ComponentDescriptor(
        component, _text(metadata, ARCHETYPE_KEY), _text(metadata, COMPONENT_TYPE_KEY)
    )
    return path_text(path or default), descriptor


def _lists(array: pa.Array[Any]) -> pa.Array[Any]:
    """The column as lists: values that are none become lists of one, nulls stay nulls."""
    if isinstance(array, pa.ListArray):
        return array
    offsets = np.arange(len(array) + 1, dtype=np.int32)
    if not array.null_count:
        return list_array(offsets, array)
    is_there = array.is_valid().to_numpy(zero_copy_only=False)
    return list_array(offsets, array, np.packbits(is_there, bitorder="little"))


def _text(metadata: Any, key: str) -> str | None:
    value = (metadata or {}).get(key.encode())
    return value.decode() if value else None
