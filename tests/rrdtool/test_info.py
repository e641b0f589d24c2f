"""`rrd info`: the footer's facts, equal to what a scan finds and to what the reference counts."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunProgram


def reports(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def basic(root: Path) -> Path:
    return root / "fixtures" / "basic.rrd"


def without_footer(path: Path, folder: Path) -> Path:
    """A copy that ends before its End message, as a killed process leaves one."""
    data = path.read_bytes()
    start = int.from_bytes(data[-32:-24], "little")
    cut = folder / "no_footer.rrd"
    cut.write_bytes(data[: start - 16])
    return cut


def test_a_scan_finds_what_the_footer_says(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    from_footer = rrd("info", "--json", basic)
    scanned = rrd("info", "--json", without_footer(basic, tmp_path))
    assert (from_footer.code, scanned.code) == (0, 0)
    (told,), (found,) = reports(from_footer.out), reports(scanned.out)
    assert told["schema"] == "rrd.info/1"
    assert told["scanned"] is None
    assert found["scanned"] == "there is no footer"
    assert found["stores"] == told["stores"]
    assert "read from front to back, because there is no footer" in scanned.err
    assert from_footer.err == ""


def test_a_pipe_gives_the_same_report_without_a_note(rrd: RunProgram, basic: Path) -> None:
    piped = rrd("info", "--json", "-", stdin=basic.read_bytes())
    (report,) = reports(piped.out)
    (expected,) = reports(rrd("info", "--json", basic).out)
    assert report["stores"] == expected["stores"]
    assert report["size"] is None
    assert piped.err == ""


def test_footers_are_found_behind_each_other(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.rrd"
    both.write_bytes(basic.read_bytes() * 2)
    (report,) = reports(rrd("info", "--json", both).out)
    (single,) = reports(rrd("info", "--json", basic).out)
    assert report["scanned"] is None
    assert len(report["versions"]) == 2
    (store,), (once,) = report["stores"], single["stores"]
    assert store["chunks"] == 2 * once["chunks"]
    assert store["rows"] == 2 * once["rows"]


def test_a_cut_file_is_reported_as_far_as_it_goes(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.rrd"
    cut.write_bytes(basic.read_bytes()[:15_000])
    run = rrd("info", "--json", cut)
    (report,) = reports(run.out)
    assert run.code == 3
    assert report["stores"][0]["chunks"] > 0
    assert "the stream ends after" in report["damage"][0]
    assert "the report covers what could be read" in run.err


def test_text_names_what_a_person_looks_for(rrd: RunProgram, basic: Path) -> None:
    run = rrd("info", basic)
    assert run.code == 0
    for fact in ("recording", "application", "made by", "start_time = ", "entities", "optimized"):
        assert fact in run.out
    assert "timeline" in run.out
    assert "\x1b" not in run.out


def test_verbose_names_every_entity(rrd: RunProgram, basic: Path) -> None:
    (store,) = reports(rrd("info", "--json", basic).out)[0]["stores"]
    verbose = rrd("info", "-v", basic).out
    assert len(store["entities"]) > 6, "the fixture must have more entities than are shown"
    assert all(path in verbose for path in store["entities"])
    assert ", …" in rrd("info", basic).out


def test_each_input_has_a_result_and_the_worst_one_counts(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "bag.mcap"
    foreign.write_bytes(b"\x89MCAP0\r\n" + bytes(100))
    run = rrd("info", "--json", foreign, tmp_path / "missing.rrd", basic)
    assert run.code == 1
    assert len(reports(run.out)) == 1
    assert "not an RRD recording but an MCAP file" in run.err
    assert "missing.rrd: does not exist" in run.err


def test_folders_need_to_be_asked_for(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    shutil.copy(basic, tmp_path / "a.rrd")
    (tmp_path / "deep").mkdir()
    shutil.copy(basic, tmp_path / "deep" / "b.rbl")
    refused = rrd("info", tmp_path)
    assert refused.code == 2
    assert "is a folder; add -r" in refused.err
    entered = rrd("info", "-r", "--json", tmp_path)
    assert entered.code == 0
    assert len(reports(entered.out)) == 2


def test_neither_numpy_nor_pyarrow_is_loaded(python: RunProgram, basic: Path) -> None:
    program = (
        "import sys; from rrdtool.cli.app import main; code = main(['info', sys.argv[1]]); "
        "assert not {'numpy', 'pyarrow', 'rich'} & set(sys.modules); sys.exit(code)"
    )
    run = python("-c", program, basic)
    assert run.code == 0, run.err


UNREADABLE_FOR_THE_REFERENCE = {"0.32.2/damaged_truncated.rrd", "0.32.2/several_concatenated.rrd"}


def test_the_corpus_is_as_the_reference_sees_it(rrd: RunProgram, corpus: Path) -> None:
    expected = json.loads((corpus / "expected.json").read_text())["files"]
    names = sorted(expected.keys() - UNREADABLE_FOR_THE_REFERENCE)
    run = rrd("info", "--json", *[corpus / name for name in names])
    assert run.code == 0, run.err
    for name, report in zip(names, reports(run.out), strict=True):
        ours = [store for store in report["stores"] if store["chunks"]]
        theirs = expected[name]["stores"]
        identity = sorted((store["kind"], store["application_id"]) for store in ours)
        assert identity == sorted((s["kind"], s["application_id"]) for s in theirs), name
        # expected.json names no recording ids, and leaves a blueprint's own timeline out.
        if len(theirs) == 1 and theirs[0]["kind"] == "recording":
            assert_same_store(ours[0], theirs[0])


def assert_same_store(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    timelines = {line["name"]: line for line in ours["timelines"]}
    assert timelines.keys() == theirs["timelines"].keys()
    for name, (_, *bounds) in theirs["timelines"].items():
        line = timelines[name]
        if bounds:  # left out for wall-clock times
            text = (line["start_ns"] or line["start"], line["end_ns"] or line["end"])
            assert [int(time.replace(",", "")) for time in text] == bounds, name
    recorded = {key.partition(" | ")[0] for key in theirs["components"]}
    assert set(ours["components"]) <= recorded
