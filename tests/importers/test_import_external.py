"""Importer programs on PATH: asked together, drained whatever they do, ended when they hang."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rrdformats.entity_path import EntityPath
from rrdformats.reader import Recording
from rrdformats.timeline import TimeKind, Timeline
from rrdimporters import programs
from rrdimporters.external import ExternalPrograms
from rrdimporters.host import Host
from rrdimporters.protocol import TimePoint
from rrdimporters.registry import BUILT_IN

if TYPE_CHECKING:
    from tests.importers.conftest import Differences, Import, Imported

if not hasattr(os, "killpg"):
    pytest.skip("programs are shell scripts here", allow_module_level=True)

PATIENCE = 0.4  # seconds
SOON = 20.0  # seconds in which even a busy machine gets through


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The only folder on PATH in which programs are looked for."""
    path = tmp_path / "bin"
    path.mkdir()
    return path


@pytest.fixture
def recording(tmp_path: Path, imported: Import) -> Path:
    """A small recording for programs to send."""
    (tmp_path / "sent.txt").write_text("sent")
    return imported(tmp_path / "sent.txt", recording_id="sent").path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file that no built-in importer takes."""
    path = tmp_path / "data.what"
    path.write_text("?")
    return path


def program(folder: Path, name: str, *lines: str) -> Path:
    """A shell script on PATH."""
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def send(path: Path) -> str:
    return f"cat {shlex.quote(str(path))}"


@pytest.fixture
def run(imported: Import, folder: Path, source: Path) -> Any:
    """Imports the file with the programs of the folder, in a time that no hanging one spoils."""

    def asked(*paths: Path, **request: Any) -> Imported:
        patience = request.pop("patience", PATIENCE)
        programs = ExternalPrograms.on_path(os.fspath(folder), patience)
        host = Host(programs=programs, chosen=request.pop("chosen", None))
        start = time.monotonic()
        result = imported(*(paths or (source,)), host=host, **request)
        assert time.monotonic() - start < SOON
        return result

    return asked


@pytest.mark.parametrize("prefix", ["rrd-importer-", "rerun-importer-", "rerun-loader-"])
def test_a_program_takes_the_file(prefix: str, folder: Path, recording: Path, run: Any) -> None:
    program(folder, f"{prefix}what", send(recording))
    result = run()
    assert result.report.importer == "what"
    assert result.report.stores == ["recording sent/sent"]  # as the program chose
    assert result.column("TextDocument:text") == [["sent"]]
    assert not result.report.is_lossy


def test_discovery(folder: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    kept = program(folder, "rrd-importer-a")
    program(second, "rrd-importer-a")
    own = program(second, f"rrd-importer-{BUILT_IN[0][0]}")
    (second / "rerun-importer-own").symlink_to(own)
    program(second, "rrd-importer-plain").chmod(0o644)
    (second / "rrd-importer-folder").mkdir()
    (second / "rrd-importer-gone").symlink_to("nothing")
    other = program(second, "rerun-importer-z")
    path = os.pathsep.join(map(os.fspath, [folder, tmp_path / "missing", second])) + os.pathsep
    found = ExternalPrograms.on_path(path).programs
    assert [(p.name, p.path) for p in found] == [("a", kept), ("z", other)]


def test_not_mine_is_silent(folder: Path, recording: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", "echo 'I would rather not' >&2", "exit 66")
    program(folder, "rrd-importer-b", send(recording), "exit 66")  # even after it sent data
    report = run().report
    assert report.is_foreign
    assert report.error == "no importer takes .what files (asked a, b: not theirs)"


def test_one_of_several_takes_it(folder: Path, recording: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", "exit 66")
    program(folder, "rrd-importer-b", "echo 'broken pipe dream' >&2", "exit 3")
    program(folder, "rrd-importer-c", "sleep 0.1", send(recording))
    report = run().report
    assert (report.importer, report.rows) == ("c", 1)
    assert report.notes == ["importer program b failed with exit code 3: broken pipe dream"]


def test_failures_are_told(folder: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", "exit 66")
    program(folder, "rrd-importer-b", "echo why >&2", "exit 1")
    program(folder, "rrd-importer-c", "kill -9 $$")
    (folder / "rrd-importer-d").write_text("#!/no/such/interpreter\n")
    (folder / "rrd-importer-d").chmod(0o755)
    report = run().report
    assert report.is_refused
    assert not report.is_foreign
    assert report.error == (
        "importer program b failed with exit code 1: why; "
        "importer program c was ended by signal 9; "
        "importer program d could not be started: No such file or directory"
    )


def test_failures_hurt_no_importer_of_ours(folder: Path, tmp_path: Path, run: Any) -> None:
    program(folder, "rrd-importer-bad", "exit 1")
    picture = tmp_path / "picture without suffix"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(25))
    report = run(picture).report
    assert (report.importer, report.is_lossy) == ("image", False)
    assert report.notes == ["importer program bad failed with exit code 1"]


def test_the_first_that_sends_wins(folder: Path, recording: Path, run: Any) -> None:
    program(folder, "rrd-importer-slow", "sleep 30", send(recording))
    program(folder, "rrd-importer-swift", send(recording))
    assert run().report.importer == "swift"


def test_data_before_a_failure_stay(folder: Path, recording: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", send(recording), "echo oh >&2", "exit 1")
    report = run().report
    assert report.rows == 1
    assert report.losses == [
        "importer program a failed with exit code 1: oh, after it had sent data"
    ]


def test_one_that_hangs_is_ended(folder: Path, run: Any, tmp_path: Path) -> None:
    mark = tmp_path / "terminated"
    program(
        folder,
        "rrd-importer-a",
        f"trap 'touch {shlex.quote(str(mark))}; exit 0' TERM",
        "while :; do sleep 0.05; done",
    )
    report = run().report
    assert report.error.startswith("importer program a said nothing for 0.4 s and was ended")
    assert mark.exists()


def test_one_that_hangs_after_data_keeps_them(folder: Path, recording: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", send(recording), "sleep 30")
    report = run().report
    assert report.rows == 1
    assert report.losses == [
        "importer program a said nothing for 0.4 s and was ended, after it had sent data"
    ]


def test_one_that_will_not_end_is_killed(
    folder: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rrdimporters.child._GRACE", 0.2)
    program(folder, "rrd-importer-a", "trap '' TERM", "while :; do sleep 0.05; done")
    assert "was ended" in run().report.error


def test_a_flood_of_complaints_blocks_nobody(folder: Path, recording: Path, run: Any) -> None:
    # 1 MiB is more than any pipe holds; the reference's host waits for ever.
    flood = "head -c 1048576 /dev/zero | tr '\\0' x >&2"
    program(folder, "rrd-importer-a", flood, send(recording), flood)
    assert not run().report.is_lossy


def test_an_endless_flood_is_ended(folder: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rrdimporters.child._COMPLAINT_LIMIT", 1 << 22)
    program(folder, "rrd-importer-a", "yes complaint >&2")
    assert run().report.error.startswith(
        "importer program a wrote more than 4 MiB of messages: complaint"[:40]
    )


@pytest.mark.parametrize("lines", [["yes garbage"], ["echo 'hello, I am text and no recording'"]])
def test_garbage_is_nobodys_recording(
    lines: list[str], folder: Path, recording: Path, run: Any
) -> None:
    program(folder, "rrd-importer-a", *lines)
    report = run().report
    assert report.is_refused
    assert "importer program a sent what cannot be taken" in report.error
    program(folder, "rrd-importer-b", "sleep 0.1", send(recording))
    assert run().report.importer == "b"


def test_garbage_behind_data_keeps_the_data(
    folder: Path, recording: Path, run: Any, tmp_path: Path
) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(recording.read_bytes()[:-30])
    program(folder, "rrd-importer-a", send(cut), "echo garbage garbage garbage")
    report = run().report
    assert report.rows == 1
    assert report.is_lossy


def test_a_program_may_send_nothing(folder: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", "exit 0")
    report = run(recording_id="r").report
    assert (report.rows, report.is_refused) == (0, False)
    assert report.notes == ["importer program a took the file and sent nothing"]


def test_what_a_program_leaves_behind_is_ended(folder: Path, recording: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", "sleep 30 &", send(recording))  # it holds our pipes open
    assert run().report.rows == 1


def test_arguments(
    folder: Path, source: Path, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said.json"
    code = (
        "import sys, json, os\n"
        f"json.dump([sys.argv[1:], dict(os.environ)], open({str(said)!r}, 'w'))"
    )
    script = f'exec {shlex.quote(sys.executable)} -S -c {shlex.quote(code)} "$@"'
    program(folder, "rrd-importer-a", script)
    points = (
        TimePoint(Timeline("z", TimeKind.SEQUENCE), 3),
        TimePoint(Timeline("d", TimeKind.DURATION), -5),
        TimePoint(Timeline("t", TimeKind.TIMESTAMP), 7),
    )
    monkeypatch.setenv("RERUN_APP_ONLY", "1")
    prefix = EntityPath.parse("/pre/fix")
    wanted = {"application_id": "app", "recording_id": "rec", "times": points, "patience": SOON}
    run(entity_path_prefix=prefix, **wanted)
    words, environment = json.loads(said.read_text())
    assert words == [
        str(source),
        *("--application-id", "app", "--recording-id", "rec"),
        *("--entity-path-prefix", "/pre/fix"),
        *("--time_duration_nanos", "d=-5", "--time", "d=-5"),
        *("--time_timestamp_nanos", "t=7"),
        *("--time_sequence", "z=3", "--sequence", "z=3"),
    ]
    assert "RERUN_APP_ONLY" not in environment
    run(static=True, **wanted)
    assert json.loads(said.read_text())[0][5:] == ["--static"]


def test_a_program_can_be_named(folder: Path, recording: Path, tmp_path: Path, run: Any) -> None:
    program(folder, "rrd-importer-a", send(recording))
    program(folder, "rrd-importer-b", send(recording))
    text = tmp_path / "known.txt"
    text.write_text("a built-in importer would take this")
    assert run(text).report.importer == "text"
    assert run(text, chosen="b").report.importer == "b"


def test_folders_and_the_files_in_them(
    folder: Path, recording: Path, tmp_path: Path, run: Any
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.what").write_text("?")
    (data / "b.txt").write_text("b")
    only_files = f'[ -f "$1" ] || exit 66; {send(recording)}'
    program(folder, "rrd-importer-a", only_files)
    assert run(data).column("TextDocument:text") == [["sent"], ["b"]]
    program(folder, "rrd-importer-b", f'[ -d "$1" ] || exit 66; {send(recording)}')
    assert run(data).column("TextDocument:text") == [["sent"]]


@pytest.fixture
def csv_program(folder: Path) -> Path:
    """The built-in importer of CSV files as a program, as an installation would make it."""
    path = folder / "rrd-importer-csv"
    path.write_text(f"#!{sys.executable}\nfrom rrdimporters.programs import main\n\nmain()\n")
    path.chmod(0o755)
    return path


def test_as_a_program_under_the_reference(
    csv_program: Path,
    tmp_path: Path,
    imported: Import,
    reference: Path,
    differences: Differences,
) -> None:
    (tmp_path / "hosted").mkdir()
    (tmp_path / "hosted" / "rerun-importer-csv").symlink_to(csv_program)
    source = tmp_path / "table.csv"
    source.write_text("x,y\n1,2\n")
    out = tmp_path / "out.rrd"
    path = os.pathsep.join([os.fspath(tmp_path / "hosted"), os.environ["PATH"]])
    subprocess.run(
        [reference, source, "--port", "0", "--save", out],
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert not differences(imported(source).path, out)


def test_as_a_program_under_our_host(csv_program: Path, tmp_path: Path, run: Any) -> None:
    other = csv_program.with_name("rrd-importer-table")
    other.write_text(
        f"#!{sys.executable}\nimport sys\nfrom rrdimporters.programs import run\n\n"
        "sys.exit(run('csv', sys.argv[1:]))\n"
    )
    other.chmod(0o755)
    source = tmp_path / "table.csv"
    source.write_text("x\n1\n")
    wanted = {"recording_id": "r", "application_id": "app", "patience": SOON}
    result = run(source, chosen="table", **wanted)
    assert result.report.stores == ["recording app/r"]
    assert result.column("x") == [[1]]


def test_as_a_program(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source, out = tmp_path / "table.csv", tmp_path / "table.rrd"
    source.write_text("x,y\n1,2\n3\n")
    words = ["--application-id", "app", "--opened-application-id", "open", "--recording-id", "r"]
    words += ["--entity-path-prefix", "/pre", "--an-option-of-the-future", "-O", "index=y"]
    assert programs.run("csv", [str(source), *words]) == 3
    sent, told = capfdbinary.readouterr()
    assert told.endswith(b"table.csv: lost: line 3: 1 values for 2 columns\n")
    out.write_bytes(sent)
    with Recording.open(out) as recording:
        assert [str(store) for store in recording.contents.stores] == ["recording app/r"]
        assert [str(found.chunk.entity_path) for found in recording.chunks()] == ["/pre/x"]


@pytest.mark.parametrize(
    ("name", "file", "words", "code", "told"),
    [
        ("csv", "a.png", [], 66, ""),
        ("nix", "a.csv", [], 66, "there is no importer nix; there are recording, image"),
        ("csv", "a.csv", ["-O", "nix=1"], 2, "there is no option nix; --help"),
        ("csv", "gone.csv", [], 1, "gone.csv: No such file or directory"),
        ("csv", "empty.csv", [], 1, "empty.csv: Empty CSV file"),
        ("csv", "folder", [], 1, "folder: Is a directory"),
    ],
)
def test_exit_codes_of_programs(
    name: str,
    file: str,
    words: list[str],
    code: int,
    told: str,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder").mkdir()
    assert programs.run(name, [str(tmp_path / file), *words]) == code
    sent, complaints = capfdbinary.readouterr()
    assert sent == b""
    assert told in complaints.decode()


@pytest.mark.parametrize("words", [["--time_sequence", "x"], ["--time", "x=y"], ["-O", "x"], []])
def test_wrong_usage_of_programs(words: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        programs.run("csv", [*words, *(["a.csv"] if words else [])])


def test_times_for_programs(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source, out = tmp_path / "a.txt", tmp_path / "a.rrd"
    source.touch()
    words = ["--time_sequence", "frame=3", "--sequence", "frame=3", "--time", "t=4"]
    assert programs.run("text", [str(source), *words]) == 0
    out.write_bytes(capfdbinary.readouterr().out)
    with Recording.open(out) as recording:
        (found,) = recording.chunks()
    assert sorted(line.name for line in found.chunk.timelines) == ["frame", "t"]
