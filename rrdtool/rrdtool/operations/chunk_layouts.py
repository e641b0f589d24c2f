"""What the chunks of a recording look like, and how large they are, without their data.

Chunks of ordinary size are decoded as always, their columns left alone. Of a large chunk, whose
payload was skipped by the reader (`read_blocks(payloads=False)`), only the first bytes are
decompressed: they hold the schema and the number of rows.
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
from rrdformats.messages import Compression
from rrdformats.payloads import decompress_payload
from rrdformats.scan import whole_groups
from rrdformats.source import Source, read_exactly
from rrdtool.operations.known_heads import KnownHeads
from rrdtool.operations.lz4_heads import decompress_head
from rrdtool.operations.payload_heads import message_length

__all__ = ["LayoutGroup", "LayoutReader"]

_FIRST_LOOK = 8 << 10
"""What is decompressed of a large payload at first (bytes); hardly any layout takes more."""

_NOT_RARE = 4  # chunks of one layout in one block
_FORMS_OF_ONE = 4  # forms of one layout that are learned from one block

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
        self._known = KnownHeads()

    def read(self, block: Block) -> tuple[list[LayoutGroup], list[RrdError]]:
        """The chunks of `block`, and what is wrong with those that cannot be read."""
        headers = parse_headers(block, self._limits)
        errors = list(headers.errors)
        groups, missed = self._recognised(block, headers)
        if missed and block.skipped:
            group = self._from_head(block, headers, 0)
            if group is not None:
                return [*groups, group], []
            block = _whole(block, self._source)
        if missed:
            decoded = self._decoder.decode(_part(block, headers.messages[missed]))
            groups += self._decoded(decoded)
            errors += decoded.errors
        errors.sort(key=lambda item: item[0])
        return groups, [error for _, error in errors]

    def _recognised(
        self, block: Block, headers: ArrowHeaders
    ) -> tuple[list[LayoutGroup], list[int]]:
        """Chunks that look like some met before, and the indices of the others."""
        there = len(block.data) - (TAIL_KEPT if block.skipped else 0)
        ends = np.minimum(headers.payload_end, there)
        ends = np.where(headers.compression == Compression.LZ4, ends, 0)
        spans = zip(headers.payload_start.tolist(), ends.tolist(), strict=True)
        matches, missed = self._known.match(block.data, spans)
        groups = []
        for match in matches:
            chunks = np.asarray(match.chunks, np.int64)
            whole = headers.uncompressed_size[chunks] >= match.layout.ipc_batch.end
            missed += chunks[~whole].tolist()
            groups.append(_from_layout(match.layout, headers, chunks[whole]))
        return groups, sorted(missed)

    def _decoded(self, decoded: DecodedBlock) -> Iterator[LayoutGroup]:
        for group in decoded.groups:
            claimed = _claims(group.schema)
            if all(claimed) or group.rows < 2:
                self._learn(decoded, group)
                yield _described(group, decoded.headers, (True,) * len(claimed))
                continue
            for part in whole_groups(decoded, group):  # only the times can tell
                yield _described(part, decoded.headers, _in_order(part))

    def _learn(self, decoded: DecodedBlock, group: ChunkGroup) -> None:
        """Remembers what the first chunks of a group look like, if it is not a rare one."""
        if len(group) < _NOT_RARE:
            return
        layout: Layout | None = None
        headers = decoded.headers
        for header in group.headers[:_FORMS_OF_ONE].tolist():
            if headers.compression[header] != Compression.LZ4:
                return
            start, end = int(headers.payload_start[header]), int(headers.payload_end[header])
            payload, size = decoded.block.data[start:end], int(headers.uncompressed_size[header])
            if layout is None:
                stream = decompress_payload(payload, Compression.LZ4, size)
                layout = Layout(stream, self._limits)
            self._known.learn(payload, layout)

    def _from_head(
        self, block: Block, headers: ArrowHeaders, index: int
    ) -> LayoutGroup | None:
        """A large chunk of which only the head is there; None if that does not tell enough."""
        start, stop = int(headers.payload_start[index]), len(block.data) - TAIL_KEPT
        payload, size = block.data[start:stop], int(headers.uncompressed_size[index])
        try:
            metadata = _metadata(payload, int(headers.compression[index]), size)
            if metadata is None:
                return None
            stream = bytearray(size)  # zeros for the data: no more of them is touched
            stream[: len(metadata)] = metadata
            layout = Layout(memoryview(stream), self._limits)
        except RrdError:  # what is wrong is better said of the whole payload
            return None
        if layout.rows > 1 and not all(_claims(layout.schema)):
            return None
        self._known.learn(payload, layout)
        return _from_layout(layout, headers, np.array([index]))


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
    while wanted <= 2 * size:
        head = decompress_head(payload, compression, wanted)
        schema = message_length(head)
        batch = None if schema is None else message_length(head, schema)
        if schema is not None and batch is not None and schema + batch <= min(len(head), size):
            return head[: schema + batch]
        if len(head) < wanted:
            return None
        wanted *= 2
    return None


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
