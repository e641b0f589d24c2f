"""The RRD format: bytes, messages, chunks, recordings, and the vocabulary of types.

From the bytes up; each module knows only those above it.

```
errors, limits     what can be wrong with bytes; bounds for every length read from them
wire               protobuf primitives
framing            stream header, message frames, trailer, checksum
stores             what a stream says of its stores: identity, origin, version
messages           store info, chunk message header, blueprint activation, footer
source, blocks     files and pipes; whole frames read in windows; streams glued together
headers            the chunk message headers of a block, as columns
payloads           LZ4 blocks (lz4_blocks knows what they are made of)
ipc_read           Arrow metadata without pyarrow          ipc_values   plain values likewise
ipc_write          Arrow streams byte for byte as the reference writes them
                   (with ipc_schema_write and flatbuffer_build)
columns, decode    chunks of equal layout decoded together (told apart by byte_rows)
tuid, timeline, entity_path, descriptors, chunk_schema, chunk     what a chunk is made of
                   (and how large, value_sizes)
migrations         chunks of 0.23 to 0.40 in today's form (rules in migration_steps)
manifest           a footer's table of chunks              manifest_build   made from chunks
footers, contents  what a recording holds, from its end    scan             by reading all of it
properties         a recording's own name, start time, and what else was said of it
query, reader      the chunks that one wants (chunk_stream: one by one, in order)
writer             a recording, front to back
vocabulary         archetypes, components, datatypes, enums, as data
selectors, times, quantities    what people type: globs, times, sizes
arrow_bridge       between numpy and Arrow
testing            what tests of this package and of its users share
```

The names below are imported when they are first used: a program that only reads footers never
imports numpy or pyarrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rrdformats.chunk import Chunk
    from rrdformats.descriptors import ComponentDescriptor
    from rrdformats.entity_path import EntityPath
    from rrdformats.errors import (
        CorruptError,
        LimitError,
        NotRrdError,
        RrdError,
        TruncatedError,
        UnsupportedError,
    )
    from rrdformats.query import ChunkQuery, TimeRange
    from rrdformats.reader import Recording
    from rrdformats.selectors import Selection
    from rrdformats.stores import StoreId, StoreInfo, StoreKind
    from rrdformats.timeline import TimeKind, Timeline
    from rrdformats.tuid import Tuid
    from rrdformats.writer import RrdWriter

__all__ = [
    "Chunk",
    "ChunkQuery",
    "ComponentDescriptor",
    "CorruptError",
    "EntityPath",
    "LimitError",
    "NotRrdError",
    "Recording",
    "RrdError",
    "RrdWriter",
    "Selection",
    "StoreId",
    "StoreInfo",
    "StoreKind",
    "TimeKind",
    "TimeRange",
    "Timeline",
    "TruncatedError",
    "Tuid",
    "UnsupportedError",
]

_HOMES = {
    "chunk": ("Chunk",),
    "descriptors": ("ComponentDescriptor",),
    "entity_path": ("EntityPath",),
    "errors": (
        "CorruptError",
        "LimitError",
        "NotRrdError",
        "RrdError",
        "TruncatedError",
        "UnsupportedError",
    ),
    "query": ("ChunkQuery", "TimeRange"),
    "reader": ("Recording",),
    "selectors": ("Selection",),
    "stores": ("StoreId", "StoreInfo", "StoreKind"),
    "timeline": ("TimeKind", "Timeline"),
    "tuid": ("Tuid",),
    "writer": ("RrdWriter",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
