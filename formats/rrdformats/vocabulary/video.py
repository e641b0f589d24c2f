"""Video and sound: whole files, frames of them, live streams."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, one_of, optional, recommended, required
from rrdformats.vocabulary.shared_rows import DRAW_ORDER, OPACITY

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component(
        "VideoCodec",
        # the four characters of each code, as big-endian numbers: av01, avc1, hev1, vp08, vp09
        one_of(
            AV1=0x61763031,
            H264=0x61766331,
            H265=0x68657631,
            VP8=0x76703038,
            VP9=0x76703039,
            storage="uint32",
        ),
        "How the frames of a video are encoded.",
    ),
    core.component("VideoSample", "Blob", "One encoded frame of a video stream."),
    core.component("VideoTimestamp", "VideoTimestamp", "A time within a video (nanoseconds)."),
    core.component("IsKeyframe", "Bool", "Whether a frame can be decoded without others."),
)

ARCHETYPES = (
    core.archetype(
        "AssetAudio",
        "A sound file, heard from the time at which it is logged.",
        required.mono("blob", "Blob", "The bytes of the file."),
        optional.mono("media_type", "MediaType", "Media type of the file."),
    ),
    core.archetype(
        "AssetVideo",
        "A video file, of which `VideoFrameReference` shows frames.",
        required.mono("blob", "Blob", "The bytes of the file."),
        recommended.mono("media_type", "MediaType", "Media type of the file."),
        visualizer=False,
    ),
    core.archetype(
        "VideoFrameReference",
        "One frame of a video file.",
        required.mono("timestamp", "VideoTimestamp", "Time of the frame within the video."),
        optional.mono("video_reference", "EntityPath", "Entity of the video, if another one."),
        OPACITY,
        DRAW_ORDER,
    ),
    core.archetype(
        "VideoStream",
        "A video whose frames are logged one by one.",
        required.mono("codec", "VideoCodec", "Codec of all frames."),
        recommended.mono("sample", "VideoSample", "The encoded frame of this time."),
        optional.mono("is_keyframe", "IsKeyframe", "Whether decoding can begin here."),
        OPACITY,
        DRAW_ORDER,
    ),
)
