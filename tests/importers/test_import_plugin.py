"""Python plugins: a real little distribution, and broken ones."""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rrdimporters.entry_points import GROUP, plugin_rows
from rrdimporters.registry import importer_rows, importers

if TYPE_CHECKING:
    from tests.importers.conftest import Import

PROJECT = Path(__file__).parent / "example_plugin"


def install(site: Path, name: str, entries: dict[str, str], version: str = "0.1") -> None:
    """Writes what an installer leaves of a distribution's metadata."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"[{GROUP}]", *(f"{entry} = {target}" for entry, target in entries.items())]
    (info / "entry_points.txt").write_text("\n".join([*lines, ""]))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on `sys.path` to install into."""
    path = tmp_path / "site"
    path.mkdir()
    monkeypatch.syspath_prepend(str(path))
    monkeypatch.delitem(sys.modules, "rrd_wobble", raising=False)
    return path


@pytest.fixture
def wobble(site: Path) -> Path:
    """The example plugin, installed."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    install(site, project["name"], project["entry-points"][GROUP], project["version"])
    shutil.copy(PROJECT / "rrd_wobble.py", site)
    return site


@pytest.mark.usefixtures("wobble")
def test_the_example_is_found() -> None:
    (row,) = (row for row in plugin_rows() if row.name == "wobble")
    assert (row.origin, row.error) == ("rrd-wobble 0.1", None)
    assert "wobble" in [importer.name for importer in importers()]


@pytest.mark.usefixtures("wobble")
def test_the_example_imports(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.wob"
    path.write_text("WOBBLE 1\n" + "".join(f"{n}.5 {n}\n" for n in range(5000)))
    result = imported(path, options={"scale": "2"})
    assert [len(chunk) for chunk in result.chunks] == [4096, 904]
    assert result.column("Scalars:scalars")[:3] == [[0.0], [2.0], [4.0]]
    assert result.chunks[0].times("time")[1] == 1_500_000_000
    assert result.report.importer == "wobble"


@pytest.mark.usefixtures("wobble")
def test_the_example_fails_in_the_protocols_words(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.wob"
    path.write_text("WOBBLE 1\n" + "1 2\n" * 4096 + "1 x\n")
    cut = imported(path).report
    assert cut.rows == 4096
    assert str(cut.error).startswith("a line is no pair of numbers")
    path.write_text("WOBBLE 2\n")
    assert imported(path).report.error == "is no wobble log of version 1, but b'WOBBLE 2'"


BROKEN = {
    "missing": ("no_such_module:X", "ModuleNotFoundError: No module named 'no_such_module'"),
    "lacking": ("json:nothing", "AttributeError: module 'json' has no attribute 'nothing'"),
    "none": (
        "builtins:object",
        "TypeError: builtins:object is no importer: it has no name, summary, suffixes, options, ",
    ),
    "picky": ("builtins:memoryview", "TypeError: memoryview() missing"),
    "renamed": (
        "rrdimporters.text:TextImporter",
        "ValueError: rrdimporters.text:TextImporter calls",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_plugins_are_rows_with_an_error(name: str, site: Path) -> None:
    target, error = BROKEN[name]
    install(site, "broken", {name: target})
    (row,) = (row for row in importer_rows() if row.name == name)
    assert row.importer is None
    assert str(row.error).startswith(error)
    assert name not in [importer.name for importer in importers()]


def test_a_built_in_name_is_taken(site: Path) -> None:
    install(site, "greedy", {"text": "rrdimporters.text:TextImporter"})
    rows = [row for row in importer_rows() if row.name == "text"]
    assert [row.error for row in rows] == [None, "the name text is taken"]
