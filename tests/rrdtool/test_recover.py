"""`rrd recover`: all that can be read is kept, and a ledger that tells the truth of the rest."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rrdformats.framing import FRAME_SIZE, HEADER_SIZE, TRAILER_SIZE
from rrdformats.reader import Recording
from rrdformats.testing import assembly
from rrdformats.testing.assembly import chunk_batch
from rrdformats.testing.simple_recordings import recording_of, store_of
from rrdformats.tuid import Tuid
from rrdformats.writer import RrdWriter
from rrdtool.operations.edit_inputs import InputError
from rrdtool.operations.recover import NothingRecoveredError, RecoverReport, recover
from rrdtool.operations.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere, RunProgram


def chunk(serial: int, entity: str | None = None, frames: tuple[int, ...] = (0, 1)) -> Any:
    times = {"frame": pa.array(frames, pa.int64())}
    return chunk_batch(entity or f"/e{serial}", serial=serial, rows=len(frames), times=times)


def with_footer(data: bytes) -> bytes:
    """The same recording as our writer writes it."""
    out = io.BytesIO()
    with Recording.open(io.BytesIO(data), "x") as recording, RrdWriter(out) as writer:
        for info in recording.contents.stores.values():
            assert info is not None
            writer.write_store_info(info, Tuid(1, 1))
        for item in recording.chunks():
            writer.write_chunk(item.store_id, item.chunk)
    return out.getvalue()


PIECES = [chunk(1), chunk(2, frames=(5, 7)), chunk(3, "/e2", (9, 11)), chunk(4)]
OPEN = assembly.stream(*store_of(*PIECES), footer=None)
WHOLE = with_footer(OPEN)


@dataclass(frozen=True)
class Place:
    """Where a chunk's message stands: its frame, its protobuf, and its end."""

    frame: int
    start: int
    end: int
    chunk_id: str


def places(data: bytes) -> list[Place]:
    with Recording.open(io.BytesIO(data), "x") as recording:
        found = []
        for item in recording.chunks(on_damage=lambda _: None):
            frame = item.offset - FRAME_SIZE
            length = int.from_bytes(data[frame + 8 : frame + 16], "little")
            found.append(Place(frame, item.offset, item.offset + length, str(item.chunk.id)))
    return found


def saved(data: bytes) -> tuple[RecoverReport, bytes]:
    out = io.BytesIO()
    with Recording.open(io.BytesIO(data), "x") as recording:
        return recover(recording, out), out.getvalue()


def ids(data: bytes) -> list[str]:
    return [place.chunk_id for place in places(data)]


def check(data: bytes) -> None:
    """Holds that a recording is sound: every chunk, and a footer that tells of it."""
    with Recording.open(io.BytesIO(data), "saved") as recording:
        findings = verify(recording).findings
    assert [(found.rule, found.message) for found in findings if found.level == "error"] == []


AT = places(WHOLE)
ALL = ids(WHOLE)
END = AT[-1].end  # where the footer's frame starts


# --- sound files ----------------------------------------------------------------------------------


def test_a_sound_file_is_copied() -> None:
    report, data = saved(WHOLE)
    assert data == WHOLE
    assert report.sound
    assert not report.lost_something
    assert (report.kept.chunks, report.kept.rows, report.bytes) == (4, 8, len(WHOLE))


def test_without_a_footer_it_gets_one() -> None:
    report, data = saved(OPEN)
    check(data)
    assert ids(data) == ALL
    assert (report.sound, report.rebuilt, report.lost_something) == (
        False, "there is no footer", False,
    )  # fmt: skip


def test_streams_glued_together_stay() -> None:
    data = WHOLE + with_footer(recording_of(chunk(9), store=assembly.store_id("other")))
    assert saved(data)[1] == data


@pytest.mark.parametrize("data", [b"", b"RRF2", b"no recording at all, only text"])
def test_what_is_no_recording_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        saved(data)


# --- cut off --------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [WHOLE, OPEN], ids=["footer", "open"])
def test_every_whole_chunk_before_a_cut_is_kept(whole: bytes) -> None:
    found = places(whole)
    for cut in range(found[0].frame, len(whole), 101):
        before = [place.chunk_id for place in found if place.end <= cut]
        if not before:
            with pytest.raises(NothingRecoveredError):
                saved(whole[:cut])
            continue
        report, data = saved(whole[:cut])
        check(data)
        assert ids(data) == before
        inside = [place for place in found if place.frame < cut < place.end]
        assert report.lost_something is bool(inside)
        assert report.lost.chunks + (report.unknown_bytes > 0) == len(inside)


def test_nothing_is_written_where_nothing_can_be_read() -> None:
    out = io.BytesIO()
    cut = io.BytesIO(WHOLE[: AT[0].end - 1])
    with Recording.open(cut, "x") as recording, pytest.raises(NothingRecoveredError):
        recover(recording, out)
    assert out.getvalue() == b""


