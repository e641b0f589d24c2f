"""Framing of an RRD stream: header, message frames, trailer (fact sheet section 1).

```
stream header   12 bytes   "RRF2", version, compression, serializer, two zero bytes
frame           16 bytes   u64 kind, u64 length; then the message (bare protobuf)
…
End frame       16 bytes   kind 0; then the RrdFooter, possibly of length 0
trailer         32 bytes   u64 start, u64 length, u32 checksum, "RRF2", "FOOT", u32 entries = 1
```

All integers are little-endian. The trailer's `start` is the offset of the footer's first byte,
counted from the header of its own stream; that is why footers survive `cat` only with a base.

Version history (section 0): files of 0.23 to 0.27 end in an empty End frame or in nothing;
0.28 and later write footer and trailer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from rrdformats.errors import CorruptError, NotRrdError, UnsupportedError

__all__ = [
    "CHECKSUM_SEED",
    "END",
    "FOURCC",
    "FRAME",
    "FRAME_SIZE",
    "HEADER_SIZE",
    "KIND_NAMES",
    "TRAILER_SIZE",
    "CrateVersion",
    "MessageKind",
    "StreamHeader",
    "Trailer",
    "checksum",
]

FOURCC = b"RRF2"
_OLD_FOURCCS = (b"RRF0", b"RRF1", b"RRIO")
_FOOT = b"FOOT"

_HEADER = struct.Struct("<4s4sBBH")
HEADER_SIZE = _HEADER.size
FRAME = struct.Struct("<QQ")
FRAME_SIZE = FRAME.size
_TRAILER = struct.Struct("<QQI4s4sI")
TRAILER_SIZE = _TRAILER.size

CHECKSUM_SEED = 7850921
"""Seed of the trailer's xxh32: "RERUN" read as a number in base 26 (section 1.3)."""

_SERIALIZER_MSGPACK, _SERIALIZER_PROTOBUF = 1, 2
_COMPRESSION_OFF, _COMPRESSION_LZ4 = 0, 1


class MessageKind:
    """Message kinds of a frame (section 1.2)."""

    END = 0
    SET_STORE_INFO = 1
    ARROW_MSG = 2
    BLUEPRINT_ACTIVATION = 3


END = MessageKind.END
KIND_NAMES = {
    MessageKind.END: "End",
    MessageKind.SET_STORE_INFO: "SetStoreInfo",
    MessageKind.ARROW_MSG: "ArrowMsg",
    MessageKind.BLUEPRINT_ACTIVATION: "BlueprintActivationCommand",
}


def checksum(payload: bytes | memoryview) -> int:
    """The trailer's checksum: xxh32 of the footer payload.

    >>> hex(checksum(b""))
    '0x2a973671'
    """
    import xxhash

    return xxhash.xxh32_intdigest(payload, CHECKSUM_SEED)


class CrateVersion(NamedTuple):
    """Version of the SDK that wrote a stream, as its four header bytes.

    `meta` holds the kind of pre-release in its top two bits and its number in the low six:
    `00` release, `01` rc, `10` alpha, `11` alpha development build.
    """

    major: int
    minor: int
    patch: int
    meta: int = 0

    @classmethod
    def from_bits(cls, bits: int) -> CrateVersion:
        """From `StoreVersion.crate_version_bits`: the four bytes as a little-endian integer."""
        return cls(*(bits & 0xFFFF_FFFF).to_bytes(4, "little"))

    @property
    def bits(self) -> int:
        """The four bytes as a little-endian signed 32-bit integer."""
        return int.from_bytes(bytes(self), "little", signed=True)

    @property
    def release(self) -> tuple[int, int, int]:
        """Major, minor, patch: what versions are compared by."""
        return self[:3]

    def __str__(self) -> str:
        number = self.meta & 0x3F
        suffix = ("", f"-rc.{number}", f"-alpha.{number}", f"-alpha.{number}+dev")[self.meta >> 6]
        return f"{self.major}.{self.minor}.{self.patch}{suffix}"


OLDEST_VERSION = (0, 23, 0)


