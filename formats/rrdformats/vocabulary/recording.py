"""Recordings as a whole: their properties, clearing of data, entries of a catalog."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, one_of, optional, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("Timestamp", "TimeInt", "A moment (nanoseconds since 1970, UTC)."),
    core.component("ClearIsRecursive", "Bool", "Whether entities below are cleared as well."),
    core.component(
        "EntryKind",
        one_of(Dataset=1, DatasetView=2, Table=3, TableView=4, BlueprintDataset=5, AssetDataset=6),
        "What an entry of a catalog is.",
    ),
)

ARCHETYPES = (
    core.archetype(
        "Clear",
        "Empties all components of an entity from this time on.",
        required.mono("is_recursive", "ClearIsRecursive", "Whether entities below follow."),
        visualizer=False,
    ),
    core.archetype(
        "RecordingInfo",
        "Properties of a recording.",
        optional.mono("start_time", "Timestamp", "When the recording began."),
        optional.mono("name", "Name", "Name that people gave it."),
        visualizer=False,
    ),
)
