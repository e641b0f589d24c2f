"""Samples as a VideoStream wants them: self-contained, with start codes instead of lengths."""

from __future__ import annotations

from collections.abc import Iterator

from rrdimporters.protocol import DamagedInputError

__all__ = ["Packager", "is_keyframe"]

_START_CODE = b"\0\0\0\1"
_PARAMETER_SETS = (32, 33, 34)
"""H.265 units: video, sequence, picture parameter set."""


class Packager:
    """Turns samples of a file into samples of a stream.

    H.264 and H.265 files have a length before each unit, and parameter sets apart; streams have
    start codes, and parameter sets before each keyframe. Other codecs stay as they are.
    """

    def __init__(self, codec: str, setup: bytes) -> None:
        """Reads the decoder's configuration.

        Raises:
            DamagedInputError: If it is cut off.
        """
        self._width = 0
        self._sets = b""
        try:
            if codec == "H264":
                self._width = (setup[4] & 3) + 1
                self._sets = b"".join(_START_CODE + unit for unit in _h264_sets(setup))
            elif codec == "H265":
                self._width = (setup[21] & 3) + 1
                self._sets = b"".join(_START_CODE + unit for unit in _h265_sets(setup))
        except IndexError as error:
            raise DamagedInputError("has a decoder configuration that is cut off") from error

    def package(self, sample: bytes, *, is_key: bool) -> bytes:
        """One sample.

        Raises:
            DamagedInputError: If its units do not fit into it.
        """
        if not self._width:
            return sample
        units = [_START_CODE + unit for unit in _units(sample, self._width)]
        return b"".join([self._sets, *units] if is_key else units)


def _units(sample: bytes, width: int) -> Iterator[bytes]:
    """The units of a sample, each of which stands behind its length."""
    position = 0
    while position < len(sample):
        length = int.from_bytes(sample[position : position + width], "big")
        position += width
        if position + length > len(sample):
            raise DamagedInputError("has a sample whose units do not fit into it")
        yield sample[position : position + length]
        position += length


def _h264_sets(setup: bytes) -> Iterator[bytes]:
    """Sequence, then picture parameter sets of an avcC box."""
    position = 5
    for mask in (0x1F, 0xFF):
        count = setup[position] & mask
        position += 1
        for _ in range(count):
            unit, position = _sized(setup, position)
            yield unit


def _h265_sets(setup: bytes) -> Iterator[bytes]:
    """Video, sequence and picture parameter sets of an hvcC box; what else it has is left out."""
    position = 23
    for _ in range(setup[22]):
        kind = setup[position] & 0x3F
        count = int.from_bytes(setup[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            unit, position = _sized(setup, position)
            if kind in _PARAMETER_SETS:
                yield unit


def _sized(setup: bytes, position: int) -> tuple[bytes, int]:
    length = int.from_bytes(setup[position : position + 2], "big")
    end = position + 2 + length
    if end > len(setup):
        raise IndexError(end)
    return setup[position + 2 : end], end


def is_keyframe(codec: str, sample: bytes, *, is_sync: bool) -> bool:
    """Whether decoding can start with a sample; VP8 and VP9 say so themselves."""
    if codec == "VP8":
        return bool(sample) and not sample[0] & 1
    if codec == "VP9":
        return bool(sample) and _is_vp9_key(sample[0])
    return is_sync


def _is_vp9_key(first: int) -> bool:
    """From the first bits: marker, profile (low, high), reserved if 3, shown again, frame type."""
    profile = (first >> 5 & 1) | (first >> 4 & 1) << 1
    shift = 2 if profile == 3 else 3
    return first >> 6 == 2 and not first >> shift & 1 and not first >> (shift - 1) & 1
