"""Which importers there are: built-in ones, Python plugins, and how to find one by name.

To add a built-in importer, write its module and add a row to `BUILT_IN`. The order matters only
where two importers claim the same file: the first one is asked first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import cast

from rrdimporters.entry_points import plugin_rows
from rrdimporters.protocol import Importer

__all__ = ["BUILT_IN", "ImporterRow", "built_in", "importer_rows", "importers"]

BUILT_IN: tuple[tuple[str, str], ...] = (
    ("recording", "rrdimporters.recordings:RecordingImporter"),
    ("image", "rrdimporters.images:ImageImporter"),
    ("text", "rrdimporters.text:TextImporter"),
    ("depth", "rrdimporters.depth:DepthImporter"),
    ("parquet", "rrdimporters.parquet_:ParquetImporter"),
    ("csv", "rrdimporters.csv_:CsvImporter"),
    ("numpy", "rrdimporters.numpy_:NumpyImporter"),
    ("hdf5", "rrdimporters.hdf5:Hdf5Importer"),
    ("mesh", "rrdimporters.meshes:MeshImporter"),
    ("ply", "rrdimporters.point_clouds:PlyImporter"),
    ("pcd", "rrdimporters.point_clouds:PcdImporter"),
    ("audio", "rrdimporters.audio:AudioImporter"),
    ("video", "rrdimporters.video.importer:VideoImporter"),
    ("urdf", "rrdimporters.urdf.importer:UrdfImporter"),
    ("mcap", "rrdimporters.mcap.importer:McapImporter"),
    ("rosbag", "rrdimporters.mcap.bags:BagImporter"),
)
"""Name and `module:class` of each; the class is called without arguments."""


@dataclass(frozen=True, slots=True)
class ImporterRow:
    """An importer, or one that is broken.

    Attributes:
        name: Its name.
        origin: `built in`, or the distribution that brings it.
        importer: The importer itself; None if it is broken.
        error: What is wrong with it.
    """

    name: str
    origin: str
    importer: Importer | None
    error: str | None = None


@cache
def built_in(name: str) -> Importer | None:
    """The built-in importer of that name."""
    target = dict(BUILT_IN).get(name)
    if target is None:
        return None
    module, _, attribute = target.partition(":")
    return cast("Importer", getattr(import_module(module), attribute)())


def importer_rows() -> Iterator[ImporterRow]:
    """All built-in importers, then all Python plugins; a plugin cannot take a built-in's name."""
    names = set()
    for name, _ in BUILT_IN:
        names.add(name)
        yield ImporterRow(name, "built in", built_in(name))
    for plugin in plugin_rows():
        error = plugin.error
        if plugin.name in names:
            error = f"the name {plugin.name} is taken"
        names.add(plugin.name)
        importer = plugin.importer if error is None else None
        yield ImporterRow(plugin.name, plugin.origin, importer, error)


def importers() -> list[Importer]:
    """All importers that work, in the order in which they are asked."""
    return [row.importer for row in importer_rows() if row.importer is not None]
