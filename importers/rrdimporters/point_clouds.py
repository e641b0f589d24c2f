"""Point clouds: PLY (points, splats, meshes; fact sheet section 3) and PCD files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rrdimporters.protocol import DamagedInputError, ImportSettings, Piece, Progress
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import read_whole

if TYPE_CHECKING:
    pass

__all__ = ["PcdImporter", "PlyImporter"]

_PLY_MEDIA_TYPE = "application/x-ply"


class PlyImporter:
    """PLY: a mesh if it has faces, Gaussian splats if it has their properties, else points."""

    name = "ply"
    summary = "PLY point clouds, Gaussian splats and meshes (.ply)."
    suffixes = (".ply",)
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by magic bytes."""
        return path.suffix.lower() == ".ply" or head.startswith((b"ply\n", b"ply\r\n"))

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk of one row.

        Raises:
            DamagedInputError: If the file is cut off, or has no points.
            UnsupportedInputError: If it has a format or type that PLY does not know.
        """
        from rrdimporters.emit import Emitter, blobs
        from rrdimporters.ply import read_element, read_header
        from rrdimporters.point_columns import archetype_of

        data = read_whole(path, progress)
        header = read_header(data)
        entity = settings.entity_of(path)
        source = report.source_of(path, settings)
        faces, vertices = header.element("face"), header.element("vertex")
        if faces is not None and faces.count:
            archetype = "Asset3D"
            columns: dict[str, Any] = {"blob": blobs([data]), "media_type": [_PLY_MEDIA_TYPE]}
        elif vertices is None:
            raise DamagedInputError("has no element 'vertex'")
        else:
            found = read_element(data, header, vertices)
            archetype, columns, unused = archetype_of(found)
            _note_unused(report, source, unused)
        yield Emitter.for_file(path, settings).row(entity, archetype, **columns)
        report.mapped(source, entity, archetype, rows=1)


class PcdImporter:
    """PCD, the point clouds of the Point Cloud Library; the reference does not read them."""

    name = "pcd"
    summary = "PCD point clouds (.pcd)."
    suffixes = (".pcd",)
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by how a PCD file begins."""
        return path.suffix.lower() == ".pcd" or head.startswith(b"# .PCD v")

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk of one row; points whose coordinates are NaN are kept.

        Raises:
            DamagedInputError: If the file is cut off, or has no points.
            UnsupportedInputError: If its data are stored in an unknown way.
        """
        from rrdimporters.emit import Emitter
        from rrdimporters.pcd import read_pcd
        from rrdimporters.point_columns import archetype_of

        found = read_pcd(read_whole(path, progress))
        archetype, columns, unused = archetype_of(found)
        entity = settings.entity_of(path)
        source = report.source_of(path, settings)
        _note_unused(report, source, unused)
        yield Emitter.for_file(path, settings).row(entity, archetype, **columns)
        report.mapped(source, entity, archetype, rows=1)


def _note_unused(report: ImportReport, source: str, unused: list[str]) -> None:
    if unused:
        report.note(f"{source}: nothing is made of the properties {', '.join(unused)}")
