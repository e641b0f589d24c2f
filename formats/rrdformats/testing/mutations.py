"""Damaged copies of recordings.

Random damage to a whole file mostly hits compressed payloads and goes no further than the
decompressor. So most mutations here open a message first, change the Arrow stream or the protobuf
within, and put everything around it right again: lengths, compression, footer checksum.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rrdformats.errors import RrdError
from rrdformats.messages import ArrowMsg, EncodedManifest, parse_footer
from rrdformats.payloads import decompress_payload
from rrdformats.testing import assembly

__all__ = ["Frame", "frames_of", "join_frames", "mutate"]

_HUGE = (
    0, 1, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    2**40, 2**60, 2**63 - 1, 2**63, 2**64 - 1,
)  # fmt: skip
_TUID = (1, 1)

_Random = random.Random


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of a stream."""

    kind: int
    payload: bytes


def frames_of(data: bytes) -> tuple[bytes, list[Frame], bytes]:
    """The stream header, the whole frames behind it, and what follows those."""
    frames, pos = [], 12
    while pos + 16 <= len(data):
        kind, length = struct.unpack_from("<QQ", data, pos)
        if kind > assembly.ACTIVATION or pos + 16 + length > len(data):
            break
        frames.append(Frame(kind, data[pos + 16 : pos + 16 + length]))
        pos += 16 + length
        if kind == assembly.END:
            break
    return data[:12], frames, data[pos:]


def join_frames(head: bytes, frames: Sequence[Frame], tail: bytes) -> bytes:
    """A stream of `frames`; behind an End message the trailer is made anew before `tail`."""
    out = bytearray(head)
    for item in frames:
        out += assembly.frame(item.kind, item.payload)
        if item.kind == assembly.END:
            out += assembly.trailer(item.payload, len(out) - len(item.payload))
            tail = tail[32:]
    return bytes(out) + tail


