"""`rrd route`: other ids, the same bytes behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rrdformats.messages import StoreId, StoreKind
from rrdformats.reader import Recording
from rrdformats.testing.sketches import (
    SCALARS,
    TEXTS,
    Rows,
    SketchedStore,
    cells,
    chunk_ids,
    sketch,
)
from rrdtool.operations.edit_inputs import EditInput, EditRefusedError
from rrdtool.operations.routing import Routing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RunHere

RUN = SketchedStore([Rows("/a", {SCALARS: [1.0, 2.0]}, {"frame": [0, 1]})])
BLUEPRINT = SketchedStore(
    [Rows("/viewport", {TEXTS: ["layout"]}, {"blueprint": [0]}, serial=1)],
    "plan",
    kind=StoreKind.BLUEPRINT,
)


def stores(path: Path) -> list[StoreId]:
    with Recording.open(path) as recording:
        return list(recording.contents.stores)


@pytest.fixture
def both(tmp_path: Path) -> Path:
    return sketch(tmp_path / "both.rrd", BLUEPRINT, RUN)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--recording-id", "x"], [("plan", "app"), ("x", "app")]),
        (["--application-id", "tool"], [("plan", "tool"), ("run", "tool")]),
        (
            ["--application-id", "t", "--recording-id", "longer id"],
            [("plan", "t"), ("longer id", "t")],
        ),
        ([], [("plan", "app"), ("run", "app")]),
    ],
)
def test_a_recording_goes_with_its_blueprint(
    rrd_here: RunHere, both: Path, tmp_path: Path, words: list[str], expected: list[tuple[str, str]]
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("route", *words, both, "-o", out)
    assert (run.code, run.err) == (0, "")
    assert [(store.recording_id, store.application_id) for store in stores(out)] == expected
    assert chunk_ids(out) == chunk_ids(both)
    assert [cell[1:] for cell in cells(out)] == [cell[1:] for cell in cells(both)]
    with Recording.open(out) as recording:
        (activation,) = recording.contents.activations
        assert activation.blueprint_id == stores(out)[0]
        assert recording.contents.scan_reason is None


def test_a_blueprint_alone_gets_the_id(rrd_here: RunHere, tmp_path: Path) -> None:
    path = sketch(tmp_path / "plan.rbl", BLUEPRINT)
    out = tmp_path / "out.rbl"
    assert rrd_here("route", "--recording-id", "x", path, "-o", out).code == 0
    (store,) = stores(out)
    assert (store.kind, store.recording_id) == (StoreKind.BLUEPRINT, "x")


def test_everything_becomes_one_recording(rrd_here: RunHere, both: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("route", "--into-recording", both, "-o", out)
    assert run.code == 0
    assert "1 blueprint activations are left out" in run.err
    assert {store for store, *_ in cells(out)} == {"recording app/run"}
    assert len(cells(out)) == len(cells(both))


def test_application_ids_are_written_as_readers_see_them(
    rrd_here: RunHere, both: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.rrd"
    run = rrd_here("route", "--application-id", "new/app", both, "-o", out)
    assert "application id 'new/app' is written as 'new-appc7ea'" in run.err
    assert {store.application_id for store in stores(out)} == {"new-appc7ea"}


def test_output_over_input_is_refused_but_in_place_works(rrd_here: RunHere, both: Path) -> None:
    before = both.read_bytes()
    refused = rrd_here("route", "--recording-id", "x", both, "-o", both, "--force")
    assert refused.code == 2
    assert both.read_bytes() == before
    run = rrd_here("route", "--recording-id", "x", both, "--in-place", "--backup")
    assert run.code == 0, run.err
    assert [store.recording_id for store in stores(both)] == ["plan", "x"]
    assert both.with_name("both.rrd.bak").read_bytes() == before


def test_a_truncated_input_is_refused(rrd_here: RunHere, both: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.rrd"
    cut.write_bytes(both.read_bytes()[:3000])
    run = rrd_here("route", "--recording-id", "x", cut, "-o", tmp_path / "out.rrd")
    assert run.code == 1
    assert "add --lossy" in run.err
    assert not (tmp_path / "out.rrd").exists()


@pytest.mark.parametrize("routing", [Routing(application_id=""), Routing(recording_id="")])
def test_empty_ids_are_refused(routing: Routing) -> None:
    nothing: list[EditInput] = []
    with pytest.raises(EditRefusedError, match="an empty id names nothing"):
        routing(nothing)
