"""`rrd print`: the messages that the reference prints, in its order, at every level."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunOnTerminal, RunProgram

RELEASES = ("0.24.1", "0.29.2", "0.32.2", "0.36.3", "0.41.0")

THEIRS = re.compile(
    r"(?:(?P<kind>StoreInfo|BlueprintActivationCommand)\b"
    r"|Chunk\((?P<id>chunk_\w+)\) with (?P<rows>\d+) rows \([^)]*\) - (?P<path>.*)"
    r" - data columns: \[(?P<columns>.*)\])"
)
OURS = re.compile(
    r"(?:(?P<kind>store|activation)\b"
    r"|(?P<id>chunk_\w+) +(?P<rows>\d+) rows? +\d+(?:\.\d)? (?:B|[KMG]iB)"
    r"  (?P<path>.*)  \[(?P<times>.*)\](?:  (?P<columns>.*))?)"
)
KINDS = {"StoreInfo": "store", "BlueprintActivationCommand": "activation"}


def messages(pattern: re.Pattern[str], out: str) -> list[tuple[str | None, ...]]:
    found = [pattern.fullmatch(line) or pattern.match(line) for line in out.splitlines()]
    return [
        (KINDS.get(match["kind"], match["kind"]),)
        if match["kind"]
        # The reference leaves columns that a migration renamed in their old places.
        else (match["id"], match["rows"], match["path"], *sorted((match["columns"] or "").split()))
        for match in found
        if match is not None
    ]


def lines_of(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def basic(root: Path) -> Path:
    return root / "fixtures" / "basic.rrd"


def flipped(path: Path, copy: Path, number: int) -> Path:
    """A copy in which chunk message `number` states an unknown encoding."""
    data = bytearray(path.read_bytes())
    start, pos, seen = 0, 12, -1
    while seen < number:
        kind, length = (int.from_bytes(data[pos + i : pos + i + 8], "little") for i in (0, 8))
        start, pos = pos + 16, pos + 16 + length
        seen += kind == 2
    place = data.index(b"\x20\x01\x2a", start, pos)  # field 4, encoding, before the payload
    data[place + 1] = 9
    copy.write_bytes(data)
    return copy


@pytest.mark.parametrize("release", RELEASES)
def test_a_line_tells_what_the_reference_tells(
    rrd: RunProgram, reference: Path, corpus: Path, release: str
) -> None:
    files = sorted((corpus / release).glob("*.r??"))
    theirs = subprocess.run(
        [reference, "rrd", "print", *files], capture_output=True, check=True, text=True
    )
    ours = rrd("print", *files)
    assert ours.code == (3 if any("truncated" in path.name for path in files) else 0), ours.err
    found = messages(OURS, ours.out)
    assert found == messages(THEIRS, theirs.stdout)
    assert len(found) + len(files) == len(ours.out.splitlines()), "a line was not understood"


def test_a_pipe_gives_what_a_file_gives(rrd: RunProgram, basic: Path) -> None:
    from_file = rrd("print", basic)
    assert from_file.code == 0
    for words in ([], ["-"]):
        piped = rrd("print", *words, stdin=basic.read_bytes())
        assert (piped.code, piped.out, piped.err) == (0, from_file.out, "")


@pytest.mark.parametrize("level", ["-v", "-vv", "-vvv"])
def test_each_level_tells_more(rrd: RunProgram, basic: Path, level: str) -> None:
    run = rrd("print", level, basic)
    assert run.code == 0
    assert ("rerun.components." in run.out) == (level == "-v")
    assert ("component_type: " in run.out) == (level != "-v")
    assert bool(re.search(r"^row_\w{32}  ", run.out, re.MULTILINE)) == (level == "-vvv")
    assert rrd("print", basic).out.count("chunk_") <= run.out.count("chunk_")


def test_full_metadata_keeps_prefixes(rrd: RunProgram, basic: Path) -> None:
    run = rrd("print", "-vv", "--full-metadata", basic)
    assert "rerun:component_type: rerun.components." in run.out
    assert "sorbet:version" in run.out
    assert re.search(r"^rerun.controls.RowId ", run.out, re.MULTILINE)


def test_transposed_rows_stand_beside_each_other(rrd: RunProgram, corpus: Path) -> None:
    path = corpus / "0.41.0" / "static_mix.rrd"
    run = rrd("print", "-vvv", "--transposed", "-e", "/config", path)
    (heads,) = {line for line in run.out.splitlines() if line.endswith("row 3")}
    assert heads.split() == ["column", "row", "1", "row", "2", "row", "3"]
    assert re.search("^TextDocument:text +version 0 of 7 +version 1 of 7", run.out, re.MULTILINE)


def reference_chunks(path: Path) -> dict[str, Any]:
    """The record batches that the reference's Python reader gives, by chunk id."""
    reader = pytest.importorskip("rerun.chunk", reason="rerun-sdk is not installed").RrdReader
    return {chunk.id: chunk.to_record_batch() for chunk in reader(path).stream().to_chunks()}


