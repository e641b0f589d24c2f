"""Which importer takes what, and what becomes of those that misbehave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rrdformats.entity_path import EntityPath
from rrdformats.messages import StoreId, StoreKind
from rrdformats.timeline import TimeKind, Timeline
from rrdimporters.emit import Emitter, Ids, batches, blobs
from rrdimporters.external import ExternalPrograms
from rrdimporters.host import Host
from rrdimporters.identity import application_id_of, recording_id_of
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    MissingDependencyError,
    NotMineError,
    TimePoint,
    UnsupportedInputError,
    entity_of_name,
)
from rrdimporters.registry import BUILT_IN, importers
from rrdimporters.report import ImportReport, StrictError
from rrdtool.operations.import_ import ImportRequest, NothingImportedError, import_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.importers.conftest import Differences, Import

    from rrdimporters.protocol import Piece, Progress

HEADS = {".bag": b"#ROSBAG V2.0\n", ".db3": b"SQLite format 3\0"}
"""First bytes of files that are claimed by them only."""

STORE = StoreId(StoreKind.RECORDING, "r", "app")


@dataclass
class Fake:
    """An importer of `.fake` files that does as it is told."""

    name: str = "fake"
    summary: str = "Fake files (.fake)."
    suffixes: tuple[str, ...] = (".fake",)
    options: Mapping[str, str] = field(default_factory=dict)
    rows: int = 1
    ends: Callable[[ImportReport], None] = lambda _report: None
    magic: bytes = b"FAKE"
    claim: Exception | None = None

    def claims(self, path: Path, head: bytes) -> bool:
        if self.claim is not None:
            raise self.claim
        return path.suffix in self.suffixes or head.startswith(self.magic)

    def chunks(
        self, path: Path, settings: ImportSettings, progress: Progress, report: ImportReport
    ) -> Iterator[Piece]:
        emitter = Emitter.for_file(path, settings)
        progress(0, self.rows)
        for number in range(self.rows):
            yield emitter.row(f"/{self.name}/{number}", "TextDocument", text=[self.name])
        self.ends(report)


def raising(error: BaseException) -> Callable[[ImportReport], None]:
    def ends(_report: ImportReport) -> None:
        raise error

    return ends


def run(
    tmp_path: Path, *fakes: Fake, name: str = "a.fake", content: bytes = b"?", **request: Any
) -> ImportReport:
    """Imports one file with fake importers and returns the report on it."""
    path = tmp_path / name
    path.write_bytes(content)
    host = Host(fakes, ExternalPrograms(), chosen=request.pop("chosen", None))
    with (tmp_path / "out.rrd").open("wb") as file:
        try:
            (report,) = import_inputs([str(path)], file, replace(ImportRequest(host), **request))
        except NothingImportedError as error:
            (report,) = error.reports
    return report


def test_the_first_whose_suffix_fits_takes_it(tmp_path: Path) -> None:
    report = run(tmp_path, Fake("other", suffixes=(".other",)), Fake("first"), Fake("second"))
    assert (report.importer, report.rows) == ("first", 1)


def test_the_first_bytes_decide_where_no_suffix_fits(tmp_path: Path) -> None:
    fakes = Fake("a", suffixes=(), magic=b"AAA"), Fake("b", suffixes=(), magic=b"BBB")
    assert run(tmp_path, *fakes, name="x.what", content=b"BBB!").importer == "b"
    report = run(tmp_path, *fakes, name="x.what", content=b"CCC")
    assert report.is_foreign
    assert report.error == "no importer takes .what files"


def test_the_next_is_asked_if_it_is_not_mine(tmp_path: Path) -> None:
    shy = Fake("shy", rows=0, ends=raising(NotMineError("another version")))
    assert run(tmp_path, shy, Fake("bold")).importer == "bold"
    report = run(tmp_path, shy)
    assert report.is_foreign
    assert report.error == "no importer takes .fake files (asked shy: another version)"


def test_empty_files_of_a_known_kind_are_told(tmp_path: Path) -> None:
    report = run(tmp_path, Fake(rows=0, ends=raising(NotMineError("no magic"))), content=b"")
    assert (report.error, report.is_foreign) == ("the file is empty", False)


def test_nobody_says_not_mine_half_way(tmp_path: Path) -> None:
    report = run(tmp_path, Fake("shy", ends=raising(NotMineError("oh"))), Fake("bold"))
    assert report.error == "importer shy gave it up half way: oh"
    assert (report.rows, report.is_refused, report.is_lossy) == (1, False, True)


@pytest.mark.parametrize(
    ("error", "told", "advice"),
    [
        (UnsupportedInputError("too new", advice="wait"), "too new", "wait"),
        (
            MissingDependencyError("wheel", "turning"),
            "turning needs the package wheel, which is not installed",
            "pip install wheel",
        ),
        (DamagedInputError("cut", offset=9, kept="half"), "cut (at byte 9); kept half", None),
        (PermissionError(13, "Permission denied"), "Permission denied", None),
        (ZeroDivisionError("oops"), "importer fake failed: ZeroDivisionError: oops", None),
    ],
)
def test_errors(error: Exception, told: str, advice: str | None, tmp_path: Path) -> None:
    nothing = run(tmp_path, Fake(rows=0, ends=raising(error)))
    assert (nothing.error, nothing.advice) == (told, advice)
    assert (nothing.is_refused, nothing.is_foreign) == (True, False)
    something = run(tmp_path, Fake(rows=2, ends=raising(error)))
    assert (something.error, something.rows) == (told, 2)
    assert (something.is_refused, something.is_lossy) == (False, True)


def test_defects_hurt_no_other_importer(tmp_path: Path) -> None:
    told = "importer bad failed: ZeroDivisionError: oops"
    oops = ZeroDivisionError("oops")
    for bad in Fake("bad", claim=oops), Fake("bad", rows=0, ends=raising(oops)):
        report = run(tmp_path, bad, Fake("good"))
        assert (report.importer, report.notes, report.is_lossy) == ("good", [told], False)
    assert run(tmp_path, Fake("bad", claim=oops)).is_foreign


def test_one_importer_can_be_named(tmp_path: Path) -> None:
    report = run(tmp_path, Fake("a"), Fake("b", suffixes=()), name="x.what", chosen="b")
    assert report.importer == "b"


def test_strictness_turns_reports_into_errors(tmp_path: Path) -> None:
    fake = Fake(ends=lambda report: report.skipped("topic", "unknown type"))
    assert run(tmp_path, fake).is_lossy
    with pytest.raises(StrictError, match="topic: unknown type"):
        run(tmp_path, fake, strict=True)
    with pytest.raises(StrictError, match="damage"):
        run(tmp_path, Fake(ends=lambda report: report.lost("damage")), strict=True)


def test_inputs_that_fail_spare_the_others(tmp_path: Path, imported: Import) -> None:
    good, bad = tmp_path / "a.txt", tmp_path / "b.txt"
    good.write_text("a")
    bad.write_bytes(b"\xff")
    result = imported(bad, tmp_path / "missing.txt", good)
    assert [report.is_refused for report in result.reports] == [True, True, False]
    assert result.reports[1].error == "No such file or directory"
    assert result.column("TextDocument:text") == [["a"]]


def test_several_inputs_in_one_recording_or_each_in_its_own(
    tmp_path: Path, imported: Import
) -> None:
    paths = [tmp_path / "my.first.txt", tmp_path / "second.txt"]
    for path in paths:
        path.write_text(path.name)
    together = imported(*paths)
    assert together.reports[0].stores == together.reports[1].stores
    assert together.reports[0].stores[0].startswith("recording my_first/rec_")
    apart = imported(*paths, each=True)
    names = [report.stores[0].partition("/")[0] for report in apart.reports]
    assert names == ["recording my_first", "recording second"]
    named = imported(*paths, application_id="app", recording_id="r")
    assert named.reports[0].stores == ["recording app/r"]


def test_what_is_named_twice_is_imported_once(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")
    assert imported(path, path).report.rows == 1


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")
    once, again = imported(path), imported(path)
    assert once.path.read_bytes() == again.path.read_bytes()
    other = imported(path, entity_path_prefix=EntityPath.parse("/pre"))
    assert other.reports[0].stores != once.reports[0].stores


def test_recordings_pass_through(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")
    first = imported(path, recording_id="kept").path
    named = first.with_name("renamed.rrd")
    first.rename(named)
    result = imported(named, recording_id="other", entity_path_prefix=EntityPath.parse("/pre"))
    assert result.report.stores == ["recording a/kept"]
    assert result.path.read_bytes() == named.read_bytes()
    assert result.report.notes == [
        f"{named}: a recording keeps its entity paths, without the prefix"
    ]


def test_samples_pass_through(samples: Path, imported: Import, differences: Differences) -> None:
    # They are the same bytes; the reference encodes them anew, so that bytes below nulls differ.
    paths = sorted((samples / "rrd").glob("*.rrd"))
    assert paths
    assert [path for path in paths if differences(imported(path).path, path)] == []


@pytest.mark.parametrize(("kept", "rows"), [(-20, 1), (40, 0)])
def test_cut_recordings_keep_what_is_whole(
    kept: int, rows: int, tmp_path: Path, imported: Import
) -> None:
    (tmp_path / "a.txt").write_text("a")
    path = tmp_path / "cut.rrd"
    path.write_bytes(imported(tmp_path / "a.txt").path.read_bytes()[:kept])
    report = imported(path).report
    assert report.rows == rows
    assert report.is_lossy


def test_what_is_no_recording_is_refused(tmp_path: Path, imported: Import) -> None:
    path = tmp_path / "no.rrd"
    path.write_bytes(b"hello, this is none")
    assert imported(path).report.is_refused


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("a.png", "/a.png"),
        ("./a/../my image.png", r"/my\ image.png"),
        ("../../up/a.png", "/up/a.png"),
        ("/abs/a.png", "/abs/a.png"),
        ("a//b.png", "/a/b.png"),
        ("a&(b).png", r"/a\&\(b\).png"),
        ("a\udcff.png", "/a\ufffd.png"),
    ],
)
def test_entities_of_files(name: str, entity: str) -> None:
    assert entity_of_name(name).parts == EntityPath.parse(entity).parts


def test_application_ids() -> None:
    assert application_id_of("/data/my.run.png") == "my_run"
    assert application_id_of("-") == "stdin"
    assert application_id_of(".") == Path.cwd().stem.replace(".", "_")
    assert application_id_of("ü.png") != application_id_of("ö.png")


def test_recording_ids_of_what_is_no_file_are_unique() -> None:
    assert recording_id_of(["-"]) != recording_id_of(["-"])


def test_ids_ascend_and_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a")
    ids, again = Ids.for_file(path), Ids.for_file(path)
    first, column, last = ids.next(), ids.column(3), ids.next()
    found: list[Any] = [first.to_bytes(), *column.to_pylist(), last.to_bytes()]
    assert found == sorted(set(found))
    assert again.next() == first
    assert Ids.for_file(path, "salt").next() != first
    path.write_bytes(b"b")
    assert Ids.for_file(path).next() != first


def test_values_are_cast_to_what_the_component_holds() -> None:
    import pyarrow as pa

    emitter = Emitter(ImportSettings(STORE), Ids.fresh())
    chunk = emitter.chunk("/s", "Scalars", {"scalars": batches(pa.array([1, 2, 3]), [0, 1, 3])})
    assert chunk.batch.column(1).to_pylist() == [[1.0], [2.0, 3.0]]
    with pytest.raises(KeyError):
        emitter.row("/s", "Scalars", nothing=[1])
    with pytest.raises(KeyError):
        emitter.row("/s", "Nothing", scalars=[1])


def test_blobs_of_several_pieces() -> None:
    assert blobs([b"ab", b"", b"c"]).to_pylist() == [[97, 98], [], [99]]
    assert blobs([memoryview(b"ab")]).to_pylist() == [[97, 98]]
    assert blobs([]).to_pylist() == []


def test_times_of_the_caller_come_in_the_order_of_names() -> None:
    points = tuple(
        TimePoint(Timeline(name, kind), number)
        for number, (name, kind) in enumerate(
            [("z", TimeKind.SEQUENCE), ("d", TimeKind.DURATION), ("t", TimeKind.TIMESTAMP)]
        )
    )
    emitter = Emitter(ImportSettings(STORE, times=points), Ids.fresh())
    chunk = emitter.row("/a", "TextDocument", text=["a"])
    assert [line.name for line in chunk.schema.timelines] == ["d", "t", "z"]
    assert emitter.row("/a", "TextDocument", text=["a"], times={}).is_static


@pytest.mark.parametrize("importer", importers(), ids=lambda importer: importer.name)
class TestEveryImporter:
    """What the protocol asks, of every built-in importer."""

    def test_describes_itself(self, importer: Any) -> None:
        assert importer.name in dict(BUILT_IN)
        assert importer.summary.endswith(".")
        assert all(suffix in importer.summary for suffix in importer.suffixes)
        assert all(s.startswith(".") and s == s.lower() for s in importer.suffixes)
        assert all(isinstance(text, str) for pair in importer.options.items() for text in pair)

    def test_claims_its_suffixes_whatever_their_case(self, importer: Any) -> None:
        for suffix in importer.suffixes:
            head = HEADS.get(suffix, b"")
            assert importer.claims(Path(f"a{suffix}"), head) is True
            assert importer.claims(Path(f"a{suffix.upper()}"), head) is True

    @pytest.mark.parametrize("head", [b"", b"\0", b"hello", b"\xff" * 4096])
    def test_claims_nothing_without_proof(self, importer: Any, head: bytes) -> None:
        assert importer.claims(Path("-"), head) is False
        assert importer.claims(Path("folder"), b"") is False

    @pytest.mark.parametrize("content", [b"", b"\0", b"hello", b"\xff" * 5000])
    def test_garbage_is_told_in_the_protocols_words(
        self, importer: Any, content: bytes, tmp_path: Path, imported: Import
    ) -> None:
        path = tmp_path / f"a{(*importer.suffixes, '')[0]}"
        path.write_bytes(content)
        for report in imported(path, chosen=importer.name).reports:
            assert "failed:" not in str(report.error), report.error
