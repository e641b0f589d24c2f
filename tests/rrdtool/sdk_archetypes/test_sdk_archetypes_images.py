"""Images, textures and files: what is stored, and what comes out again."""

from __future__ import annotations

import io
import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rrdtool import archetypes, components

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.rrdtool.sdk_archetypes.conftest import Case, Library, Pair

DTYPES = (
    "u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8 bool complex64".split()  # noqa: SIM905 - a table of names
)
SHAPES = [
    shape
    for dimensions in range(5)
    for shape in itertools.product((1, 2, 3), repeat=dimensions)
    if dimensions < 4 or 1 in shape
] + [(2, 3, 4), (2, 3, 5), (0, 0), (0, 3, 3), (2, 2, 2, 3), (1, 2, 3, 4)]


def zeros(shape: tuple[int, ...] = (2, 3, 3), dtype: str = "u1") -> Any:
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


class Torch:
    """Holds an array as machine learning libraries do."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def numpy(self, force: bool = False) -> Any:
        assert force
        return self.array


def image(*arguments: Any, archetype: Any = "Image", **named: Any) -> Case:
    return lambda lib: getattr(lib.a, archetype)(*arguments, **named)


def of_bytes(content: Any = b"abcdef", **named: Any) -> Case:
    return image(bytes=content, **{"width": 2, "height": 1, **named})


PLAIN = {"color_model": "RGB", "datatype": "U8"}

IMAGES: dict[str, Case] = {
    **{f"shape {shape}": image(zeros(shape)) for shape in SHAPES},
    **{f"depth {shape}": image(zeros(shape), archetype="DepthImage") for shape in SHAPES},
    **{f"classes {shape}": image(zeros(shape), archetype="SegmentationImage") for shape in SHAPES},
    **{f"type {dtype}": image(zeros(dtype=dtype)) for dtype in DTYPES},
    **{f"depth {d}": image(zeros((2, 2), d), archetype="DepthImage") for d in DTYPES},
    "nothing": image(),
    "text": image("abc"),
    "list": image([[1, 2], [3, 4]]),
    "list of fractions": image([[1.0, 2.0]]),
    "Fortran": image(np.asfortranarray(zeros((2, 3)))),
    "strided": image(zeros((4, 6))[::2, ::3]),
    "torch": image(Torch(zeros((2, 3)))),
    "torch depth": image(Torch(zeros((2, 3))), archetype="DepthImage"),
    "BGR": image(zeros(), "bgr"),
    "BGRA": image(zeros((2, 2, 4)), "BGRA"),
    "RGBA of three": image(zeros(), "RGBA"),
    "RGB of one": image(zeros((2, 2)), "RGB"),
    "unknown model": image(zeros(), "CMYK"),
    "width": image(zeros((2, 3)), width=3),
    "other width": image(zeros((2, 3)), width=2),
    "other height": image(zeros((2, 3)), height=3),
    "datatype ignored": image(zeros((2, 3)), datatype="F32"),
    "format ignored": image(zeros((2, 3)), pixel_format="NV12"),
    "packed": of_bytes(pixel_format="NV12"),
    "packed, model": of_bytes(pixel_format="NV12", color_model="RGB"),
    "packed, datatype": of_bytes(pixel_format="NV12", datatype="U8"),
    "unknown format": of_bytes(pixel_format="foo"),
    "bytes": of_bytes(**PLAIN),
    "bytes of numpy type": of_bytes(color_model="RGB", datatype=np.uint8),
    "bytes of numpy dtype": of_bytes(color_model=2, datatype=np.dtype("u1")),
    "bytes of number": of_bytes(color_model=2, datatype=6),
    "bytes of unknown type": of_bytes(color_model="RGB", datatype="U7"),
    "bytes of unknown model": of_bytes(color_model="foo", datatype="U8"),
    "bytes without model": of_bytes(datatype="U8"),
    "bytes without type": of_bytes(color_model="RGB"),
    "bytes without width": of_bytes(width=None, **PLAIN),
    "bytes without height": of_bytes(height=None, **PLAIN),
    "bytes array": of_bytes(np.arange(6, dtype="u1"), **PLAIN),
    "bytes wide array": of_bytes(np.array([1, 300], "u2"), **PLAIN),
    "bytes and image": image(zeros(), bytes=b"abc", width=2, height=1, pixel_format="NV12"),
    "looks": image(zeros(), opacity=0.5, draw_order=1, magnification_filter="Linear"),
    "depth looks": image(
        zeros((2, 2), "u2"),
        archetype="DepthImage",
        meter=1000,
        colormap="Turbo",
        depth_range=[0, 10],
        point_fill_ratio=0.5,
    ),
    "rows of images": lambda lib: lib.a.Image.columns(
        buffer=zeros((2, 6)),
        format=[lib.c.ImageFormat(1, 2, color_model="RGB", channel_datatype="U8")] * 2,
    ),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in IMAGES.items()])
def test_images(pair: Pair, case: Case) -> None:
    pair.assert_same(case)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LA"])
def test_pillow_images(pair: Pair, mode: str) -> None:
    pillow = pytest.importorskip("PIL.Image").new(mode, (4, 3))
    pair.assert_same(image(pillow))
    pair.assert_same(lambda lib: lib.a.Mesh3D(vertex_positions=[0, 0, 0], albedo_texture=pillow))
    if len(pillow.getbands()) == 1:
        pair.assert_same(image(pillow, archetype="DepthImage"))


TEXTURES = {
    "RGB": zeros((1, 2, 3)),
    "RGBA": zeros((1, 2, 4)),
    "float": zeros((2, 1, 3), "f4"),
    "torch": Torch(zeros((1, 2, 3))),
    "list": [[[1, 2, 3]]],
    "gray": zeros((2, 3)),
    "two channels": zeros((1, 2, 2)),
    "four dimensions": zeros((1, 1, 2, 3)),
    "bool": zeros((1, 2, 3), "bool"),
    "text": "abc",
    "nothing": None,
}


@pytest.mark.parametrize("texture", [pytest.param(t, id=name) for name, t in TEXTURES.items()])
def test_textures(pair: Pair, texture: Any) -> None:
    pair.assert_same(
        lambda lib: lib.a.Mesh3D(
            vertex_positions=np.zeros((3, 3)), albedo_texture=texture, class_ids=[1]
        )
    )


def test_pixels_in_foreign_byte_order_are_turned_around() -> None:
    """The reference stores them as they are, under a type that means native order."""
    foreign = np.array([[1, 2]], ">u2")
    assert archetypes.Image(foreign) == archetypes.Image(foreign.astype("=u2"))
    assert archetypes.DepthImage(foreign) == archetypes.DepthImage(foreign.astype("=u2"))


def test_a_bytearray_is_one_buffer() -> None:
    """The reference makes a buffer of each byte."""
    layout: dict[str, Any] = {"width": 3, "height": 1, "color_model": "L", "datatype": "U8"}
    made = archetypes.Image(bytes=bytearray(b"abc"), **layout)  # type: ignore[arg-type]  # allowed
    assert made == archetypes.Image(bytes=b"abc", **layout)


def test_an_image_keeps_its_pixels_when_the_array_changes() -> None:
    pixels = zeros()
    made = archetypes.Image(pixels)
    pixels[:] = 0
    assert made == archetypes.Image(zeros())


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype[0] in "uif"])
@pytest.mark.parametrize("shape", [(2, 3), (2, 2, 3)])
def test_pillow_images_come_out_alike(pair: Pair, dtype: str, shape: tuple[int, ...]) -> None:
    def pixels(lib: Library) -> Any:
        made = lib.a.Image(zeros(shape, dtype)).as_pil_image()
        return made.mode, made.size, made.tobytes()

    assert_alike(pair, pixels)


@pytest.mark.parametrize("model", ["L", "RGB", "BGR", "RGBA", "BGRA"])
def test_channels_come_out_in_rgb_order(pair: Pair, model: str) -> None:
    shape = (2, 3) if model == "L" else (2, 3, len(model))

    def pillow(lib: Library) -> Any:
        return lib.a.Image(zeros(shape), model).as_pil_image().tobytes()

    assert_alike(pair, pillow)


def assert_alike(pair: Pair, call: Callable[[Library], Any]) -> None:
    def result(lib: Library) -> Any:
        try:
            return call(lib)
        except (TypeError, ValueError) as error:
            return type(error)

    assert result(pair.ours) == result(pair.theirs)


COMPRESSIBLE: dict[str, Case] = {
    "RGB": lambda lib: lib.a.Image(zeros((4, 5, 3)), opacity=0.5, draw_order=1).compress(),
    "BGR": lambda lib: lib.a.Image(zeros((4, 5, 3)), "BGR").compress(80),
    "L": lambda lib: lib.a.Image(zeros((4, 5))).compress(jpeg_quality=10),
    "RGBA": lambda lib: lib.a.Image(zeros((4, 5, 4))).compress(),
    "wide": lambda lib: lib.a.Image(zeros((4, 5), "u2")).compress(),
    "packed": lambda lib: of_bytes(pixel_format="NV12")(lib).compress(),
    "unset": lambda lib: lib.a.Image.from_fields().compress(),
    "depth": lambda lib: lib.a.DepthImage(
        zeros((4, 5), "u2"), meter=1, colormap="Turbo", depth_range=[0, 1], draw_order=3
    ).compress(),
    "depth bytes": lambda lib: lib.a.DepthImage(zeros((4, 5))).compress(compress_level=9),
    "depth fractions": lambda lib: lib.a.DepthImage(zeros((4, 5), "f4")).compress(),
    "depth filter": lambda lib: lib.a.DepthImage(
        zeros((2, 2)), point_fill_ratio=0.5, magnification_filter="Linear"
    ).compress(),
}


@pytest.mark.parametrize("case", [pytest.param(c, id=name) for name, c in COMPRESSIBLE.items()])
def test_compressed_images(pair: Pair, case: Case) -> None:
    pytest.importorskip("PIL")
    pair.assert_same(case)


def test_the_format_comes_out_again() -> None:
    made = archetypes.Image(zeros(), "BGR").image_format()
    assert made == components.ImageFormat(3, 2, color_model="BGR", channel_datatype="U8")
    depth = archetypes.DepthImage(zeros((2, 3), "f4")).image_format()
    assert depth == components.ImageFormat(3, 2, channel_datatype="F32")
    with pytest.raises(ValueError, match="format"):
        archetypes.Image.from_fields().image_format()
    with pytest.raises(ValueError, match="pixels"):
        archetypes.Image.from_fields(format=made).as_pil_image()


NAMES = "a.png a.JPEG a.glb a.gltf a.obj a.stl a.mp4 a.ply a.wav a.gif a.txt a"


@pytest.mark.parametrize("archetype", ["Asset3D", "AssetAudio", "AssetVideo", "EncodedImage"])
def test_files(pair: Pair, archetype: str, tmp_path: Path) -> None:
    for name in NAMES.split():
        (tmp_path / name).write_bytes(b"content")
        pair.assert_same(image(archetype=archetype, path=tmp_path / name))
    png = tmp_path / "a.png"
    forms: list[dict[str, Any]] = [
        {"path": str(png)},
        {"path": png, "media_type": "x/y"},
        {"path": tmp_path / "missing.png"},
        {"path": tmp_path},
        {"path": 77777},
        {"path": png, "contents": b"abc"},
        {},
        {"contents": b"abc"},
        {"contents": b"abc", "media_type": "x/y"},
        {"contents": np.frombuffer(b"abc", np.uint8), "media_type": "x/y"},
        {"contents": "abc", "media_type": "x/y"},
        {"blob": b"abc"},
        {"path": png, "blob": b"abc"},
    ]
    for form in forms:
        pair.assert_same(image(archetype=archetype, **form))
    pair.assert_same(
        lambda lib: getattr(lib.a, archetype)(contents=io.BytesIO(b"abc"), media_type="x/y")
    )
    pair.assert_same(
        lambda lib: getattr(lib.a, archetype)(
            contents=lib.c.Blob(b"abc"), media_type=lib.c.MediaType.PNG
        )
    )


def test_times_of_video_frames(pair: Pair, video: bytes) -> None:
    pytest.importorskip("av")

    def times(lib: Library) -> Any:
        return lib.a.AssetVideo(contents=video).read_frame_timestamps_nanos()

    found = times(pair.ours)
    assert found.dtype == np.int64
    assert found.tolist() == times(pair.theirs).tolist()


@pytest.fixture
def video() -> bytes:
    """30000/1001 frames per second, which are not stored in the order in which they are shown."""
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(30000, 1001), options={"bf": "2", "threads": "1"}
        )
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for number in range(12):
            pixels = np.full((32, 32, 3), number * 20, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("contents", [b"", b"no video at all", None])
def test_what_is_no_video_has_no_frames(contents: bytes | None) -> None:
    pytest.importorskip("av")
    asset = archetypes.AssetVideo.from_fields(blob=contents)
    with pytest.raises(RuntimeError, match="video"):
        asset.read_frame_timestamps_nanos()