class StreamHeader(NamedTuple):
    """The twelve bytes that start every stream."""

    version: CrateVersion
    compressed: bool = True

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview, *, offset: int = 0) -> StreamHeader:
        """Parses `HEADER_SIZE` bytes that stand at `offset` of their source.

        Raises:
            NotRrdError: If the bytes do not start with the RRD fourcc.
            UnsupportedError: For streams of versions before 0.23 and for unknown options.
        """
        fourcc, version, compression, serializer, reserved = _HEADER.unpack_from(data)
        if fourcc in _OLD_FOURCCS:
            raise UnsupportedError(
                f"an RRD file of a very old version ({fourcc.decode()}); "
                "only releases of that time can read it",
                offset=offset,
                record="stream header",
            )
        if fourcc != FOURCC:
            raise NotRrdError(_foreign(bytes(data[:HEADER_SIZE])), offset=offset)
        found = CrateVersion(*version)
        if serializer == _SERIALIZER_MSGPACK:
            raise UnsupportedError(
                f"an RRD file with MsgPack messages, written by version {found}; "
                "files before 0.23 cannot be read",
                offset=offset,
                record="stream header",
            )
        if (
            serializer != _SERIALIZER_PROTOBUF
            or compression not in (_COMPRESSION_OFF, _COMPRESSION_LZ4)
            or reserved
        ):
            raise UnsupportedError(
                f"unknown stream options (compression {compression}, serializer {serializer}, "
                f"reserved {reserved})",
                offset=offset,
                record="stream header",
            )
        if found.major == 0 and found.release < OLDEST_VERSION:
            raise UnsupportedError(
                f"an RRD file of version {found}; the oldest that can be read is 0.23",
                offset=offset,
                record="stream header",
            )
        return cls(found, compression == _COMPRESSION_LZ4)

    def to_bytes(self) -> bytes:
        """The header's twelve bytes."""
        compression = _COMPRESSION_LZ4 if self.compressed else _COMPRESSION_OFF
        return _HEADER.pack(FOURCC, bytes(self.version), compression, _SERIALIZER_PROTOBUF, 0)


_FOREIGN_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89MCAP0\r\n", "an MCAP file"),
    (b"#ROSBAG V", "a ROS 1 bag"),
    (b"SQLite forma", "an SQLite database (a ROS 2 bag?)"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow IPC file"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"\x04\x22\x4d\x18", "LZ4-compressed data"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"glTF", "a glTF binary"),
    (b"ply", "a PLY file"),
)


def _foreign(start: bytes) -> str:
    """What bytes without an RRD fourcc look like, as the reason of an error."""
    for magic, name in _FOREIGN_MAGIC:
        if start.startswith(magic):
            return f"not an RRD recording but {name}"
    if start[4:8] == b"ftyp":
        return "not an RRD recording but an MP4 video"
    if not start.strip(b"\0"):
        return "not an RRD recording: it starts with zero bytes"
    return f"not an RRD recording: it starts with {start[:4]!r} instead of {FOURCC!r}"


@dataclass(frozen=True, slots=True)
class Trailer:
    """The 32 bytes after the End message that say where the footer is.

    Attributes:
        start: Offset of the footer payload, counted from its own stream header.
        length: Length of the footer payload (bytes).
        checksum: xxh32 of the footer payload.
        entries: Number of entries announced; anything but 1 is "no footer" to every reader.
    """

    start: int
    length: int
    checksum: int
    entries: int = 1

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview) -> Trailer | None:
        """The trailer in the first `TRAILER_SIZE` bytes of `data`, or None if there is none."""
        if len(data) < TRAILER_SIZE:
            return None
        start, length, found, fourcc, foot, entries = _TRAILER.unpack_from(data)
        if fourcc != FOURCC or foot != _FOOT or entries != 1:
            return None
        return cls(start, length, found, entries)

    @classmethod
    def of(cls, payload: bytes, start: int) -> Trailer:
        """The trailer for a footer payload that starts at `start` of its stream."""
        return cls(start, len(payload), checksum(payload))

    def to_bytes(self) -> bytes:
        """The trailer's 32 bytes."""
        return _TRAILER.pack(self.start, self.length, self.checksum, FOURCC, _FOOT, self.entries)

    def verify(self, payload: bytes | memoryview, *, offset: int) -> None:
        """Checks the footer payload that was read from `offset` against the checksum.

        Raises:
            CorruptError: If it does not match.
        """
        found = checksum(payload)
        if found != self.checksum:
            raise CorruptError(
                f"footer checksum is {found:#010x}, the trailer says {self.checksum:#010x}",
                offset=offset,
                record="RrdFooter",
            )