@pytest.mark.parametrize("release", RELEASES[1:])  # older ones have no footer; the reader warns
def test_json_holds_every_value(rrd: RunProgram, corpus: Path, release: str) -> None:
    names = ("columns", "out_of_order", "properties", "static_mix")
    files = [corpus / release / f"{name}.rrd" for name in names]
    expected = {chunk: batch for path in files for chunk, batch in reference_chunks(path).items()}
    told = [row for row in lines_of(rrd("print", "--json", "-vvv", *files).out) if "id" in row]
    assert {row["id"] for row in told} == expected.keys()
    for row in told:
        batch = expected[row["id"]]
        assert row["rows"] == batch.num_rows
        assert [column["field"] for column in row["columns"]] == batch.schema.names
        for column, cells in zip(row["columns"], batch.columns, strict=True):
            assert comparable(column["values"]) == plain(cells), (row["id"], column["name"])


def plain(cells: Any) -> list[Any]:
    pa = pytest.importorskip("pyarrow")
    if pa.types.is_fixed_size_binary(cells.type):
        return [f"row_{value.hex()}" for value in cells.to_pylist()]
    if pa.types.is_temporal(cells.type):
        return [str(value) for value in cells.view(pa.int64()).to_pylist()]
    values: list[Any] = cells.to_pylist()
    return values


def comparable(values: list[Any]) -> Any:
    """JSON values with ids in lower case and floats to compare with wider ones."""
    if values and isinstance(values[0], str) and values[0].startswith("row_"):
        return [value.lower() for value in values]
    return [approximate(value) for value in values]


def approximate(value: Any) -> Any:
    if isinstance(value, list):
        return [approximate(item) for item in value]
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


def test_json_is_an_object_for_each_message(rrd: RunProgram, corpus: Path) -> None:
    path = corpus / "0.32.2" / "blueprint.rrd"
    rows = lines_of(rrd("print", "--json", "--footers", path).out)
    assert {row["schema"] for row in rows} == {"rrd.print/1"}
    kinds = [row["kind"] for row in rows]
    assert kinds.count("blueprint_activation") == 2
    assert kinds.count("footer") == 3
    assert kinds[-3:] == ["footer"] * 3
    chunks = [row for row in rows if row["kind"] == "chunk"]
    listed = {chunk for row in rows if "columns" in row for chunk in row["columns"]["chunk_id"]}
    assert {row["id"].removeprefix("chunk_").lower() for row in chunks} == listed
    assert {row["store"]["kind"] for row in chunks} == {"recording", "blueprint"}
    offsets = [row["offset"] for row in chunks]
    assert offsets == sorted(offsets)


def test_json_is_one_line_per_object_on_a_terminal_too(
    terminal: RunOnTerminal, rrd: RunProgram, basic: Path
) -> None:
    run = terminal("print", "--json", basic)
    assert run.out == rrd("print", "--json", basic).out


@pytest.mark.parametrize(("detail", "columns"), [(0, 7), (1, 15), (2, 70)])
def test_footers_show_more_columns_on_demand(
    rrd: RunProgram, corpus: Path, detail: int, columns: int
) -> None:
    path = corpus / "0.41.0" / "out_of_order.rrd"
    run = rrd("print", "--json", "--footers", "--footers-lod", str(detail), path)
    footer = lines_of(run.out)[-1]
    shown = set(footer["columns"])
    assert len(shown) >= columns
    assert {"chunk_id", "chunk_byte_offset"} <= shown
    assert ("frame:start" in shown) == (detail > 0)
    assert any(name.endswith(":num_rows") for name in shown) == (detail > 1)


