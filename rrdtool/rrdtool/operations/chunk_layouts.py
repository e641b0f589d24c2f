"""What the chunks of a recording look like, and how large they are, without their data.

What a chunk looks like (its schema, its number of rows) stands in the first bytes of its payload.
Of large chunks, whose payload the reader may have skipped (`read_blocks(payloads=False)`), only
these are decompressed; the others are decoded as always, their columns left alone. So it does not
matter here whether the data of a chunk are intact; `rrd verify` tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import TAIL_KEPT, Block
from rrdformats.chunk import ChunkSchema, index_values
from rrdformats.decode import ChunkDecoder, ChunkGroup, DecodedBlock, Layout
from rrdformats.errors import RrdError
from rrdformats.framing import FRAME_SIZE, KIND_NAMES, MessageKind
from rrdformats.headers import ArrowHeaders, parse_headers
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.lz4_blocks import decompress_head
from rrdformats.scan import whole_groups
from rrdformats.source import Source, read_exactly
from rrdformats.tuid import CHUNK_PREFIX, Tuid
from rrdtool.operations.payload_heads import message_length

__all__ = ["LayoutGroup", "LayoutReader"]

_FIRST_LOOK = 8 << 10
"""What is decompressed of a large payload at first (bytes); hardly any layout takes more."""

_LARGE = 64 << 10
"""What is at least as large (bytes) is decompressed no further than need be."""

_LAYOUTS_KEPT = 1024

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LayoutGroup:
    """Chunks that look alike.

    Attributes:
        schema: Entity path, timelines and components, after migration.
        rows: Rows of each chunk.
        in_order: For each timeline, whether the times of no chunk descend.
        schema_bytes: Length of each chunk's Arrow schema message (bytes).
        compressed: Size of each payload as it stands in the file (bytes), `(n,) int64`.
        uncompressed: Size of each once decompressed, as its header says (bytes), `(n,) int64`.
    """

    schema: ChunkSchema
    rows: int
    in_order: tuple[bool, ...]
    schema_bytes: int
    compressed: _Ints
    uncompressed: _Ints

    def __len__(self) -> int:
        return len(self.compressed)


class LayoutReader:
    """Reads the layouts of block after block, remembering those that it has met."""

    def __init__(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> None:
        """Prepares for the blocks of `source`; where a payload is needed, it is read from there."""
        self._source = source
        self._limits = limits
        self._decoder = ChunkDecoder(limits)
        self._layouts: dict[tuple[bytes, int], Layout] = {}

    def read(self, block: Block) -> tuple[list[LayoutGroup], list[RrdError]]:
        """The chunks of `block`, and what is wrong with those whose layout cannot be read."""
        headers = parse_headers(block, self._limits)
        errors = list(headers.errors)
        groups: list[LayoutGroup] = []
        rest = np.ones(len(headers), np.bool_)
        large = rest if block.skipped else headers.uncompressed_size >= _LARGE
        for index in np.flatnonzero(large).tolist():
            group = self._from_head(block, headers, index)
            if group is not None:
                groups.append(group)
                rest[index] = False
        if rest.any():
            decoded = self._rest(block, headers, rest)
            groups += self._decoded(decoded)
            groups += self._rescued(decoded)
            errors += decoded.errors
        return groups, _in_file_order(errors)

    def _rest(
        self, block: Block, headers: ArrowHeaders, rest: npt.NDArray[np.bool_]
    ) -> DecodedBlock:
        """The chunks of `block` that `rest` chooses, decoded; the errors are theirs alone."""
        if rest.all() and not block.skipped:
            decoded = self._decoder.decode(block, headers)
            del decoded.errors[: len(headers.errors)]
            return decoded
        whole = _whole(block, self._source) if block.skipped else block
        return self._decoder.decode(_part(whole, headers.messages[rest]))

    def _decoded(self, decoded: DecodedBlock) -> Iterator[LayoutGroup]:
        for group in decoded.groups:
            claimed = _claims(group.schema)
            if all(claimed) or group.rows < 2:
                yield _described(group, decoded.headers, (True,) * len(claimed))
                continue
            for part in whole_groups(decoded, group):  # only the times can tell
                yield _described(part, decoded.headers, _in_order(part))

    def _rescued(self, decoded: DecodedBlock) -> list[LayoutGroup]:
        """Chunks that do not decode although their heads do: their data are `rrd verify`'s."""
        groups: list[LayoutGroup] = []
        if not decoded.errors:
            return groups
        failed = {message for message, _ in decoded.errors}
        for index in np.flatnonzero(np.isin(decoded.headers.messages, list(failed))).tolist():
            group = self._from_head(decoded.block, decoded.headers, index)
            if group is not None:
                groups.append(group)
                failed.remove(int(decoded.headers.messages[index]))
        decoded.errors[:] = [item for item in decoded.errors if item[0] in failed]
        return groups

    def _from_head(self, block: Block, headers: ArrowHeaders, index: int) -> LayoutGroup | None:
        """A chunk of which only the head is looked at; None if that does not tell enough."""
        payload, size = _payload(block, headers, index), int(headers.uncompressed_size[index])
        try:
            metadata = _metadata(payload, int(headers.compression[index]), size)
            if metadata is None:
                return None
            layout = self._layout(metadata, headers, index)
        except RrdError:  # what is wrong is better said of the whole payload
            return None
        if size < layout.ipc_batch.end or (layout.rows > 1 and not all(_claims(layout.schema))):
            return None
        return _from_layout(layout, headers, np.array([index]))

    def _layout(self, metadata: bytes, headers: ArrowHeaders, index: int) -> Layout:
        """The layout that schema message and record batch metadata tell."""
        digits = str(Tuid.from_bytes(headers.chunk_id[index].tobytes())).encode()
        place = metadata.find(digits)
        key = (metadata[:place] + metadata[place + len(digits) :], place)
        layout = self._layouts.get(key)
        # Equal but for the digits: the same layout, if the digits stand where its id does.
        if layout is None or layout.id_span[0] + len(CHUNK_PREFIX) != place:
            # Zeros stand for the data; the memory for them is never touched.
            stream = np.zeros(int(headers.uncompressed_size[index]), np.uint8)
            stream[: len(metadata)] = np.frombuffer(metadata, np.uint8)
            layout = Layout(stream.data, self._limits)
            if len(self._layouts) >= _LAYOUTS_KEPT:
                self._layouts.clear()
            self._layouts[key] = layout
        return layout


