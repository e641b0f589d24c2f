"""Copies chunks while editing them: what an edit does not concern goes as bytes.

The copy keeps the order of the source. Long stretches that the edit does not concern are copied as
`copying` does; everything else is read in windows, in which only the chunks that may change are
decompressed, and only those that do change are compressed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt

from rrdformats.blocks import Block
from rrdformats.chunk import ChunkSchema
from rrdformats.chunk_edits import ChunkEdit, EditedSchema
from rrdformats.contents import StreamManifest
from rrdformats.copying import ChunkFrames, Relabeler, copy_chunks
from rrdformats.decode import ChunkDecoder, ChunkGroup, DecodedBlock, Layout
from rrdformats.descriptors import ComponentDescriptor
from rrdformats.edited_parts import edit_part
from rrdformats.errors import RrdError
from rrdformats.framing import FRAME, FRAME_SIZE, MessageKind
from rrdformats.layout_edits import EditedChunks, GroupEditor
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.manifest_build import DescribedSchema
from rrdformats.manifest_parts import ChunkPlaces, carried_part
from rrdformats.messages import ArrowMsg, Compression, StoreId
from rrdformats.scan import whole_groups
from rrdformats.source import Source
from rrdformats.spans import read_window, windows
from rrdformats.tuid import Tuid
from rrdformats.write_behind import WriteBehind
from rrdformats.writer import RrdWriter

__all__ = ["EditTally", "copy_edited"]

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

_LONG_RUN = 1 << 20
"""Stretches from this size on (bytes) that the edit does not concern are copied as such."""

_GROUP_BYTES = 32 << 20
"""Chunks that are edited together, at most (bytes)."""

_DENSE = 50
"""Compressing that saves less than one part in so many is not repeated."""

_EDITORS_KEPT = 2048

_EDITED, _GONE = 1, 2
"""Fates of chunks; 0 is to be copied."""

_TIME_HALF, _COUNTER_HALF = slice(3, 11), slice(12, 20)
"""Where the halves of the chunk id stand behind the payload."""


@dataclass(slots=True)
class EditTally:
    """What an edited copy did.

    Attributes:
        chunks: Chunks that were written.
        rows: Their rows.
        edited: Chunks that were changed.
        gone: Chunks of which nothing was left.
        gone_rows: Their rows.
        lost_times: Chunks that lost all their timelines, and so are static now.
        lost_times_rows: Their rows.
        unreadable: Chunks that were left out because they could not be read.
    """

    chunks: int = 0
    rows: int = 0
    edited: int = 0
    gone: int = 0
    gone_rows: int = 0
    lost_times: int = 0
    lost_times_rows: int = 0
    unreadable: int = 0


def copy_edited(
    source: Source,
    item: StreamManifest,
    rows: _Ints,
    edit: ChunkEdit,
    writer: RrdWriter,
    store_id: StoreId | None = None,
    *,
    on_damage: Callable[[RrdError], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> EditTally:
    """Copies the chunks that some rows of a manifest list, edited, in file order.

    Args:
        source: The recording that the manifest is of; it must be seekable.
        item: The manifest and its stream.
        rows: Which of its rows.
        edit: What to change.
        writer: Where the chunks go; its manifest learns of them.
        store_id: The store that they belong to from now on; None leaves them in theirs.
        on_damage: Told of chunks that cannot be read, which are then left out. Without it they
            are raised.
        limits: Bounds for what is parsed.

    Raises:
        RrdError: If the source is not what the manifest says.
    """
    copier = _Copier(source, item, edit, writer, store_id, on_damage, limits)
    if len(rows):
        frames = ChunkFrames.of(item, rows)
        concerned = edit.concerned(item.manifest)[frames.rows]
        for part, is_plain in _stretches(frames, concerned):
            if is_plain:
                copy_chunks(source, item, frames.rows[part], writer, store_id, limits)
                copier.count(frames.rows[part])
            else:
                copier.copy(frames[part], concerned[part])
        copier.finish()
    return copier.tally


def _stretches(frames: ChunkFrames, concerned: _Mask) -> Iterator[tuple[slice, bool]]:
    """Cuts chunks into long stretches that an edit does not concern, and what is between them."""
    breaks = (np.flatnonzero(concerned[1:] != concerned[:-1]) + 1).tolist()
    mixed = 0
    for first, last in zip([0, *breaks], [*breaks, len(frames)], strict=True):
        size = int((frames.ends[first:last] - frames.starts[first:last]).sum())
        if not concerned[first] and size >= _LONG_RUN:
            if first > mixed:
                yield slice(mixed, first), False
            yield slice(first, last), True
            mixed = last
    if len(frames) > mixed:
        yield slice(mixed, len(frames)), False


class _Copier:
    """The state of one edited copy."""

    def __init__(
        self,
        source: Source,
        item: StreamManifest,
        edit: ChunkEdit,
        writer: RrdWriter,
        store_id: StoreId | None,
        on_damage: Callable[[RrdError], None] | None,
        limits: Limits,
    ) -> None:
        self.tally = EditTally()
        self._source = source
        self._item = item
        self._edit = edit
        self._writer = writer
        self._store_id = store_id or item.manifest.store_id
        self._on_damage = on_damage
        self._decoder = ChunkDecoder(limits)
        self._relabeler = Relabeler(item, self._store_id, limits)
        self._encoder = _MessageEncoder(self._store_id)
        self._applied: dict[ChunkSchema, EditedSchema | None] = {}
        self._editors: dict[Layout, GroupEditor | None] = {}
        self._kept = _Written()
        self._edited = _Written()
        self._described: dict[int, _Described] = {}

    def count(self, rows: _Ints) -> None:
        """Counts chunks that were written."""
        self.tally.chunks += len(rows)
        self.tally.rows += int(np.asarray(self._item.manifest.num_rows, np.int64)[rows].sum())

    def copy(self, frames: ChunkFrames, concerned: _Mask) -> None:
        """Copies chunks, of which only some can change."""
        with WriteBehind(self._writer) as behind:
            for window in windows(frames.starts, frames.ends):
                self._copy_window(frames[window], concerned[window], behind)

    def _copy_window(self, frames: ChunkFrames, concerned: _Mask, behind: WriteBehind) -> None:
        block = read_window(self._source, self._item.stream, frames.starts, frames.ends)
        work = _Window(block, frames)
        maybe = np.flatnonzero(concerned)
        if len(maybe):
            self._edit_chunks(work, maybe)
        plain = np.flatnonzero(work.fate == 0)
        if len(plain):
            pieces, sizes = self._relabeler.frames(block, frames.rows, plain)
            work.sizes[plain] = sizes
            for place, index in enumerate(plain.tolist()):
                work.pieces[index] = pieces[2 * place : 2 * place + 2]
        self._write(work, behind)

    def _edit_chunks(self, work: _Window, maybe: _Ints) -> None:
        """Edits those of the chunks at `maybe` that change."""
        block = work.block
        chosen = Block(
            block.stream,
            block.data,
            block.offset,
            [block.kinds[i] for i in maybe.tolist()],
            [block.starts[i] for i in maybe.tolist()],
            [block.ends[i] for i in maybe.tolist()],
        )
        decoded = self._decoder.decode(chosen)
        for group in decoded.groups:
            editor = self._editor(group.layout)
            if editor is None:
                continue
            self._count(editor.edited, group)
            if editor.edited.is_gone:
                work.fate[maybe[group.messages]] = _GONE
                continue
            parts = whole_groups(decoded, group) if editor.needs_values else [group]
            for part in (piece for whole in parts for piece in _bounded(whole)):
                self._take(work, maybe[part.messages], editor, part, _dense(decoded, part))
        self._report(work, maybe, decoded)

    def _editor(self, layout: Layout) -> GroupEditor | None:
        """The editor for chunks of a layout; None if they stay as they are."""
        if layout not in self._editors:
            if len(self._editors) >= _EDITORS_KEPT:
                self._editors.clear()
            schema = layout.schema
            if schema not in self._applied:
                self._applied[schema] = self._edit.apply(schema)
            edited = self._applied[schema]
            self._editors[layout] = None if edited is None else GroupEditor(edited, layout)
        return self._editors[layout]

    def _count(self, edited: EditedSchema, group: ChunkGroup) -> None:
        if edited.is_gone:
            self.tally.gone += len(group)
            self.tally.gone_rows += len(group) * group.rows
            return
        self.tally.edited += len(group)
        if edited.lost_times:
            self.tally.lost_times += len(group)
            self.tally.lost_times_rows += len(group) * group.rows

    def _take(
        self, work: _Window, indices: _Ints, editor: GroupEditor, group: ChunkGroup, dense: _Mask
    ) -> None:
        """Puts the edited chunks of a group in their places."""
        edited = editor.edit(group, dense)
        schema = editor.edited.schema
        messages, sizes = self._encoder.messages(edited, schema.is_static)
        for index, pieces in zip(indices.tolist(), messages, strict=True):
            work.pieces[index] = pieces
        work.sizes[indices] = sizes
        work.fate[indices] = _EDITED
        work.uncompressed[indices] = edited.uncompressed
        work.ids[indices] = edited.ids
        described = self._described.setdefault(id(editor.edited), _Described(schema, edited.empty))
        described.empty &= edited.empty
        described.rows.append(work.frames.rows[indices])

    def _report(self, work: _Window, maybe: _Ints, decoded: DecodedBlock) -> None:
        for message, error in sorted(decoded.errors, key=lambda item: item[0]):
            if self._on_damage is None:
                raise error
            self._on_damage(error)
            work.fate[maybe[message]] = _GONE
            self.tally.unreadable += 1

    def _write(self, work: _Window, behind: WriteBehind) -> None:
        """Writes what became of a window, in its order."""
        there = np.flatnonzero(work.fate != _GONE)
        framed = work.sizes[there] + FRAME_SIZE
        offsets = np.zeros(len(work.sizes), np.int64)
        behind.settle()  # only then it is known where this window goes
        offsets[there] = self._writer.position + np.cumsum(framed) - work.sizes[there]
        behind.write(list(chain.from_iterable(work.pieces)))
        kept, edited = work.fate == 0, work.fate == _EDITED
        self._kept.add(work, kept, offsets)
        self._edited.add(work, edited, offsets)

    def finish(self) -> None:
        """Tells the manifest of what was written in windows."""
        manifest, store_id = self._item.manifest, self._store_id
        if self._kept.rows:
            rows = np.concatenate(self._kept.rows)
            self.count(rows)
            sizes = np.asarray(manifest.byte_size_uncompressed, np.int64)[rows]
            self._writer.carry(store_id, manifest, rows, self._kept.places(sizes))
        if self._edited.rows:
            rows = np.concatenate(self._edited.rows)
            self.count(rows)
            places = self._edited.places(np.concatenate(self._edited.uncompressed))
            part = carried_part(manifest, rows, places)
            part.ids = np.concatenate(self._edited.ids)
            place_of = np.empty(len(manifest), np.int64)
            place_of[rows] = np.arange(len(rows))
            told = self._described.values()
            schemas = [(found.schema, place_of[np.concatenate(found.rows)]) for found in told]
            edit_part(part, self._edit, schemas)
            noted = [DescribedSchema(found.schema, found.empty) for found in told]
            self._writer.describe(store_id, noted, part)


class _Window:
    """A block of chunks, and what becomes of each.

    Attributes:
        block: The chunks' messages.
        frames: Where they stand.
        fate: 0 for what is copied, else `_EDITED` or `_GONE`.
        pieces: The frame of each, in pieces; none for what is gone.
        sizes: Sizes of the new messages (bytes).
        uncompressed: Sizes of the new streams; of edited chunks only.
        ids: The new ids; of edited chunks only.
    """

    def __init__(self, block: Block, frames: ChunkFrames) -> None:
        count = len(frames)
        self.block = block
        self.frames = frames
        self.fate = np.zeros(count, np.int8)
        self.pieces: list[Sequence[bytes | memoryview]] = [()] * count
        self.sizes: _Ints = np.zeros(count, np.int64)
        self.uncompressed: _Ints = np.zeros(count, np.int64)
        self.ids: npt.NDArray[np.uint8] = np.zeros((count, 16), np.uint8)


@dataclass(slots=True)
class _Described:
    """What the manifest needs to know of the edited chunks of one schema.

    Attributes:
        schema: The schema.
        empty: Components that have null and empty lists only.
        rows: The rows of the old manifest that listed them.
    """

    schema: ChunkSchema
    empty: frozenset[ComponentDescriptor]
    rows: list[_Ints] = field(default_factory=list)


class _Written:
    """Chunks that were written, as columns in pieces: rows of the old manifest, places, ids."""

    def __init__(self) -> None:
        self.rows: list[_Ints] = []
        self.offsets: list[_Ints] = []
        self.sizes: list[_Ints] = []
        self.uncompressed: list[_Ints] = []
        self.ids: list[npt.NDArray[np.uint8]] = []

    def add(self, work: _Window, chosen: _Mask, offsets: _Ints) -> None:
        if chosen.any():
            self.rows.append(work.frames.rows[chosen])
            self.offsets.append(offsets[chosen])
            self.sizes.append(work.sizes[chosen])
            self.uncompressed.append(work.uncompressed[chosen])
            self.ids.append(work.ids[chosen])

    def places(self, uncompressed: _Ints) -> ChunkPlaces:
        return ChunkPlaces(np.concatenate(self.offsets), np.concatenate(self.sizes), uncompressed)


class _MessageEncoder:
    """Frames for chunks of one store; what messages of equal lengths share is made once."""

    def __init__(self, store_id: StoreId) -> None:
        self._encoded_id = store_id.to_bytes()
        self._fronts: dict[tuple[int, int, bool], bytes] = {}

    def messages(
        self, edited: EditedChunks, is_static: bool
    ) -> tuple[list[tuple[bytes, bytes | memoryview, bytes]], _Ints]:
        """The frame of each chunk in three pieces, the payload amidst, and the messages' sizes."""
        payloads = edited.payloads
        lengths = list(zip(map(len, payloads), edited.uncompressed.tolist(), strict=True))
        samples = dict(zip(lengths, payloads, strict=True))
        front_of = {
            pair: self._front(payload, pair[1], is_static) for pair, payload in samples.items()
        }
        fronts = [front_of[pair] for pair in lengths]
        behind = self._behind(edited.ids, is_static)
        sizes = np.fromiter(map(len, fronts), np.int64) - FRAME_SIZE + len(behind[0])
        sizes += np.fromiter(map(len, payloads), np.int64)
        return list(zip(fronts, payloads, behind, strict=True)), sizes

    def _front(self, payload: bytes | memoryview, uncompressed: int, is_static: bool) -> bytes:
        """Frame header and message up to a payload of this length."""
        key = (len(payload), uncompressed, is_static)
        front = self._fronts.get(key)
        if front is None:
            before, after = self._around(payload, uncompressed, is_static)
            size = len(before) + len(payload) + len(after)
            front = self._fronts[key] = FRAME.pack(MessageKind.ARROW_MSG, size) + before
        return front

    def _around(
        self, payload: bytes | memoryview, size: int, is_static: bool
    ) -> tuple[bytes, bytes]:
        return ArrowMsg.encode(
            self._encoded_id,
            payload,
            compression=Compression.LZ4,
            uncompressed_size=size,
            chunk_id=Tuid(0, 0),
            is_static=is_static,
        )

    def _behind(self, ids: npt.NDArray[np.uint8], is_static: bool) -> list[bytes]:
        """The fields behind the payloads: chunk id, in two little-endian halves, and staticness."""
        _, after = self._around(b"", 0, is_static)
        table = np.empty((len(ids), len(after)), np.uint8)
        table[:] = np.frombuffer(after, np.uint8)
        table[:, _TIME_HALF] = ids[:, 7::-1]
        table[:, _COUNTER_HALF] = ids[:, :7:-1]
        raw, width = table.tobytes(), len(after)
        return [raw[place : place + width] for place in range(0, len(raw), width)]


def _dense(decoded: DecodedBlock, group: ChunkGroup) -> _Mask:
    """Which chunks of a group compressing did not make smaller."""
    headers, chosen = decoded.headers, group.headers
    packed = headers.payload_end[chosen] - headers.payload_start[chosen]
    dense: _Mask = (headers.compression[chosen] == Compression.LZ4) & (
        packed * _DENSE >= decoded.sizes[chosen] * (_DENSE - 1)
    )
    return dense


def _bounded(group: ChunkGroup) -> Iterator[ChunkGroup]:
    """Parts of a group that are not too large to be edited together."""
    step = max(_GROUP_BYTES // max(group.layout.ipc_batch.end, 1), 1)
    if len(group) <= step:
        yield group
        return
    for first in range(0, len(group), step):
        yield group.pick(np.arange(first, min(first + step, len(group))))
