"""Where the mesh files of a robot are, and which of them may be read.

A description can name any file. It gets those of its own package (the nearest folder above it that
has a `package.xml`, else its own folder), and those of the packages that the environment lists.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["MeshFolders", "MeshRefusedError"]

_MANIFEST = "package.xml"
_VARIABLES = ("ROS_PACKAGE_PATH", "AMENT_PREFIX_PATH")


class MeshRefusedError(Exception):
    """A mesh file that is not there, or may not be read; the message says which."""


class MeshFolders:
    """The folders that the meshes of one description may be in."""

    def __init__(self, description: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._folder = description.resolve().parent
        above = [self._folder, *self._folder.parents]
        package = next((path for path in above if (path / _MANIFEST).is_file()), None)
        self._home = package or self._folder
        self._listed = [
            Path(folder).resolve()
            for name in _VARIABLES
            for folder in environment.get(name, "").split(os.pathsep)
            if folder
        ]

    def find(self, name: str) -> Path:
        """The file that a description names.

        Raises:
            MeshRefusedError: If there is none, or it is none of the description's own.
        """
        url = urlsplit(name)
        match url.scheme:
            case "package":
                found = next(
                    (path for path in self._in_package(url.netloc, url.path) if path.is_file()),
                    None,
                )
            case "file":
                found = Path(unquote(url.path))
            case "http" | "https":
                raise MeshRefusedError(f"{name} is not fetched")
            case _:
                found = self._folder / name
        if found is None or not found.is_file():
            raise MeshRefusedError(f"{name} is not there")
        real = found.resolve()  # links are followed before it is asked where they lead
        if not any(real.is_relative_to(folder) for folder in (self._home, *self._listed)):
            raise MeshRefusedError(
                f"{name} lies outside of {self._home}; {_VARIABLES[0]} can list its folder"
            )
        return real

    def _in_package(self, package: str, rest: str) -> Iterator[Path]:
        inside = unquote(rest).lstrip("/")
        if self._home.name == package or not self._listed:
            yield self._home / inside
        for folder in self._listed:
            if folder.name == package:
                yield folder / inside
            yield folder / package / inside
            yield folder / "share" / package / inside
