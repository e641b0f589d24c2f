"""Man pages and the README's table are what the commands say they are."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from rrdtool.cli.man import main, pages, with_table

if TYPE_CHECKING:
    from pathlib import Path

    from rrdtool.cli.registry import CommandRow


def test_man_is_up_to_date(root: Path) -> None:
    stored = {path.name: path.read_text(encoding="utf-8") for path in (root / "man").iterdir()}
    assert stored == pages(), "run `make docs`"


def test_the_table_in_the_readme_is_up_to_date(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert readme == with_table(readme), "run `make docs`"


def test_a_readme_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="commands"):
        with_table("no markers")


def test_pages_hold_every_section(example_rows: tuple[CommandRow, ...]) -> None:
    made = pages(example_rows)
    assert sorted(made) == [
        "rrd-fail.1",
        "rrd-flood.1",
        "rrd-nested-get.1",
        "rrd-nested-list.1",
        "rrd-nested.1",
        "rrd-quit-with.1",
        "rrd-size.1",
        "rrd-wait.1",
        "rrd.1",
    ]
    headings = [line[4:] for line in made["rrd-size.1"].splitlines() if line.startswith(".SH ")]
    assert headings == [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "ARGUMENTS",
        "OPTIONS",
        "EXIT STATUS",
        "EXAMPLES",
    ]
    assert ".B rrd nested get\n" in made["rrd-nested-get.1"]
    assert ".SH COMMANDS\n.TP\n.B size\nCount the bytes of files." in made["rrd.1"]


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_has_nothing_to_say_against_the_pages(
    example_rows: tuple[CommandRow, ...],
) -> None:
    for text in pages(example_rows).values():
        done = subprocess.run(
            ["groff", "-ww", "-man", "-Tutf8"],
            input=text.encode(),
            capture_output=True,
            check=True,
        )
        assert done.stderr == b""
        assert b"General Commands Manual" in done.stdout


def test_writing_replaces_what_is_old(tmp_path: Path) -> None:
    (tmp_path / "rrd-gone.1").write_text("old")
    readme = tmp_path / "README.md"
    readme.write_text("<!-- commands -->\nold\n<!-- /commands -->\n")
    main(["--out", str(tmp_path), "--readme", str(readme)])
    assert not (tmp_path / "rrd-gone.1").exists()
    assert (tmp_path / "rrd.1").read_text() == pages()["rrd.1"]
    assert "| command |" in readme.read_text()
