"""`rrd verify`: the command around the rules, and recordings that others wrote."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rrdformats.reader import Recording
from rrdtool.operations.verify import RULES, VerifyReport, verify

if TYPE_CHECKING:
    from tests.conftest import RunProgram

JOINED = "0.32.2/several_concatenated.rrd"
"""Joined streams: the reference refuses their footers, each of which is right for its stream."""


@pytest.fixture(scope="module")
def basic(root: Path) -> Path:
    return root / "fixtures" / "basic.rrd"


@pytest.fixture
def cut(basic: Path, tmp_path: Path) -> Path:
    """A recording that ends in the middle of a message."""
    path = tmp_path / "cut.rrd"
    path.write_bytes(basic.read_bytes()[:10_000])
    return path


def reports(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def look(path: Path) -> VerifyReport:
    with Recording.open(path) as recording:
        return verify(recording)


# --- the command ---------------------------------------------------------------------------------


def test_a_good_recording_takes_one_line(rrd: RunProgram, basic: Path) -> None:
    run = rrd("verify", basic)
    (line,) = run.out.splitlines()
    assert run.code == 0
    assert run.err == ""
    assert line.startswith(f"{basic}: ok: ")
    assert " chunks, " in line


def test_errors_are_told_and_fail(rrd: RunProgram, cut: Path) -> None:
    run = rrd("verify", cut)
    error, verdict = run.out.splitlines()
    assert run.code == 1
    assert error.startswith(f"{cut}: error stream-truncated: the stream ends after ")
    assert "(byte " in error
    assert verdict.startswith(f"{cut}: 1 error: ")


def test_a_pipe_gives_the_same_findings(rrd: RunProgram, basic: Path, cut: Path) -> None:
    for path in (basic, cut):
        piped = rrd("verify", "--json", "-", stdin=path.read_bytes())
        direct = rrd("verify", "--json", path)
        assert piped.code == direct.code
        (from_pipe,), (from_file,) = reports(piped.out), reports(direct.out)
        assert from_pipe.pop("file") == "standard input"
        assert from_file.pop("file") == str(path)
        assert from_pipe == from_file


def test_json_has_all_that_the_text_has(rrd: RunProgram, cut: Path) -> None:
    (report,) = reports(rrd("verify", "--json", cut).out)
    assert report["schema"] == "rrd.verify/1"
    assert report["ok"] is False
    assert (report["errors"], report["warnings"]) == (1, 0)
    assert report["rules"] == {"stream-truncated": 1}
    (finding,) = report["findings"]
    assert finding["rule"] == "stream-truncated"
    assert finding["level"] == "error"
    assert 0 < finding["offset"] < 10_000
    assert {finding[key] for key in ("store", "entity", "chunk", "column")} == {None}


def test_many_files_have_a_total_and_the_worst_outcome(
    rrd: RunProgram, basic: Path, cut: Path
) -> None:
    run = rrd("verify", basic, cut, basic)
    assert run.code == 1
    assert run.out.splitlines()[-1].startswith("total: 3 files, 1 with errors: ")
    fine = rrd("verify", basic, basic)
    assert fine.code == 0
    assert fine.out.splitlines()[-1].startswith("total: 2 files, all ok: ")


def test_folders_need_a_word(rrd: RunProgram, cut: Path) -> None:
    folder = cut.parent
    (folder / "not.txt").write_text("no recording")
    run = rrd("verify", "-r", folder)
    assert run.code == 1
    assert run.out.startswith(f"{cut}: error")
    refused = rrd("verify", folder)
    assert (refused.code, refused.out) == (2, "")
    assert "add -r" in refused.err


@pytest.mark.parametrize("content", [b"", b"RRF2", b"hello there, this is a text", b"\0" * 100])
def test_what_is_no_recording_is_no_finding(
    rrd: RunProgram, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.rrd"
    path.write_bytes(content)
    run = rrd("verify", path)
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"rrd: {path}: ")


def test_a_missing_file_is_told(rrd: RunProgram, tmp_path: Path) -> None:
    run = rrd("verify", tmp_path / "missing.rrd")
    assert (run.code, run.out) == (1, "")
    assert "does not exist" in run.err


def test_rules_are_listed(rrd: RunProgram) -> None:
    lines = rrd("verify", "--list-rules").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(RULES)
    (report,) = reports(rrd("verify", "--list-rules", "--json", "--rule", "time-*").out)
    assert report["schema"] == "rrd.verify-rules/1"
    assert [rule["id"] for rule in report["rules"]] == [
        "time-null", "time-reserved", "time-sorted-flag",
    ]  # fmt: skip


def test_rules_are_chosen_by_glob(rrd: RunProgram, cut: Path) -> None:
    assert rrd("verify", "--ignore", "stream-*", cut).code == 0
    assert rrd("verify", "--rule", "manifest-*", cut).code == 0
    assert rrd("verify", "--rule", "stream-*", "--ignore", "*-garbage", cut).code == 1
    wrong = rrd("verify", "--ignore", "stream-trunkated", cut)
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean stream-truncated?" in wrong.err


def test_footers_may_be_left_out(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    data = basic.read_bytes()
    path = tmp_path / "no_footer.rrd"
    path.write_bytes(data[: int.from_bytes(data[-32:-24], "little") - 16])
    assert rrd("verify", path).code == 1
    assert rrd("verify", "--no-check-footers", path).code == 0


def test_remarks_and_advice_are_for_those_who_ask(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    data = bytearray(basic.read_bytes())
    data[5] = 35  # as if release 0.35 had written it
    path = tmp_path / "old.rrd"
    path.write_bytes(data)
    assert "version-older" not in rrd("verify", path).out
    asked = rrd("verify", "-v", path)
    assert asked.code == 0
    assert f"info version-older: written by release 0.35.{data[6]}" in asked.out
    assert RULES["version-older"].advice in asked.out


def test_findings_are_shown_up_to_a_number(rrd: RunProgram, cut: Path) -> None:
    run = rrd("verify", "--max-findings", "0", cut)
    first, verdict = run.out.splitlines()
    assert run.code == 1
    assert first.endswith("and 1 more; --max-findings shows them")
    assert verdict.startswith(f"{cut}: 1 error: ")


# --- recordings that others wrote ----------------------------------------------------------------


def test_the_corpus_is_as_good_as_the_reference_finds_it(corpus: Path) -> None:
    expected = json.loads((corpus / "expected.json").read_text())["files"]
    found = {name: look(corpus / name) for name in expected}
    wrong = {name for name, report in found.items() if not report.ok}
    refused = {name for name, told in expected.items() if told["peer_verify"] != "ok"}
    assert JOINED in refused
    assert wrong == refused - {JOINED}
    rules = {rule for report in found.values() for rule in report.rules}
    assert rules == {"footer-missing", "stream-truncated", "version-older"}


def test_samples_from_elsewhere_lack_at_most_a_footer(samples: Path) -> None:
    for path in sorted((samples / "rrd").iterdir()):
        assert set(look(path).rules) <= {"footer-missing", "version-older"}


def test_what_the_reference_writes_is_good(reference: Path, tmp_path: Path) -> None:
    rr = pytest.importorskip("rerun")
    path = tmp_path / "fresh.rrd"
    with rr.RecordingStream("fresh", recording_id="fresh") as stream:
        stream.save(path)
        for step in range(20):
            stream.set_time("step", sequence=step)
            stream.set_time("age", duration=0.1 * step)
            stream.log("/points", rr.Points3D([[step, 0, 0]], colors=[255, 0, 0], labels=["é"]))
            stream.log("/image", rr.Image(np.full((2, 2, 3), step, np.uint8)))
        stream.log("/fixed", rr.Boxes3D(half_sizes=[1, 2, 3], fill_mode="solid"), static=True)
        columns = rr.Scalars.columns(scalars=[1.0, 2.0, 3.0])
        stream.send_columns("/scalar", [rr.TimeColumn("step", sequence=[5, 3, 4])], columns)
    report = look(path)
    assert report.rules == {}
    assert report.rows > 20
    judged = subprocess.run([reference, "rrd", "verify", path], capture_output=True, check=False)
    assert judged.returncode == 0
