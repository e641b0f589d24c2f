"""`rrd import`: inputs of every sort, where the recording goes, what is told, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from rrdformats.reader import Recording
from rrdimporters.arrival import url_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import RunHere, RunOnTerminal, RunProgram

PNG = b"\x89PNG\r\n\x1a\n" + bytes(25)


@pytest.fixture(autouse=True)
def _no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Importer programs that happen to be installed change nothing here."""
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("PATH", os.fspath(tmp_path / "nothing"))


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("a")
    return path


def entities(path: Path) -> list[str]:
    with Recording.open(path) as recording:
        return sorted(str(found.chunk.entity_path) for found in recording.chunks())


def stores(path: Path) -> list[str]:
    with Recording.open(path) as recording:
        return [str(store_id) for store_id in recording.contents.stores]


def test_a_file(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("import", text, "-o", out)
    assert (run.code, run.out) == (0, "")
    assert run.err == f"rrd: {text} → {text} as TextDocument, 1 row\n"
    assert entities(out) == [str(text)]


def test_everything_that_names_the_recording(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    out = tmp_path / "out.rrd"
    words = ["--application-id", "my/app", "--recording-id", "r", "--entity-path-prefix", "pre/a b"]
    assert rrd_here("import", text, "-o", out, *words, "-q").code == 0
    assert stores(out) == ["recording my-appc5ba/r"] or stores(out)[0].startswith(
        "recording my-app"
    )
    assert entities(out) == [rf"/pre/a\ b{text}"]


def test_times(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    out = tmp_path / "out.rrd"
    words = [
        "--time_sequence",
        "frame=7",
        "--time_duration_nanos=d=-5",
        "--time-timestamp-nanos=t=9",
    ]
    assert rrd_here("import", text, "-o", out, *words).code == 0
    with Recording.open(out) as recording:
        (found,) = recording.chunks()
    times = {f"{line} {line.kind.value}": int(v[0]) for line, v in found.chunk.timelines.items()}
    assert times == {"frame sequence": 7, "d duration": -5, "t timestamp": 9}
    assert rrd_here("import", text, "-o", out, *words, "--static", "--force").code == 0
    with Recording.open(out) as recording:
        (found,) = recording.chunks()
    assert found.chunk.is_static


def test_the_report_for_programs(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    (tmp_path / "code.py").touch()
    run = rrd_here("import", text, tmp_path / "code.py", "-o", tmp_path / "o.rrd", "--json", "-q")
    assert run.code == 3
    report = json.loads(run.out)
    assert report["schema"] == "rrd.import/1"
    first, second = report["inputs"]
    assert first["importer"] == "text"
    assert first["mapped"] == [
        {"source": str(text), "entity": str(text), "archetype": "TextDocument", "rows": 1}
    ]
    assert (first["chunks"], first["rows"], first["error"]) == (1, 1, None)
    assert second["error"] == "no importer takes .py files"


@pytest.mark.parametrize(
    ("files", "code", "told"),
    [
        ({"a.py": b""}, 66, "a.py: no importer takes .py files; "),
        ({"noise": b"\x01"}, 66, "noise: no importer recognises it; "),
        ({"a.png": b""}, 1, "a.png: the file is empty\n"),
        ({"a.txt": b"\xff"}, 1, "a.txt: is not UTF-8 text (at byte 0)\n"),
        ({"a.py": b"", "a.png": b""}, 1, "a.py: no importer takes .py files; "),
        ({"a.py": b"", "b.txt": b"b"}, 3, "a.py: no importer takes .py files; "),
        ({"a.csv": b"x,y\n1,2\n3\n"}, 3, "a.csv: lost: line 3: 1 values for 2 columns\n"),
        ({"a.npz": b"PK\5\6" + bytes(18)}, 0, ""),
    ],
)
def test_exit_codes(
    files: dict[str, bytes], code: int, told: str, tmp_path: Path, rrd_here: RunHere
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    out = tmp_path / "out.rrd"
    run = rrd_here("import", *(tmp_path / name for name in files), "-o", out)
    assert run.code == code
    assert told in run.err
    assert out.exists() == (code in (0, 3))


def test_strictness_writes_nothing(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3\n")
    out = tmp_path / "out.rrd"
    run = rrd_here("import", text, tmp_path / "a.csv", "-o", out, "--strict")
    assert run.code == 1
    assert "line 3: 1 values for 2 columns; without --strict it is left out" in run.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--importer", "txt"], "txt: there is no such importer; did you mean text?"),
        (["--importer", "zzz"], "zzz: there is no such importer; --list-importers shows"),
        (["-O", "delimter=;"], "--option delimter: no importer has such an option; did you mean"),
        (["-O", "zzz=;"], "--option zzz: no importer has such an option; see"),
        (["-O", "index"], "--option: 'index' is not NAME=VALUE"),
        (["--time_sequence", "frame"], "--time_sequence: 'frame' is not NAME=VALUE"),
        (["--time_sequence", "frame=soon"], "'soon' is no whole number of 64 bits"),
        (["--time_sequence", f"frame={2**63}"], "is no whole number of 64 bits"),
        (["--time_sequence", "t=1", "--time-duration-nanos", "t=1"], "timeline t: is given two"),
        (["-o", "-", "--json"], "--json has no room beside a recording on standard output"),
        (["--plugin-timeout", "-1"], "plugin-timeout"),
    ],
)
def test_wrong_usage(
    words: list[str], told: str, text: Path, tmp_path: Path, rrd_here: RunHere
) -> None:
    run = rrd_here("import", text, "-o", tmp_path / "out.rrd", *words)
    assert run.code == 2
    assert told in run.err
    assert not (tmp_path / "out.rrd").exists()


def test_missing_inputs_stop_it_all(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    run = rrd_here("import", text, tmp_path / "not.txt", "-o", tmp_path / "out.rrd")
    assert run.code == 1
    assert f"{tmp_path}/not.txt: does not exist; did you mean {text}?" in run.err
    assert not (tmp_path / "out.rrd").exists()


def test_the_output_is_no_input(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    assert rrd_here("import", text, "-o", text, "--force").code == 2
    assert text.read_text() == "a"
    out = tmp_path / "out.rrd"
    assert rrd_here("import", tmp_path, "-o", out).code == 0
    assert rrd_here("import", tmp_path, "-o", out).code == 2  # exists
    assert rrd_here("import", tmp_path, "-o", out, "--force").code == 0
    assert entities(out) == [str(text)]


def test_a_file_for_each_input(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    other = tmp_path / "note.md"
    other.write_text("b")
    (tmp_path / "none.py").touch()
    out = tmp_path / "out"
    run = rrd_here("import", text, other, tmp_path / "none.py", "-d", out)
    assert run.code == 3
    assert sorted(path.name for path in out.iterdir()) == ["note.md.rrd", "note.rrd"]
    assert entities(out / "note.md.rrd") == [str(other)]
    assert rrd_here("import", tmp_path / "none.py", "-d", tmp_path / "new").code == 66


def test_a_recording_for_each_input(text: Path, tmp_path: Path, rrd_here: RunHere) -> None:
    other = tmp_path / "other.md"
    other.write_text("b")
    out = tmp_path / "out.rrd"
    assert rrd_here("import", text, other, "-o", out).code == 0
    assert [name.partition("/")[0] for name in stores(out)] == ["recording note"]
    assert rrd_here("import", text, other, "-o", out, "--each", "--force").code == 0
    assert [name.partition("/")[0] for name in stores(out)] == ["recording note", "recording other"]


def test_long_reports_are_cut(tmp_path: Path, rrd_here: RunHere) -> None:
    (tmp_path / "wide.csv").write_text(
        ",".join(f"c{n}" for n in range(30)) + "\n" + "1," * 29 + "1"
    )
    run = rrd_here("import", tmp_path / "wide.csv", "-o", tmp_path / "out.rrd")
    assert run.err.count("→") == 20
    assert "… and 10 more; -v shows all" in run.err
    run = rrd_here("import", tmp_path / "wide.csv", "-o", tmp_path / "out.rrd", "-v", "--force")
    assert run.err.count("→") == 30


def test_the_list(rrd_here: RunHere) -> None:
    run = rrd_here("import", "--list-importers")
    assert run.code == 0
    assert "text       built in  Text and Markdown" in run.out
    assert "-O delimiter=" not in run.out
    assert "-O delimiter=" in rrd_here("import", "--list-importers", "-v").out
    listed = json.loads(rrd_here("import", "--list-importers", "--json").out)
    assert listed["schema"] == "rrd.importers/1"
    (csv,) = (row for row in listed["importers"] if row["name"] == "csv")
    assert csv["suffixes"] == [".csv", ".tsv"]


def test_pipes(tmp_path: Path, rrd: RunProgram, text: Path) -> None:
    out = tmp_path / "out.rrd"
    run = rrd("import", "-", "-o", out, stdin=PNG)
    assert run.code == 0
    assert entities(out) == ["/stdin"]
    assert [name.partition("/")[0] for name in stores(out)] == ["recording stdin"]
    run = rrd("import", "-o", out, "--force", stdin=b"no magic")
    assert run.code == 66
    words = [sys.executable, "-m", "rrdtool"]
    with subprocess.Popen([*words, "import", text, "-q"], stdout=subprocess.PIPE) as first:
        told = subprocess.run(
            [*words, "info", "-"], stdin=first.stdout, capture_output=True, check=True, timeout=60
        )
    assert first.returncode == 0
    assert b"application note" in told.stdout


def test_named_pipes(tmp_path: Path, rrd_here: RunHere) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(PNG,), daemon=True)
    writer.start()
    run = rrd_here("import", pipe, "-o", tmp_path / "out.rrd")
    writer.join(10)
    assert run.code == 0
    assert entities(tmp_path / "out.rrd") == [str(pipe)]


def test_on_a_terminal_the_output_stands_beside_the_input(
    text: Path, terminal: RunOnTerminal
) -> None:
    run = terminal("import", text)
    assert run.code == 0
    assert entities(text.with_suffix(".rrd")) == [str(text)]
    assert "note.rrd" in run.err
    run = terminal("import", text.with_suffix(".rrd"))
    assert run.code == 0
    assert text.with_name("note.imported.rrd").exists()


class Server(BaseHTTPRequestHandler):
    """Answers by path."""

    pages: ClassVar[dict[str, bytes]] = {"/a%20b.png": PNG, "/no-suffix": PNG}

    def do_GET(self) -> None:
        path, _, _ = self.path.partition("?")
        if path == "/file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
        elif path == "/cut.png":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(PNG)
        elif path in self.pages:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.pages[path])
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join(10)


@pytest.mark.parametrize("page", ["/a%20b.png?size=2", "/no-suffix"])
def test_urls(page: str, server: str, tmp_path: Path, rrd_here: RunHere) -> None:
    out = tmp_path / "out.rrd"
    assert rrd_here("import", server + page, "-o", out).code == 0
    name = page.partition("?")[0].replace("%20", r"\ ")
    assert entities(out) == [f"/127.0.0.1{name}"]


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("/missing.png", "the server answers 404 Not Found"),
        ("/cut.png", "the answer ends after 33 of 1000 bytes"),
        ("/file", "the server answers 302"),
    ],
)
def test_urls_that_cannot_be_fetched(
    page: str, told: str, server: str, tmp_path: Path, rrd_here: RunHere
) -> None:
    run = rrd_here("import", server + page, "-o", tmp_path / "out.rrd")
    assert run.code == 1
    assert f"rrd: {server}{page}: {told}" in run.err
    assert not (tmp_path / "out.rrd").exists()


def test_nobody_there(tmp_path: Path, rrd_here: RunHere) -> None:
    run = rrd_here("import", "http://127.0.0.1:9/a.png", "-o", tmp_path / "out.rrd")
    assert run.code == 1
    assert "cannot be fetched: " in run.err


def test_names_of_urls() -> None:
    assert (
        url_name("https://user:secret@example.org:80/a/b%2Fc.png?x=1#y") == "example.org/a/b/c.png"
    )