def mutate(rng: _Random, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """A copy of `data` with one to four mutations.

    Args:
        rng: Decides everything.
        data: A recording.
        others: Recordings to take parts of.
    """
    for _ in range(rng.choice((1, 1, 2, 4))):
        try:
            data = rng.choice(_WHOLE if rng.random() < 0.3 else _INSIDE)(rng, data, others)
        except RrdError:  # an earlier mutation left nothing to open here
            data = _bytes(rng, data)
    return data


# --- any bytes ---------------------------------------------------------------------------------


def _bytes(rng: _Random, data: bytes) -> bytes:
    """One change to plain bytes, at one place."""
    if not data:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(40)))
    out, pos = bytearray(data), rng.randrange(len(data))
    match rng.randrange(6):
        case 0:
            out[pos] ^= 1 << rng.randrange(8)
        case 1:
            out[pos] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        case 2:
            del out[pos : pos + rng.choice((1, 4, 8, rng.randrange(1, 200)))]
        case 3:
            piece = data[pos : pos + rng.randrange(1, 64)]
            place = rng.randrange(len(out))
            out[place : place + rng.choice((0, len(piece)))] = piece
        case 4:
            size = rng.choice((1, 2, 4, 8))
            value = rng.choice(_HUGE) + rng.randrange(-2, 3)
            start = pos // size * size
            out[start : start + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
        case _:
            del out[pos:]
    return bytes(out)


def _anywhere(rng: _Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    return _bytes(rng, data)


def _near_the_end(rng: _Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    cut = max(len(data) - 64, 0)
    return data[:cut] + _bytes(rng, data[cut:])


def _glued(rng: _Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others) if others else data
    return data[: rng.choice((len(data), rng.randrange(len(data) + 1)))] + other


# --- frames ------------------------------------------------------------------------------------


def _shuffled(rng: _Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Frames dropped, repeated, exchanged, or taken from another recording."""
    head, frames, tail = frames_of(data)
    if not frames:
        return _bytes(rng, data)
    other = frames_of(rng.choice(others))[1] if others else frames
    pos = rng.randrange(len(frames))
    match rng.randrange(4):
        case 0:
            del frames[pos]
        case 1:
            frames.insert(pos, rng.choice(frames))
        case 2:
            frames.insert(pos, rng.choice(other or frames))
        case _:
            place = rng.randrange(len(frames))
            frames[pos], frames[place] = frames[place], frames[pos]
    return join_frames(head, frames, tail)


def _inside(
    kinds: Sequence[int], change: Callable[[_Random, bytes], bytes]
) -> Callable[[_Random, bytes, Sequence[bytes]], bytes]:
    """Changes the payload of one message of `kinds`, the frame around it kept right."""

    def mutation(rng: _Random, data: bytes, _others: Sequence[bytes]) -> bytes:
        head, frames, tail = frames_of(data)
        places = [i for i, item in enumerate(frames) if item.kind in kinds and item.payload]
        if not places:
            return _bytes(rng, data)
        place = rng.choice(places)
        frames[place] = Frame(frames[place].kind, change(rng, frames[place].payload))
        return join_frames(head, frames, tail)

    return mutation


# --- inside messages ---------------------------------------------------------------------------


def _arrow(rng: _Random, payload: bytes) -> bytes:
    """Changes the Arrow stream of a chunk message."""
    view = memoryview(payload)
    message = ArrowMsg.parse(view, 0, len(view))
    packed = view[slice(*message.payload)]
    ipc = bytes(decompress_payload(packed, message.compression, message.uncompressed_size))
    return assembly.arrow_msg(
        _stream(rng, ipc),
        store=message.store_id.to_bytes(),
        compress=rng.random() < 0.2,
        chunk=message.chunk_id or _TUID,
    )


def _manifest(rng: _Random, payload: bytes) -> bytes:
    """Changes the schema or the table of one manifest in a footer."""
    view = memoryview(payload)
    manifests = parse_footer(view, 0, len(view))
    if not manifests:
        return _bytes(rng, payload)
    chosen = rng.randrange(len(manifests))
    return assembly.footer(
        *[_reassembled(item, rng if i == chosen else None) for i, item in enumerate(manifests)]
    )


def _reassembled(item: EncodedManifest, rng: _Random | None) -> bytes:
    schema = bytes(item.schema)
    table = bytes(decompress_payload(item.data, item.compression, item.uncompressed_size))
    if rng is not None and rng.random() < 0.2:
        schema = _stream(rng, schema)
    elif rng is not None:
        table = _stream(rng, table)
    store = item.store_id.to_bytes()
    return assembly.manifest_message(table, store=store, schema=schema, digest=item.schema_sha256)


def _stream(rng: _Random, ipc: bytes) -> bytes:
    """Changes an Arrow stream: its metadata four times out of five, else its values."""
    ends, pos = [], 0
    for _ in range(2):  # schema message, record batch message
        if pos + 8 <= len(ipc):
            pos += 8 + struct.unpack_from("<I", ipc, pos + 4)[0]
            ends.append(min(pos, len(ipc)))
    start, end = rng.choice([(0, ends[0]), (ends[0], ends[-1])]) if ends else (0, len(ipc))
    if rng.random() < 0.2 or start == end:
        start, end = (ends[-1] if ends else 0), len(ipc)
    part = ipc[start:end]
    changed = _bytes(rng, part)
    if rng.random() < 0.8 and len(changed) != len(part):
        changed = changed[: len(part)].ljust(len(part), b"\0")  # what follows stays in place
    return ipc[:start] + changed + ipc[end:]


_MESSAGES = (assembly.SET_STORE_INFO, assembly.ARROW_MSG, assembly.ACTIVATION)
_WHOLE = (_anywhere, _anywhere, _near_the_end, _glued, _shuffled)
_INSIDE = (
    _inside(_MESSAGES, _bytes),
    _inside((assembly.ARROW_MSG,), _arrow),
    _inside((assembly.ARROW_MSG,), _arrow),
    _inside((assembly.ARROW_MSG,), _arrow),
    _inside((assembly.END,), _bytes),
    _inside((assembly.END,), _manifest),
    _inside((assembly.END,), _manifest),
)
