"""Which frames of a video start a group of pictures, told from their first bytes.

A frame does if it can be decoded with nothing before it: an intra frame that comes with what the
decoder must be told. Parameters that were sent once, out of band, do not count: they are not in the
stream.

| codec | needed |
|---|---|
| H.264 (Annex B) | sequence parameter set (NAL type 7), then an IDR slice (5) |
| H.265 (Annex B) | sequence parameter set (33) and a slice of a random access picture (16 to 23) |
| AV1 (OBUs) | sequence header (OBU type 1) and a frame (3 or 6) whose frame type is key (0) |
| VP9 | frame type key (0), and its sync code |
| VP8 | frame type key (0), and its start code |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

__all__ = ["KEYFRAME_TESTS", "KeyframeTest"]

KeyframeTest = Callable[[bytes], bool]

_START_CODE = b"\x00\x00\x01"


def _nal_heads(frame: bytes) -> Iterator[int]:
    """First byte of each NAL unit of an Annex B stream."""
    place = frame.find(_START_CODE)
    while 0 <= place < len(frame) - len(_START_CODE):
        yield frame[place + len(_START_CODE)]
        place = frame.find(_START_CODE, place + len(_START_CODE))


def _starts_h264(frame: bytes) -> bool:
    has_parameters = False
    for head in _nal_heads(frame):
        kind = head & 0x1F
        if kind == 5:
            return has_parameters
        has_parameters |= kind == 7
    return False


def _starts_h265(frame: bytes) -> bool:
    has_parameters = has_picture = False
    for head in _nal_heads(frame):
        kind = head >> 1 & 0x3F
        if kind < 16:  # a picture that refers to others
            return False
        has_parameters |= kind == 33
        has_picture |= kind <= 23
        if has_parameters and has_picture:
            return True
    return False


def _starts_av1(frame: bytes) -> bool:
    has_header = has_key = is_still = False
    for kind, body in _obus(frame):
        if kind == 1:
            has_header = True
            is_still = bool(body[:1]) and bool(body[0] & 0x08)
        elif kind in (3, 6) and body:
            # show_existing_frame, then two bits of frame type; left out of reduced still pictures
            has_key |= is_still or body[0] & 0xE0 == 0
        if has_header and has_key:
            return True
    return False


def _obus(frame: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and first bytes of the open bitstream units of a frame."""
    place = 0
    while place < len(frame):
        head = frame[place]
        place += 2 if head & 0x04 else 1
        size, shift, has_more = 0, 0, bool(head & 0x02)
        if not has_more:  # without a size it is the last one
            size = len(frame) - place
        while has_more and place < len(frame) and shift < 56:
            size |= (frame[place] & 0x7F) << shift
            has_more = bool(frame[place] & 0x80)
            place, shift = place + 1, shift + 7
        yield head >> 3 & 0x0F, frame[place : place + min(size, 1)]
        place += size


def _starts_vp9(frame: bytes) -> bool:
    if len(frame) < 4 or frame[0] >> 6 != 2:
        return False
    bits = frame[0] << 8 | frame[1]
    is_profile_3 = frame[0] & 0x30 == 0x30
    # After marker and profile, and a reserved bit in profile 3: show_existing_frame, frame_type,
    # show_frame, error_resilient_mode, and then the sync code.
    header_bits = 9 if is_profile_3 else 8
    if bits >> (16 - header_bits) & 0x0C:
        return False
    first = int.from_bytes(frame[:5].ljust(5, b"\0"), "big")
    return first >> (40 - header_bits - 24) & 0xFF_FFFF == 0x49_8342


def _starts_vp8(frame: bytes) -> bool:
    return len(frame) >= 6 and not frame[0] & 1 and frame[3:6] == b"\x9d\x01\x2a"


KEYFRAME_TESTS: Mapping[int, KeyframeTest] = {
    int.from_bytes(fourcc, "big"): test
    for fourcc, test in (
        (b"avc1", _starts_h264),
        (b"hev1", _starts_h265),
        (b"av01", _starts_av1),
        (b"vp09", _starts_vp9),
        (b"vp08", _starts_vp8),
    )
}
"""By the value of `VideoStream:codec`: whether a frame starts a group of pictures."""