def _in_file_order(errors: list[tuple[int, RrdError]]) -> list[RrdError]:
    """Errors without the indices of their messages, in file order."""
    return [error for _, error in sorted(errors, key=lambda item: item[0])]


def _payload(block: Block, headers: ArrowHeaders, index: int) -> memoryview:
    """A payload, or as much of it as there is."""
    there = len(block.data) - (TAIL_KEPT if block.skipped else 0)
    return block.data[int(headers.payload_start[index]) : there][
        : int(headers.payload_end[index] - headers.payload_start[index])
    ]


def _claims(schema: ChunkSchema) -> list[bool]:
    """For each timeline, whether the writer says that the times are in order."""
    return [schema.claimed_sorted(number) for number in range(len(schema.timelines))]


def _from_layout(layout: Layout, headers: ArrowHeaders, chunks: _Ints) -> LayoutGroup:
    """Chunks whose times need no look."""
    return LayoutGroup(
        layout.schema,
        layout.rows,
        (True,) * len(layout.schema.timelines),
        layout.ipc_schema.length,
        headers.payload_end[chunks] - headers.payload_start[chunks],
        headers.uncompressed_size[chunks],
    )


def _described(group: ChunkGroup, headers: ArrowHeaders, in_order: tuple[bool, ...]) -> LayoutGroup:
    mine = group.headers
    compressed = headers.payload_end[mine] - headers.payload_start[mine]
    return LayoutGroup(
        group.schema, group.rows, in_order, group.schema_bytes, compressed,
        headers.uncompressed_size[mine],
    )  # fmt: skip


def _in_order(group: ChunkGroup) -> tuple[bool, ...]:
    """For each timeline, whether it is claimed or found to be in order in every chunk."""
    result = []
    for number, claimed in enumerate(_claims(group.schema)):
        times = index_values(group.batch.column(1 + number)).reshape(len(group), group.rows)
        result.append(claimed or bool((times[:, 1:] >= times[:, :-1]).all()))
    return tuple(result)


def _metadata(payload: memoryview, compression: int, size: int) -> bytes | None:
    """Schema message and record batch metadata of a payload; None if they are not all there."""
    wanted = _FIRST_LOOK
    while True:
        head = decompress_head(payload, compression, wanted)
        schema = message_length(head)
        batch = None if schema is None else message_length(head, schema)
        if schema is not None and batch is not None and schema + batch <= min(len(head), size):
            return head[: schema + batch]
        if len(head) < wanted or wanted > size:
            return None
        wanted *= 4


def _part(block: Block, messages: _Ints) -> Block:
    """The given messages of a block, as a block."""
    chosen = messages.tolist()
    return Block(
        block.stream,
        block.data,
        block.offset,
        [block.kinds[message] for message in chosen],
        [block.starts[message] for message in chosen],
        [block.ends[message] for message in chosen],
    )


def _whole(block: Block, source: Source) -> Block:
    """`block` with the payload that was skipped."""
    length = block.ends[0] - block.starts[0]
    data = read_exactly(
        source, block.offset, FRAME_SIZE + length, KIND_NAMES[MessageKind.ARROW_MSG]
    )
    return Block(
        block.stream, memoryview(data), block.offset, block.kinds, block.starts, block.ends
    )