def test_footers_are_printed_last(rrd: RunProgram, corpus: Path) -> None:
    run = rrd("print", "--footers", corpus / "0.32.2" / "several_concatenated.rrd")
    lines = run.out.splitlines()
    footers = [number for number, line in enumerate(lines) if line.startswith("footer of ")]
    messages_ = [number for number, line in enumerate(lines) if line.startswith("store ")]
    assert len(footers) == 3
    assert max(messages_) < min(footers)
    digests = re.findall(r"^  schema_sha256  (\w{64})$", run.out, re.MULTILINE)
    assert len(digests) == 3


def test_chunks_of_other_entities_are_left_out(rrd: RunProgram, corpus: Path) -> None:
    path = corpus / "0.41.0" / "out_of_order.rrd"
    run = rrd("print", "-e", "/plot/**", "--exclude", "/plot/a", path)
    paths = {row[2] for row in messages(OURS, run.out) if len(row) > 1}
    assert paths == {"/plot/b", "/plot/c", "/plot/d"}
    assert run.out.count("store ") == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["-e", "/plit/a"], 2, "no entity matches /plit/a; did you mean /plot/a?"),
        (["--exclude", "/nothing/like/it"], 2, "no entity matches /nothing/like/it; `rrd tree`"),
        (["-e", "/plit/a", "--allow-empty"], 0, ""),
        (["-e", "/a**"], 2, "** must stand alone between slashes"),
        (["--footers-lod", "3"], 2, "3 is above 2"),
    ],
)
def test_selections_that_select_nothing(
    rrd: RunProgram, corpus: Path, words: list[str], code: int, told: str
) -> None:
    run = rrd("print", *words, corpus / "0.41.0" / "out_of_order.rrd")
    assert run.code == code
    assert told in run.err
    assert bool(run.err) == bool(told)


def test_one_input_that_has_the_entity_is_enough(rrd: RunProgram, corpus: Path) -> None:
    folder = corpus / "0.41.0"
    run = rrd("print", "-e", "/moving", folder / "out_of_order.rrd", folder / "static_mix.rrd")
    assert (run.code, run.err) == (0, "")


@pytest.mark.parametrize("name", ["archetypes", "static_mix"])
def test_without_migration_chunks_are_as_written(rrd: RunProgram, corpus: Path, name: str) -> None:
    path = corpus / "0.24.1" / f"{name}.rrd"
    raw = rrd("print", "-vv", "--no-migrate", path)
    migrated = rrd("print", "-vv", "--migrate", path)
    assert (raw.code, migrated.code) == (0, 0)
    assert re.search("^  version +0.1.1$", raw.out, re.MULTILINE)
    assert re.search("^  heap_size_bytes +[0-9]+$", raw.out, re.MULTILINE)
    assert "heap_size_bytes" not in migrated.out
    assert re.search("^  version +0.1.4$", migrated.out, re.MULTILINE)
    ids = re.compile(r"^chunk_\w{32}", re.MULTILINE)
    assert ids.findall(raw.out) == ids.findall(migrated.out)


