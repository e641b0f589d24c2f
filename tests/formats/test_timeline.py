from __future__ import annotations

import pytest

from rrdformats.timeline import MAX_TIME, MIN_TIME, STATIC, TimeKind, Timeline


def test_times_are_int64_and_the_smallest_means_static() -> None:
    for value in (STATIC, MIN_TIME, MAX_TIME):
        assert int.from_bytes(value.to_bytes(8, "little", signed=True), "little", signed=True)
    with pytest.raises(OverflowError):
        (STATIC - 1).to_bytes(8, "little", signed=True)
    with pytest.raises(OverflowError):
        (MAX_TIME + 1).to_bytes(8, "little", signed=True)
    assert MIN_TIME == STATIC + 1


def test_a_timeline_is_a_name_with_a_kind() -> None:
    timeline = Timeline("frame", TimeKind.SEQUENCE)
    assert str(timeline) == "frame"
    assert {timeline: 1}[Timeline("frame", TimeKind("sequence"))] == 1
    assert timeline != Timeline("frame", TimeKind.DURATION)
    with pytest.raises(AttributeError):
        timeline.name = "other"  # type: ignore[misc]  # what the line is about
