"""What a recording holds: its streams, stores and manifests, found from the footers or by a scan.

From the footers alone this costs by the number of chunks, never by their bytes: a manifest says
where each chunk stands, and whatever lies between the chunks (store infos, blueprint activations)
is read from the gaps. Without usable footers the source is read front to back, and the same
manifests are built from its chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import add, gt

from rrdformats.blocks import Stream
from rrdformats.errors import RrdError, UnsupportedError
from rrdformats.footers import FooterUnusableError, StreamFooter, find_footers
from rrdformats.framing import FRAME, FRAME_SIZE, HEADER_SIZE, KIND_NAMES, MessageKind
from rrdformats.limits import DEFAULT_LIMITS, Limits
from rrdformats.manifest import Manifest
from rrdformats.messages import (
    BlueprintActivation,
    SetStoreInfo,
    StoreId,
    StoreInfo,
)
from rrdformats.properties import Properties, is_property_path
from rrdformats.source import Source, read_exactly

__all__ = ["Contents", "StreamManifest", "footer_contents", "read_contents"]

FIRST_TRUSTED_VERSION = (0, 32, 0)
"""Before this, manifests of files with several stores attribute chunks to the wrong one (7.6)."""


@dataclass(frozen=True, slots=True)
class StreamManifest:
    """The manifest of one store within one stream."""

    stream: Stream
    manifest: Manifest


@dataclass(slots=True)
class Contents:
    """What a source holds.

    Attributes:
        streams: Its streams; several after `cat`.
        stores: Every store that is named anywhere, in order of appearance, with its latest info;
            None for stores whose chunks come without any.
        activations: Blueprint activations in file order.
        manifests: One per store and stream.
        scan_reason: Why the source was scanned; None if its footers told everything.
        properties: The recordings' properties.
        damage: What could not be read.
    """

    streams: list[Stream] = field(default_factory=list)
    stores: dict[StoreId, StoreInfo | None] = field(default_factory=dict)
    activations: list[BlueprintActivation] = field(default_factory=list)
    manifests: list[StreamManifest] = field(default_factory=list)
    properties: Properties = field(default_factory=Properties)
    scan_reason: str | None = None
    damage: list[RrdError] = field(default_factory=list)

    def of_store(self, store_id: StoreId) -> list[StreamManifest]:
        """The manifests of one store, in file order."""
        return [item for item in self.manifests if item.manifest.store_id == store_id]


def read_contents(source: Source, limits: Limits = DEFAULT_LIMITS) -> Contents:
    """What `source` holds, from its footers if they are usable, otherwise by reading all of it.

    Raises:
        RrdError: If the source is no RRD recording that can be read at all. Damage behind its
            first stream header is reported in the result.
    """
    try:
        return footer_contents(source, limits)
    except FooterUnusableError as unusable:
        from rrdformats.scan import scan_contents  # decodes chunks, so it needs pyarrow

        contents = scan_contents(source, limits)
        contents.scan_reason = unusable.reason
        return contents


def footer_contents(source: Source, limits: Limits = DEFAULT_LIMITS) -> Contents:
    """What `source` holds, from its footers alone.

    Raises:
        FooterUnusableError: If they do not tell, or not reliably.
        RrdError: If the source is no RRD recording that can be read at all.
    """
    footers = find_footers(source, limits)
    try:
        return _told_by(footers, source, limits)
    except FooterUnusableError:
        raise
    except RrdError as error:  # a manifest, or a message beside the chunks, is damaged
        raise FooterUnusableError(error.reason, offset=error.offset) from error


def _told_by(footers: list[StreamFooter], source: Source, limits: Limits) -> Contents:
    contents = Contents()
    for footer in footers:
        contents.streams.append(footer.stream)
        manifests = [Manifest(encoded, limits) for encoded in footer.manifests]
        for start, end in _gaps(footer.stream, manifests):
            _read_gap(source, start, end, contents, limits)
        for manifest in manifests:
            contents.stores.setdefault(manifest.store_id, None)
            contents.manifests.append(StreamManifest(footer.stream, manifest))
    _check_attribution(contents)
    _read_properties(source, contents, limits)
    return contents


def _read_properties(source: Source, contents: Contents, limits: Limits) -> None:
    """Reads the property chunks that the manifests list."""
    hard: list[tuple[StoreId, int, int]] = []
    for item in contents.manifests:
        manifest, base = item.manifest, item.stream.offset
        paths = manifest.entity_path
        wanted = {path for path in manifest.entity_codes[0] if is_property_path(path)}
        for row in (row for row, path in enumerate(paths) if path in wanted) if wanted else ():
            start = base + manifest.byte_offset[row]
            end = start + manifest.byte_size[row]
            try:
                contents.properties.read_message(source, start, end, manifest.store_id, limits)
            except UnsupportedError:
                hard.append((manifest.store_id, start, end))
            except RrdError as error:
                contents.damage.append(error.at(start, KIND_NAMES[MessageKind.ARROW_MSG]))
    if hard:
        from rrdformats.scan import scan_properties  # needs pyarrow

        scan_properties(source, hard, contents, limits)


def _gaps(stream: Stream, manifests: list[Manifest]) -> Iterator[tuple[int, int]]:
    """Where other messages than the listed chunks stand, as source offsets.

    Raises:
        FooterUnusableError: If chunks overlap or lie outside their stream.
    """
    end = (stream.footer or (0, 0))[0] - FRAME_SIZE - stream.offset  # where the End frame starts
    starts: list[int] = []
    ends: list[int] = []
    for manifest in manifests:
        starts += manifest.byte_offset
        ends += map(add, manifest.byte_offset, manifest.byte_size)
    if any(map(gt, starts, starts[1:])):
        order = sorted(range(len(starts)), key=starts.__getitem__)
        starts, ends = [starts[i] for i in order], [ends[i] for i in order]
    frames = [start - FRAME_SIZE for start in starts]
    frames.append(end)
    ends.insert(0, HEADER_SIZE)
    for before, after in zip(ends, frames, strict=True):
        if after > before:
            yield stream.offset + before, stream.offset + after
        elif after < before:
            raise FooterUnusableError(
                "the manifest lists chunks that overlap or lie outside the file",
                offset=stream.offset + max(after, 0),
            )


def _read_gap(source: Source, pos: int, end: int, contents: Contents, limits: Limits) -> None:
    """Reads the messages between two chunks."""
    while pos < end:
        kind, length = FRAME.unpack_from(read_exactly(source, pos, FRAME_SIZE, "message frame"))
        start, stop = pos + FRAME_SIZE, pos + FRAME_SIZE + length
        if stop > end or kind not in KIND_NAMES:
            raise FooterUnusableError("the manifest does not fit the messages", offset=pos)
        if kind == MessageKind.ARROW_MSG:
            raise FooterUnusableError("the manifest does not list every chunk", offset=pos)
        data = memoryview(read_exactly(source, start, length, KIND_NAMES[kind]))
        take_message(contents, kind, data, 0, length, limits)
        pos = stop


def take_message(
    contents: Contents, kind: int, data: memoryview, start: int, end: int, limits: Limits
) -> None:
    """Takes a store info or a blueprint activation into `contents`; the latest info wins."""
    if kind == MessageKind.SET_STORE_INFO:
        info = SetStoreInfo.parse(data, start, end, limits).info
        contents.stores[info.store_id] = info
    elif kind == MessageKind.BLUEPRINT_ACTIVATION:
        activation = BlueprintActivation.parse(data, start, end, limits)
        contents.activations.append(activation)


def _check_attribution(contents: Contents) -> None:
    old = any(s.header.version.release < FIRST_TRUSTED_VERSION for s in contents.streams)
    if old and len(contents.stores) > 1:
        raise FooterUnusableError(
            "manifests written before 0.32 attribute chunks of several stores wrongly"
        )