def test_a_cut_chunk_tells_what_it_was() -> None:
    report, _ = saved(OPEN[: places(OPEN)[2].end - 4])
    (damage,) = report.damage
    assert (damage.entity, damage.rows, damage.timelines) == ("/e2", 2, ("frame",))
    (row,) = [row for row in report.ledger if row.entity == "/e2"]
    assert (row.timeline, row.kept.rows, row.lost.rows) == ("frame", 2, 2)
    assert (row.kept.start, row.kept.end, row.lost.start) == (5, 7, None)
    assert report.open_ended


# --- damage in the middle -------------------------------------------------------------------------


def damaged(start: int, data: bytes, cover: int | None = None) -> bytes:
    """The whole recording with `data` in the place of as many bytes, or of `cover`."""
    return WHOLE[:start] + data + WHOLE[start + (len(data) if cover is None else cover) :]


BLOCK = b"\xa5" * 64
MIDDLE = {
    "payload": damaged(AT[1].end - 200, BLOCK),
    "zeros": damaged(AT[1].frame + 30, bytes(100)),
    "zeros from the frame on": damaged(AT[1].frame, bytes(AT[1].end - AT[1].frame)),
    "kind": damaged(AT[1].frame, b"\x07"),
    "kind of an End message": damaged(AT[1].frame, b"\x00"),
    "length, beyond the end": damaged(AT[1].frame + 8, b"\xff\xff\xff\x00"),
    "length, into the next message": damaged(AT[1].frame + 8, bytes([WHOLE[AT[1].frame + 8] ^ 64])),
    "bytes missing": damaged(AT[1].start + 50, b"", 20),
    "bytes too many": damaged(AT[1].start + 50, b"\x01" * 20, 0),
    "store": damaged(AT[1].start, b"\xff"),
}


@pytest.mark.parametrize("name", MIDDLE)
def test_one_chunk_is_lost_and_the_footer_tells_which(name: str) -> None:
    report, data = saved(MIDDLE[name])
    check(data)
    assert ids(data) == [ALL[0], ALL[2], ALL[3]]
    assert report.lost_something
    assert (report.lost.chunks, report.lost.rows, report.unknown_bytes) == (1, 2, 0)
    (row,) = [row for row in report.ledger if row.entity == "/e2"]
    assert (row.lost.rows, row.lost.start, row.lost.end) == (2, 5, 7)
    assert (row.kept.rows, row.kept.start, row.kept.end) == (2, 9, 11)
    assert not report.open_ended


def test_without_a_footer_the_same_is_unknown() -> None:
    found = places(OPEN)
    report, data = saved(OPEN[: found[1].start] + BLOCK + OPEN[found[1].start + len(BLOCK) :])
    check(data)
    assert ids(data) == [ALL[0], ALL[2], ALL[3]]
    assert (report.lost.chunks, report.unknown_bytes) == (0, found[1].end - found[1].frame)


def test_the_end_of_one_file_inside_the_next() -> None:
    other = with_footer(recording_of(chunk(8), store=assembly.store_id("other")))
    report, data = saved(WHOLE[: AT[2].end - 30] + other)
    check(data)
    assert ids(data) == [*ALL[:2], *ids(other)]
    assert report.lost.chunks == 1


def test_a_stream_of_which_nothing_but_its_header_is_left() -> None:
    other = with_footer(recording_of(chunk(8), store=assembly.store_id("other")))
    gone = other[:HEADER_SIZE] + bytes(len(other) - HEADER_SIZE)
    for data in (gone + WHOLE, WHOLE + gone + WHOLE):
        report, out = saved(data)
        check(out)
        assert ids(out) == ALL
        assert report.unknown_bytes == len(other) - HEADER_SIZE


def test_a_lost_beginning() -> None:
    report, data = saved(b"\xee" * 100 + WHOLE[AT[1].frame :])
    check(data)
    assert ids(data) == ALL[1:]
    assert report.lost.chunks + (report.unknown_bytes > 0)
    assert any("no store info" in note for note in report.notes)


@pytest.mark.parametrize(
    ("data", "is_known"),
    [
        (damaged(END + 40, BLOCK), True),
        (WHOLE[: END + 40], True),
        (WHOLE[:-5], True),
        (damaged(len(WHOLE) - TRAILER_SIZE, bytes(8)), True),
        (damaged(len(WHOLE) - TRAILER_SIZE, bytes(TRAILER_SIZE)), True),
        (WHOLE + bytes(500), True),
        (WHOLE + b"\x99" * 500, False),
    ],
    ids=["footer", "footer cut", "trailer cut", "offset", "trailer", "padding", "garbage behind"],
)
def test_damage_behind_the_chunks(data: bytes, is_known: bool) -> None:
    report, out = saved(data)
    check(out)
    assert ids(out) == ALL
    assert report.lost.chunks == 0
    assert report.lost_something is not is_known


def test_a_message_that_is_wrong_about_its_chunk() -> None:
    digits = bytes.fromhex(ALL[1])[:8]
    little = digits[::-1]
    place = WHOLE.rindex(little, AT[1].start, AT[1].end)
    report, data = saved(damaged(place, b"\x77"))
    check(data)
    assert ids(data) == ALL
    assert (report.wrong_headers, report.lost_something) == (1, False)


