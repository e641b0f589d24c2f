"""Mesh files: the file itself as a 3D asset (fact sheet section 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rrdimporters.protocol import DamagedInputError, ImportSettings, Piece, Progress
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import read_whole

__all__ = ["MeshImporter", "mesh_media_type"]

_MEDIA_TYPES = {
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".obj": "model/obj",
    ".stl": "model/stl",
    ".dae": "model/vnd.collada+xml",
}
_GLB_MAGIC = b"glTF"


def mesh_media_type(path: Path) -> str | None:
    """The media type that a mesh's suffix means."""
    return _MEDIA_TYPES.get(path.suffix.lower())


class MeshImporter:
    """One row of Asset3D per file; what it refers to (buffers, textures, materials) is not read."""

    name = "mesh"
    summary = "Meshes, kept as they are (.glb .gltf .obj .stl .dae)."
    suffixes = tuple(_MEDIA_TYPES)
    options: Mapping[str, str] = {}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix; binary glTF also by its magic bytes."""
        return mesh_media_type(path) is not None or head.startswith(_GLB_MAGIC)

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk of one row.

        Raises:
            DamagedInputError: If the file is empty, or says to be binary glTF and is not.
        """
        from rrdimporters.emit import Emitter, blobs

        data = read_whole(path, progress)
        media_type = mesh_media_type(path) or _MEDIA_TYPES[".glb"]
        if media_type == _MEDIA_TYPES[".glb"] and not data.startswith(_GLB_MAGIC):
            raise DamagedInputError(f"is no binary glTF file: it begins {data[:4].hex(' ')}")
        entity = settings.entity_of(path)
        yield Emitter.for_file(path, settings).row(
            entity, "Asset3D", blob=blobs([data]), media_type=[media_type]
        )
        report.mapped(report.source_of(path, settings), entity, "Asset3D", rows=1)