def test_what_stands_before_a_cut_is_printed(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    whole = rrd("print", basic).out
    cut = tmp_path / "cut.rrd"
    cut.write_bytes(basic.read_bytes()[:15_000])
    run = rrd("print", cut)
    assert run.code == 3
    assert run.out
    assert whole.startswith(run.out)
    assert re.fullmatch(r"rrd: .*cut.rrd: the stream ends after .*\n", run.err)
    piped = rrd("print", stdin=cut.read_bytes())
    assert (piped.code, piped.out) == (3, run.out)


@pytest.mark.parametrize("migration", ["--migrate", "--no-migrate"])
def test_a_bad_message_ends_the_output_or_is_passed_over(
    rrd: RunProgram, basic: Path, tmp_path: Path, migration: str
) -> None:
    lines = rrd("print", migration, basic).out.splitlines()
    third = [line for line in lines if line.startswith("chunk_")][2]
    bad = flipped(basic, tmp_path / "bad.rrd", 2)
    stopped = rrd("print", migration, bad)
    assert stopped.code == 3
    assert stopped.out.splitlines() == lines[: lines.index(third)]
    assert "unknown chunk encoding 9 (ArrowMsg at byte" in stopped.err
    assert "--continue-on-error" in stopped.err
    passed = rrd("print", migration, "--continue-on-error", bad)
    assert passed.code == 3
    assert passed.out.splitlines() == [line for line in lines if line != third]
    assert passed.err.count("\n") == 1


def test_each_input_has_its_messages_and_the_worst_counts(
    rrd: RunProgram, basic: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "bag.mcap"
    foreign.write_bytes(b"\x89MCAP0\r\n" + bytes(100))
    run = rrd("print", foreign, tmp_path / "missing.rrd", basic, basic)
    assert run.code == 1
    assert run.out.count(f"file {basic}\n") == 2
    assert "not an RRD recording but an MCAP file" in run.err
    assert "missing.rrd: does not exist" in run.err


def test_folders_need_to_be_asked_for(rrd: RunProgram, basic: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    shutil.copy(basic, tmp_path / "deep" / "b.rrd")
    refused = rrd("print", tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert "is a folder; add -r" in refused.err
    entered = rrd("print", "-r", tmp_path)
    assert entered.code == 0
    assert entered.out.startswith(f"file {tmp_path / 'deep' / 'b.rrd'}\n")


def test_nothing_to_read_on_a_terminal_is_wrong_usage(terminal: RunOnTerminal) -> None:
    run = terminal("print")
    assert (run.code, run.err) == (2, "rrd: no FILE is given, and nothing is piped in\n")


def test_a_reader_that_goes_away_is_no_error(python: RunProgram, basic: Path) -> None:
    program = (
        "import subprocess, sys\n"
        "words = [sys.executable, '-m', 'rrdtool', 'print', '-vvv', *[sys.argv[1]] * 20]\n"
        "run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "run.stdout.readline(); run.stdout.close()\n"
        "err = run.stderr.read(); sys.exit(run.wait() or len(err))"
    )
    assert python("-c", program, basic).code == 0


def test_color_is_for_terminals(terminal: RunOnTerminal, rrd: RunProgram, basic: Path) -> None:
    plain_ = rrd("print", basic).out
    assert "\x1b" not in plain_
    colored = terminal("print", basic).out
    assert "\x1b[36m/" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain_
    assert terminal("print", basic, NO_COLOR="1").out == plain_
    assert terminal("print", "--color", "never", basic).out == plain_


def test_rows_fit_the_terminal_or_become_blocks(terminal: RunOnTerminal, corpus: Path) -> None:
    path = corpus / "0.41.0" / "out_of_order.rrd"
    narrow = terminal("print", "-vvv", "-e", "/plot/b", path, NO_COLOR="1", columns=60).out
    block = narrow[narrow.index("\nrow 1\n") : narrow.index("\nrow 2\n")]
    assert max(map(len, block.splitlines())) <= 60
    assert re.search("^  frame +8$", block, re.MULTILINE)
    wide = terminal("print", "-vvv", "-e", "/plot/b", path, NO_COLOR="1", columns=250).out
    assert "\nrow 1\n" not in wide
    assert re.search(r"^row_\w{32}  3.5s +8 +2026-", wide, re.MULTILINE)


def test_text_from_a_file_cannot_move_the_cursor(rrd: RunProgram, tmp_path: Path) -> None:
    rr = pytest.importorskip("rerun", reason="rerun-sdk is not installed")
    path = tmp_path / "evil.rrd"
    with rr.RecordingStream("evil", recording_id="\x1b[2Jid\nstore fake") as stream:
        stream.save(path)
        stream.log("a", rr.TextLog("\x1b[31mred\nchunk_fake"), static=True)
    run = rrd("print", "-vvv", path)
    assert run.code == 0
    assert "\x1b" not in run.out
    assert r"\x1b[31mred\nchunk_fake" in run.out
    assert not re.search("^(store|chunk_)fake", run.out, re.MULTILINE)