def test_a_chunk_that_says_something_else_than_the_footer() -> None:
    whole = with_footer(recording_of(*PIECES))
    other = with_footer(recording_of(PIECES[0], chunk(2, frames=(5, 8)), *PIECES[2:]))
    assert len(whole) == len(other)
    report, data = saved(other[: AT[1].end] + whole[AT[1].end :])
    check(data)
    assert (report.altered_chunks, report.lost_something) == (1, True)


# --- any damage -----------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.data())
def test_any_damage_leaves_a_sound_file_of_known_chunks(data: st.DataObject) -> None:
    start = data.draw(st.integers(HEADER_SIZE, len(WHOLE) - 1))
    cover = data.draw(st.integers(0, 400))
    patch = data.draw(st.binary(max_size=100) | st.integers(0, 400).map(bytes))
    broken = damaged(start, patch, cover)
    try:
        report, out = saved(broken)
    except NothingRecoveredError:
        return
    touched = [p for p in AT if p.frame < start + max(cover, 1) and start < p.end]
    kept = set(ids(out))
    assert {p.chunk_id for p in AT} - {p.chunk_id for p in touched} <= kept
    assert report.lost_something or set(ALL) <= kept


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "sound": WHOLE,
        "open": OPEN,
        "cut": OPEN[: places(OPEN)[2].end - 4],
        "holed": MIDDLE["payload"],
        "nothing": WHOLE[: AT[0].end - 1],
        "text": b"no recording at all, only text",
    }
    for name, data in made.items():
        (tmp_path / f"{name}.rrd").write_bytes(data)
    return {name: tmp_path / f"{name}.rrd" for name in [*made, "missing"]}


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("sound", 0, "is sound: 4 chunks (8 rows"),
        ("open", 0, "the footer is new, because there is no footer"),
        ("cut", 3, "a chunk of 2 rows of /e2: the stream ends after"),
        ("holed", 3, "kept 3 chunks (6 rows"),
        ("nothing", 1, "no chunk of it can be read"),
        ("text", 1, "not an RRD recording"),
        ("missing", 1, "does not exist"),
    ],
)
def test_outcomes(
    name: str, code: int, told: str, files: dict[str, Path], rrd_here: RunHere, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("recover", files[name], "-o", out)
    assert run.code == code, run.err
    assert told in run.err
    assert out.exists() is (code != 1)
    if out.exists():
        check(out.read_bytes())
    again = rrd_here("recover", "--dry-run", files[name])
    assert (again.code, again.out) == (code, run.out)


def test_the_ledger(files: dict[str, Path], rrd_here: RunHere, tmp_path: Path) -> None:
    run = rrd_here("recover", files["holed"], "-o", tmp_path / "out.rrd")
    cells = [line.split() for line in run.out.splitlines()]
    assert cells[0] == ["recording", "app/rec"]
    (row,) = [line for line in cells if line and line[0] == "/e2"]
    assert row[1:3] == ["frame", "2"]
    assert "9 … 11 2" in " ".join(row)
    assert " ".join(row).endswith("5 … 7")


def test_json(files: dict[str, Path], rrd_here: RunHere, tmp_path: Path) -> None:
    run = rrd_here("recover", "--json", files["holed"], "-o", tmp_path / "out.rrd")
    found = json.loads(run.out)
    assert found["schema"] == "rrd.recover/1"
    assert (found["kept"]["rows"], found["lost"]["rows"]) == (6, 2)
    (row,) = [row for row in found["ledger"] if row["entity"] == "/e2"]
    assert (row["kept"]["start"], row["lost"]["start"], row["lost"]["end"]) == (9, 5, 7)
    assert found["damage"][0]["offset"] == AT[1].frame


def test_in_place_with_a_backup(files: dict[str, Path], rrd_here: RunHere) -> None:
    before = files["cut"].read_bytes()
    assert rrd_here("recover", "--in-place", "--backup", files["cut"]).code == 3
    check(files["cut"].read_bytes())
    assert files["cut"].with_name("cut.rrd.bak").read_bytes() == before


def test_the_same_input_gives_the_same_bytes() -> None:
    for broken in MIDDLE.values():
        assert saved(broken)[1] == saved(broken)[1]


def test_pipes(files: dict[str, Path], rrd: RunProgram, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    run = rrd("recover", "-", "-o", out, stdin=files["cut"].read_bytes())
    assert run.code == 3
    assert ids(out.read_bytes()) == ALL[:2]


def test_several_stores() -> None:
    frames = [*store_of(chunk(1)), *store_of(chunk(2), store=assembly.store_id("b"))]
    whole = with_footer(assembly.stream(*frames))
    last = places(whole)[-1]
    report, data = saved(whole[: last.frame + 20] + bytes(30) + whole[last.frame + 50 :])
    check(data)
    assert [(row.store, row.lost.chunks) for row in report.ledger] == [
        ("recording app/b", 1),
        ("recording app/rec", 0),
    ]
