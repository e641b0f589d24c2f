"""Reads bytes with everything the format library has: what fuzzing runs on each input.

Whatever the bytes are, each step ends in a result or an `RrdError`; anything else escapes and is a
bug. Steps that must agree (pipe and file, with payloads and without) are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from rrdformats.blocks import Block, read_blocks
from rrdformats.contents import Contents
from rrdformats.decode import ChunkDecoder, DecodedBlock
from rrdformats.errors import RrdError
from rrdformats.framing import MessageKind
from rrdformats.headers import parse_headers
from rrdformats.ipc_read import column_layouts, read_stream
from rrdformats.ipc_values import cells
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.manifest import Manifest
from rrdformats.messages import BlueprintActivation, SetStoreInfo, parse_footer
from rrdformats.payloads import decompress_payload
from rrdformats.query import ChunkQuery, TimeRange
from rrdformats.reader import Recording
from rrdformats.scan import chunk_places, whole_groups
from rrdformats.selectors import Selection
from rrdformats.source import open_source
from rrdformats.testing.files import Pipe, SizedFile, as_binary

__all__ = ["Outcome", "exercise"]

_QUERIES = (
    ChunkQuery(static=True),
    ChunkQuery(times=TimeRange("frame", 0, 1)),
    ChunkQuery(components=Selection.names(["*:positions", "values"])),
)


@dataclass(slots=True)
class Outcome:
    """What the steps found.

    Attributes:
        chunks: Chunks that decode.
        manifests: Manifests that open, from footers or built by a scan.
        errors: What the steps reported or raised, all of them `RrdError`.
    """

    chunks: int = 0
    manifests: int = 0
    errors: list[RrdError] = field(default_factory=list)

    def attempt(self, step: Callable[[], object]) -> None:
        """Runs `step`; an `RrdError` is a result."""
        try:
            step()
        except RrdError as error:
            self.errors.append(error)


def exercise(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Outcome:
    """Reads `data` in every way.

    Raises:
        AssertionError: If two ways that must agree do not.
        Exception: Anything but `RrdError` that a step raises: a bug.
    """
    outcome = Outcome()
    frames = _Frames(data, limits, outcome)
    outcome.attempt(frames.read)
    outcome.attempt(partial(_read_recording, data, limits, outcome))
    return outcome


class _Frames:
    """Front to back: frames, messages, chunks, cells."""

    def __init__(self, data: bytes, limits: Limits, outcome: Outcome) -> None:
        self.data = data
        self.limits = limits
        self.outcome = outcome
        self.decoder = ChunkDecoder(limits)

    def read(self) -> None:
        """Reads the file, and the same as a pipe, and without payloads."""
        through_file = self.messages(SizedFile(self.data))
        assert self.messages(Pipe(self.data, 777)) == through_file  # noqa: S101 - what this is for
        assert self.messages(SizedFile(self.data), payloads=False) == through_file  # noqa: S101 - same
        source = open_source(as_binary(SizedFile(self.data)))
        for block in read_blocks(source, limits=self.limits, on_damage=self.outcome.errors.append):
            self.messages_of(block)
            self.chunks(self.decoder.decode(block))

    def messages(
        self, file: SizedFile, *, payloads: bool = True
    ) -> list[tuple[int, int, int, int]]:
        """Kind, stream, start and end of every message."""
        found: list[tuple[int, int, int, int]] = []
        damage: list[RrdError] = []
        source = open_source(as_binary(file))
        for block in read_blocks(
            source, limits=self.limits, on_damage=damage.append, payloads=payloads
        ):
            parse_headers(block, self.limits)
            found += [
                (kind, block.stream.index, block.offset + start, block.offset + end)
                for kind, start, end in zip(block.kinds, block.starts, block.ends, strict=True)
            ]
        return found

    def messages_of(self, block: Block) -> None:
        """Parses every message that is no chunk."""
        parsers: dict[int, Callable[[memoryview, int, int, Limits], object]] = {
            MessageKind.END: parse_footer,
            MessageKind.SET_STORE_INFO: SetStoreInfo.parse,
            MessageKind.BLUEPRINT_ACTIVATION: BlueprintActivation.parse,
        }
        for kind, start, end in zip(block.kinds, block.starts, block.ends, strict=True):
            if kind in parsers:
                parse, data = parsers[kind], block.data
                self.outcome.attempt(partial(parse, data, start, end, self.limits))

    def chunks(self, decoded: DecodedBlock) -> None:
        """Looks at every chunk that decodes, and writes it again."""
        for group in decoded.groups:
            for part in whole_groups(decoded, group):
                chunk_places(decoded, part)
                for i in range(len(part)):
                    chunk = part.chunk(i)
                    self.outcome.chunks += 1
                    _ignore((chunk.timelines, chunk.components, len(chunk), chunk.heap_size))
                    self.outcome.attempt(chunk.encode)
        self.outcome.errors += [error for _, error in decoded.errors]
        headers = decoded.headers
        spans = zip(
            headers.payload_start.tolist(),
            headers.payload_end.tolist(),
            headers.compression.tolist(),
            headers.uncompressed_size.tolist(),
            strict=True,
        )
        for start, end, compression, size in spans:
            payload = decoded.block.data[start:end]
            self.outcome.attempt(partial(self.plain_cells, payload, compression, size))

    def plain_cells(self, payload: memoryview, compression: int, size: int) -> None:
        """Reads the columns of a chunk without pyarrow."""
        stream = memoryview(decompress_payload(payload, compression, size))
        schema, batch = read_stream(stream, self.limits)
        body = stream[batch.body : batch.end]
        for column in column_layouts(schema, batch):
            if batch.plain:
                self.outcome.attempt(partial(cells, column, body))


def _read_recording(data: bytes, limits: Limits, outcome: Outcome) -> None:
    recording = Recording.open(as_binary(SizedFile(data)), limits=limits)
    contents = recording.contents
    outcome.errors += contents.damage
    for item in contents.manifests:
        outcome.manifests += 1
        outcome.attempt(partial(_look_at, item.manifest))
    for query in _QUERIES:
        outcome.attempt(partial(_query, recording, query, outcome))
    if contents.scan_reason is not None:
        _compare_with_pipe(data, limits, contents)


def _query(recording: Recording, query: ChunkQuery, outcome: Outcome) -> None:
    """Reads the chunks that meet `query`."""
    for _ in recording.chunks(query, outcome.errors.append):
        pass


def _look_at(manifest: Manifest) -> None:
    """Every column of a manifest."""
    _ignore(
        (
            manifest.entity_path, manifest.chunk_id, manifest.is_static, manifest.num_rows,
            manifest.byte_offset, manifest.byte_size, manifest.byte_size_uncompressed,
            manifest.entity_columns(), manifest.component_bounds, manifest.static_components,
        )
    )  # fmt: skip
    for bounds in manifest.timelines.values():
        bounds.overall()


def _compare_with_pipe(data: bytes, limits: Limits, contents: Contents) -> None:
    """What a scan of a pipe finds is what a scan of the file found."""
    piped = Recording.open(as_binary(Pipe(data)), limits=limits).contents
    assert piped.stores == contents.stores  # noqa: S101 - what this is for
    for one, other in zip(piped.manifests, contents.manifests, strict=True):
        assert np.array_equal(one.manifest.byte_offset, other.manifest.byte_offset)  # noqa: S101 - same


def _ignore(_: object) -> None:
    """Takes a value that was computed for its errors."""
