"""Clearing entities, and what is known about the recording itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from rrdtool.archetypes.base import Archetype, Row

if TYPE_CHECKING:
    from rrdtool import components, datatypes
    from rrdtool.model.described import ComponentColumnList

    class _ClearFields(TypedDict, total=False):
        is_recursive: datatypes.BoolArrayLike | None

    class _RecordingInfoFields(TypedDict, total=False):
        start_time: datatypes.TimeIntArrayLike | None
        name: datatypes.Utf8ArrayLike | None


__all__ = ["Clear", "RecordingInfo"]


class Clear(Archetype, computed=("is_recursive",)):
    """Empties all components of an entity from this time on."""

    is_recursive: Row[components.ClearIsRecursiveBatch]

    def __init__(self, *, recursive: bool) -> None:
        """Takes whether the entity's descendants are cleared as well."""
        self._store(is_recursive=recursive)

    @staticmethod
    def flat() -> Clear:
        """Clears an entity, and none of its descendants."""
        return Clear(recursive=False)

    @staticmethod
    def recursive() -> Clear:
        """Clears an entity and all of its descendants."""
        return Clear(recursive=True)

    @classmethod
    def columns(cls, **fields: Unpack[_ClearFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(cls, *, clear_unset: bool = False, **fields: Unpack[_ClearFields]) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)


class RecordingInfo(Archetype):
    """Properties of a recording."""

    start_time: Row[components.TimestampBatch]
    name: Row[components.NameBatch]

    def __init__(self, **options: Unpack[_RecordingInfoFields]) -> None:
        self._store(**options)

    @classmethod
    def columns(cls, **fields: Unpack[_RecordingInfoFields]) -> ComponentColumnList:
        """Columns of these fields for `send_columns`, one row per item given."""
        return cls._columns(fields)

    @classmethod
    def from_fields(
        cls, *, clear_unset: bool = False, **fields: Unpack[_RecordingInfoFields]
    ) -> Self:
        """Only these fields; with `clear_unset`, all others are empty."""
        return cls._from_fields(fields, clear_unset)
