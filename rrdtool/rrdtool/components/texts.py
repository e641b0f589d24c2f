"""Texts of all kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from rrdtool.datatypes import texts
from rrdtool.model.batches import BaseBatch
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.values import ListValue, plain

if TYPE_CHECKING:
    from os import PathLike

    import pyarrow as pa

__all__ = [
    "EntityPath",
    "EntityPathBatch",
    "KeyValuePairs",
    "KeyValuePairsArrayLike",
    "KeyValuePairsBatch",
    "KeyValuePairsLike",
    "MediaType",
    "MediaTypeBatch",
    "Name",
    "NameBatch",
    "Text",
    "TextBatch",
    "TextLogLevel",
    "TextLogLevelBatch",
    "TransformFrameId",
    "TransformFrameIdBatch",
    "Unit",
    "UnitBatch",
    "Url",
    "UrlBatch",
]


class Text(texts.Utf8, ComponentMixin):
    """Any text: a label, a line of a log, a document."""


class TextBatch(texts.Utf8Batch, ComponentBatchMixin, of=Text):
    """A batch of `Text`."""


class Name(texts.Utf8, ComponentMixin):
    """A name for people to read; it identifies nothing."""


class NameBatch(texts.Utf8Batch, ComponentBatchMixin, of=Name):
    """A batch of `Name`."""


class MediaType(texts.Utf8, ComponentMixin):
    """A media type after RFC 2046, such as `image/png`."""

    TEXT: ClassVar[MediaType]
    MARKDOWN: ClassVar[MediaType]
    JPEG: ClassVar[MediaType]
    PNG: ClassVar[MediaType]
    RVL: ClassVar[MediaType]
    GLB: ClassVar[MediaType]
    GLTF: ClassVar[MediaType]
    OBJ: ClassVar[MediaType]
    PLY: ClassVar[MediaType]
    STL: ClassVar[MediaType]
    MP4: ClassVar[MediaType]
    AAC: ClassVar[MediaType]
    FLAC: ClassVar[MediaType]
    M4A: ClassVar[MediaType]
    MP3: ClassVar[MediaType]
    OGG: ClassVar[MediaType]
    WAV: ClassVar[MediaType]

    @staticmethod
    def guess_from_path(path: str | PathLike[str]) -> MediaType | None:
        """The media type that the name of a file stands for; its contents are not read."""
        suffix = PurePath(path).suffix.lower()
        name = _SUFFIXES.get(suffix)
        return None if name is None else MediaType(name)


MediaType.TEXT = MediaType("text/plain")
MediaType.MARKDOWN = MediaType("text/markdown")
MediaType.JPEG = MediaType("image/jpeg")
MediaType.PNG = MediaType("image/png")
MediaType.RVL = MediaType("application/rvl")
MediaType.GLB = MediaType("model/gltf-binary")
MediaType.GLTF = MediaType("model/gltf+json")
MediaType.OBJ = MediaType("model/obj")
MediaType.PLY = MediaType("application/x-ply")
MediaType.STL = MediaType("model/stl")
MediaType.MP4 = MediaType("video/mp4")
MediaType.AAC = MediaType("audio/aac")
MediaType.FLAC = MediaType("audio/flac")
MediaType.M4A = MediaType("audio/mp4")
MediaType.MP3 = MediaType("audio/mpeg")
MediaType.OGG = MediaType("audio/ogg")
MediaType.WAV = MediaType("audio/wav")

_SUFFIXES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".obj": "model/obj",
    ".ply": "application/x-ply",
    ".stl": "model/stl",
    ".mp4": "video/mp4",
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}


class MediaTypeBatch(texts.Utf8Batch, ComponentBatchMixin, of=MediaType):
    """A batch of `MediaType`."""


class Url(texts.Utf8, ComponentMixin):
    """A web address."""


class UrlBatch(texts.Utf8Batch, ComponentBatchMixin, of=Url):
    """A batch of `Url`."""


class EntityPath(texts.EntityPath, ComponentMixin):
    """The path of another entity."""


class EntityPathBatch(texts.EntityPathBatch, ComponentBatchMixin, of=EntityPath):
    """A batch of `EntityPath`."""


class TextLogLevel(texts.Utf8, ComponentMixin):
    """How grave a log line is: `INFO`, `WARN` and so on."""

    CRITICAL: ClassVar[TextLogLevel]
    ERROR: ClassVar[TextLogLevel]
    WARN: ClassVar[TextLogLevel]
    INFO: ClassVar[TextLogLevel]
    DEBUG: ClassVar[TextLogLevel]
    TRACE: ClassVar[TextLogLevel]


TextLogLevel.CRITICAL = TextLogLevel("CRITICAL")
TextLogLevel.ERROR = TextLogLevel("ERROR")
TextLogLevel.WARN = TextLogLevel("WARN")
TextLogLevel.INFO = TextLogLevel("INFO")
TextLogLevel.DEBUG = TextLogLevel("DEBUG")
TextLogLevel.TRACE = TextLogLevel("TRACE")


class TextLogLevelBatch(texts.Utf8Batch, ComponentBatchMixin, of=TextLogLevel):
    """A batch of `TextLogLevel`."""


class TransformFrameId(texts.Utf8, ComponentMixin):
    """The name of a coordinate frame."""


class TransformFrameIdBatch(texts.Utf8Batch, ComponentBatchMixin, of=TransformFrameId):
    """A batch of `TransformFrameId`."""


class Unit(texts.Utf8, ComponentMixin):
    """The unit of a measured number, such as `m/s`."""


class UnitBatch(texts.Utf8Batch, ComponentBatchMixin, of=Unit):
    """A batch of `Unit`."""


class KeyValuePairs(ListValue, ComponentMixin):
    """Texts by their keys.

    Args:
        pairs: A dict, or pairs of key and value; what is no text is turned into one.
    """

    _FIELDS = ("pairs",)
    pairs: list[texts.Utf8Pair]

    def __init__(self, pairs: KeyValuePairsLike) -> None:
        if isinstance(pairs, KeyValuePairs):
            self.pairs = pairs.pairs
            return
        items: Iterable[Any] = pairs.items() if isinstance(pairs, Mapping) else pairs
        self.pairs = [
            item if isinstance(item, texts.Utf8Pair) else texts.Utf8Pair(*item) for item in items
        ]


KeyValuePairsLike: TypeAlias = "KeyValuePairs | Mapping[str, str] | Sequence[texts.Utf8PairLike]"
KeyValuePairsArrayLike: TypeAlias = (
    "KeyValuePairs | Mapping[str, str] | Sequence[KeyValuePairs | Mapping[str, str]]"
)


class KeyValuePairsBatch(BaseBatch[KeyValuePairsArrayLike], ComponentBatchMixin, of=KeyValuePairs):
    """A batch of `KeyValuePairs`: one dict, or a list of them."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        maps = [data] if isinstance(data, KeyValuePairs | Mapping) else data
        for item in maps:
            if not isinstance(item, KeyValuePairs | Mapping):
                raise ValueError(f"expected a dict, not {type(item).__name__!r}")
        return pa.array([plain(KeyValuePairs(item)) for item in maps], cls.arrow_type())
