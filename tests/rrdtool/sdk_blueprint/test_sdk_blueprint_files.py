"""The same blueprints, saved by the reference and by us, are the same."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import rrdtool as rr
import rrdtool.blueprint as rrb
from rrdformats.messages import BlueprintActivation, StoreKind
from rrdformats.reader import Recording
from rrdtool.blueprint.delivery import deliver

if TYPE_CHECKING:
    from tests.rrdtool.sdk_blueprint.conftest import Pair, ReadContents

PROGRAMS: dict[str, Any] = {
    # views and what they have in common
    "2d": lambda lib: lib.rrb.Spatial2DView(),
    "3d": lambda lib: lib.rrb.Spatial3DView(),
    "audio": lambda lib: lib.rrb.AudioView(playback=lib.rrb.AudioPlayback(volume=0.5)),
    "bar chart": lambda lib: lib.rrb.BarChartView(plot_legend=lib.rrb.Corner2D.LeftTop),
    "dataframe": lambda lib: lib.rrb.DataframeView(),
    "graph": lambda lib: lib.rrb.GraphView(),
    "map": lambda lib: lib.rrb.MapView(),
    "states": lambda lib: lib.rrb.StateTimelineView(),
    "tensor": lambda lib: lib.rrb.TensorView(),
    "document": lambda lib: lib.rrb.TextDocumentView(),
    "log": lambda lib: lib.rrb.TextLogView(),
    "plot": lambda lib: lib.rrb.TimeSeriesView(),
    "any view": lambda lib: lib.rrb.View(
        class_identifier="Mine",
        origin="/there",
        contents=["/a/**", "- /a/b"],
        name=None,
        properties={"Background": lib.rrb.Background(kind="SolidColor")},
    ),
    "options": lambda lib: lib.rrb.Spatial2DView(
        origin="/world/camera",
        contents=["$origin/**", "/other"],
        name="Camera",
        visible=False,
        titlebar=False,
    ),
    "contents as an archetype": lambda lib: lib.rrb.Spatial2DView(
        contents=lib.rrb.archetypes.ViewContents("/a/**")
    ),
    "contents as an array": lambda lib: lib.rrb.Spatial2DView(contents=np.array(["/a", "/b"])),
    "origin as a value": lambda lib: lib.rrb.Spatial2DView(
        origin=lib.rr.encodings.EntityPath("/a b"), name=lib.rr.encodings.Utf8("n")
    ),
    # properties
    "2d properties": lambda lib: lib.rrb.Spatial2DView(
        background=lib.rrb.BackgroundKind.GradientBright,
        visual_bounds=lib.rrb.VisualBounds2D(x_range=[-1, 7], y_range=(-3, 6)),
        spatial_information=lib.rrb.SpatialInformation("frame", show_axes=True),
        time_ranges=lib.rrb.VisibleTimeRange("t", start=seq(lib, 1), end=seq(lib, 9)),
    ),
    "3d properties": lambda lib: lib.rrb.Spatial3DView(
        background=[80, 60, 40],
        line_grid=True,
        spatial_information=lib.rrb.SpatialInformation(
            "f", show_bounding_box=True, axes=lib.rr.ViewCoordinates.RDF
        ),
        eye_controls=lib.rrb.EyeControls3D(
            kind=lib.rrb.Eye3DKind.FirstPerson,
            position=(1, 2, 3),
            look_target=np.zeros(3),
            eye_up=[0, 0, 1],
            speed=20,
            tracking_entity="/world/car",
            spin_speed=0.1,
        ),
        time_ranges=[
            lib.rrb.VisibleTimeRange(
                "t",
                start=lib.rrb.TimeRangeBoundary.infinite(),
                end=lib.rrb.TimeRangeBoundary.cursor_relative(seconds=-2.5),
            ),
            lib.rrb.VisibleTimeRange("u", lib.rrb.TimeRange(seq(lib, 3), seq(lib, 4))),
        ],
    ),
    "grid": lambda lib: lib.rrb.Spatial3DView(
        line_grid=lib.rrb.LineGrid3D(
            visible=True,
            spacing=0.1,
            plane=lib.rr.components.Plane3D.XY,
            stroke_width=2.0,
            color=[255, 255, 255, 128],
        )
    ),
    "plot properties": lambda lib: lib.rrb.TimeSeriesView(
        axis_x=lib.rrb.TimeAxis(
            link="LinkToGlobal",
            view_range=lib.rrb.TimeRange(seq(lib, 1), seq(lib, 2)),
            zoom_lock=True,
        ),
        axis_y=lib.rrb.ScalarAxis(range=(-1.5, 2), zoom_lock=False),
        plot_legend=lib.rrb.PlotLegend("RightBottom", visible=False),
        background=lib.rrb.archetypes.PlotBackground(color=(1, 2, 3), show_grid=False),
        interaction=lib.rrb.PlotInteraction(tooltip_mode="All", points_display="Always"),
        time_ranges=lib.rrb.VisibleTimeRanges(
            timeline="t", start=seq(lib, -5), end=lib.rrb.TimeRangeBoundary.absolute(seconds=1.5)
        ),
    ),
    "state properties": lambda lib: lib.rrb.StateTimelineView(
        time_view=lib.rrb.TimeAxis(link=1),
        time_ranges=lib.rrb.VisibleTimeRanges(timeline="t", range=lib.rrb.TimeRange(1, 2)),
    ),
    "map properties": lambda lib: lib.rrb.MapView(zoom=16.5, background="MapboxDark"),
    "map properties as archetypes": lambda lib: lib.rrb.MapView(
        zoom=lib.rrb.archetypes.MapZoom(3),
        background=lib.rrb.archetypes.MapBackground(lib.rrb.MapProvider.OpenStreetMap),
    ),
    "forces": lambda lib: lib.rrb.GraphView(
        background=lib.rrb.archetypes.GraphBackground(color=0x11223344),
        visual_bounds=lib.rrb.VisualBounds2D(x_range=[0, 1], y_range=[0, 2]),
        force_link=lib.rrb.archetypes.ForceLink(enabled=True, distance=60, iterations=2),
        force_many_body=lib.rrb.archetypes.ForceManyBody(strength=-60),
        force_position=lib.rrb.archetypes.ForcePosition(strength=0.1, position=[1, 2]),
        force_collision_radius=lib.rrb.archetypes.ForceCollisionRadius(iterations=3),
        force_center=lib.rrb.archetypes.ForceCenter(enabled=False, strength=1),
    ),
    "tensor properties": lambda lib: lib.rrb.TensorView(
        slice_selection=lib.rrb.TensorSliceSelection(
            width=1,
            height=lib.rr.TensorDimensionSelection(dimension=2, invert=True),
            indices=[lib.rr.TensorDimensionIndexSelection(dimension=0, index=4)],
            slider=[0, 3],
        ),
        scalar_mapping=lib.rrb.TensorScalarMapping(
            colormap="turbo", gamma=1.5, mag_filter="linear"
        ),
        view_fit="FillKeepAspectRatio",
    ),
    "document properties": lambda lib: lib.rrb.TextDocumentView(
        format_options=lib.rrb.archetypes.TextDocumentFormat(monospace=True, word_wrap=False)
    ),
    "log properties": lambda lib: lib.rrb.TextLogView(
        columns=lib.rrb.TextLogColumns(
            timeline_columns=["frame", lib.rrb.encodings.TimelineColumn("t", visible=False)],
            text_log_columns=[
                lib.rrb.encodings.TextLogColumn("body", visible=False),
                "LogLevel",
                lib.rrb.encodings.TextLogColumnKind.EntityPath,
            ],
        ),
        rows=lib.rrb.TextLogRows(filter_by_log_level=["INFO", "WARN"]),
        format_options=lib.rrb.TextLogFormat(monospace_body=True),
    ),
    "query": lambda lib: lib.rrb.DataframeView(
        query=lib.rrb.archetypes.DataframeQuery(
            timeline="t",
            filter_by_range=(lib.rr.encodings.TimeInt(seconds=1), lib.rr.encodings.TimeInt(seq=9)),
            filter_is_not_null="/a:scalars",
            apply_latest_at=True,
            select=["t", "log_tick", "/a:scalars"],
            entity_order=["/b", "/a"],
            auto_scroll=True,
        )
    ),
    "empty query": lambda lib: lib.rrb.DataframeView(query=lib.rrb.archetypes.DataframeQuery()),
    # overrides and defaults
    "overrides": lambda lib: lib.rrb.TimeSeriesView(
        overrides={
            "/a": lib.rr.SeriesLines(colors=[255, 0, 0], names="a"),
            "b/c": [lib.rr.SeriesPoints(markers="Cross"), lib.rr.SeriesLines()],
            lib.rr.encodings.EntityPath("/d e"): lib.rrb.EntityBehavior(visible=False),
            "/f": [
                lib.rrb.EntityBehavior(interactive=False),
                lib.rr.SeriesLines(widths=3).visualizer(),
                lib.rrb.VisibleTimeRanges(timeline="t", start=seq(lib, 1), end=seq(lib, 2)),
            ],
        }
    ),
    "mappings": lambda lib: lib.rrb.TimeSeriesView(
        overrides={
            "/a": lib.rrb.Visualizer(
                "SeriesLines",
                mappings=[
                    lib.rrb.encodings.VisualizerComponentMapping(
                        "Scalars:scalars",
                        lib.rrb.encodings.ComponentSourceKind.SourceComponent,
                        source_component="pose",
                        selector=".x",
                    ),
                    lib.rrb.encodings.VisualizerComponentMapping("names", "override"),
                ],
            )
        }
    ),
    "defaults": lambda lib: lib.rrb.Spatial3DView(
        defaults=[
            lib.rr.Points3D.from_fields(radii=2, colors=[[1, 2, 3]]),
            lib.rr.components.RadiusBatch([3.0]).described(
                lib.rr.ComponentDescriptor("Boxes3D:radii")
            ),
        ]
    ),
    # containers
    "horizontal": lambda lib: lib.rrb.Horizontal(
        lib.rrb.MapView(), lib.rrb.GraphView(), column_shares=[1, 2.5], name="row", visible=True
    ),
    "vertical": lambda lib: lib.rrb.Vertical(
        contents=[lib.rrb.MapView(), lib.rrb.GraphView()], row_shares=np.array([3, 1])
    ),
    "grid container": lambda lib: lib.rrb.Grid(
        *[lib.rrb.MapView(name=str(number)) for number in range(4)],
        grid_columns=2,
        column_shares=[1, 2],
        row_shares=(2, 1),
    ),
    "tab by name": lambda lib: lib.rrb.Tabs(
        lib.rrb.MapView(name="a"), lib.rrb.MapView(name="b"), active_tab="b"
    ),
    "tab by index": lambda lib: lib.rrb.Tabs(
        lib.rrb.Horizontal(lib.rrb.MapView()), lib.rrb.MapView(), active_tab=0
    ),
    "nested": lambda lib: lib.rrb.Vertical(
        lib.rrb.Horizontal(lib.rrb.MapView(), lib.rrb.Grid()), lib.rrb.Tabs(lib.rrb.GraphView())
    ),
    "empty container": lambda lib: lib.rrb.Tabs(),
    # whole blueprints
    "nothing": lambda lib: lib.rrb.Blueprint(),
    "really nothing": lambda lib: lib.rrb.Blueprint(auto_layout=False, auto_views=False),
    "one view": lambda lib: lib.rrb.Blueprint(lib.rrb.MapView(), auto_views=True),
    "two views": lambda lib: lib.rrb.Blueprint(lib.rrb.MapView(), lib.rrb.Horizontal()),
    "collapsed": lambda lib: lib.rrb.Blueprint(lib.rrb.MapView(), collapse_panels=True),
    "panels": lambda lib: lib.rrb.Blueprint(
        lib.rrb.TopPanel(state="hidden"),
        lib.rrb.BlueprintPanel(expanded=True),
        lib.rrb.SelectionPanel(expanded=False),
        lib.rrb.TimePanel(state=lib.rrb.PanelState.Collapsed),
        collapse_panels=True,
    ),
    "time panel": lambda lib: lib.rrb.Blueprint(
        lib.rrb.TimePanel(
            timeline="t",
            playback_speed=2.0,
            fps=30,
            play_state="playing",
            loop_mode="selection",
            time_selection=lib.rrb.components.AbsoluteTimeRange(10, 25),
        )
    ),
}


def seq(lib: Any, number: int) -> Any:
    return lib.rrb.TimeRangeBoundary.absolute(seq=number)


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_write_the_same(pair: Pair, name: str) -> None:
    pair.assert_same(PROGRAMS[name])


REFUSED: dict[str, Any] = {
    "two panels": lambda lib: lib.rrb.Blueprint(lib.rrb.TimePanel(), lib.rrb.TimePanel()),
    "no part": lambda lib: lib.rrb.Blueprint("a"),
    "both states": lambda lib: lib.rrb.TopPanel(expanded=True, state="hidden"),
    "contents twice": lambda lib: lib.rrb.Grid(lib.rrb.MapView(), contents=[]),
    "no such tab": lambda lib: lib.rrb.Tabs(lib.rrb.MapView(), active_tab="a"),
    "no such tab either": lambda lib: lib.rrb.Tabs(lib.rrb.MapView(), active_tab=1),
    "no default": lambda lib: lib.rrb.MapView(defaults=[3]),
    "one bound": lambda lib: lib.rrb.VisualBounds2D(x_range=[0, 1]),
    "no column": lambda lib: lib.rrb.encodings.ComponentColumnSelector("a"),
    "half a column": lambda lib: lib.rrb.encodings.ComponentColumnSelector(entity_path="/a"),
    "column twice": lambda lib: lib.rrb.encodings.ComponentColumnSelector("/a:b", component="b"),
    "no columns": lambda lib: lib.rrb.encodings.SelectedColumns([3]),
    "no such option": lambda lib: lib.rrb.MapView(colour=3),
    "class given": lambda lib: lib.rrb.MapView(class_identifier="3D"),
    "positional": lambda lib: lib.rrb.MapView("/"),
    "no such property": lambda lib: lib.rrb.TimeSeriesView(axis_y=3),
}


@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse(pair: Pair, name: str) -> None:
    pair.assert_refused(REFUSED[name])


@pytest.mark.parametrize(
    "make",
    [
        lambda lib: lib.rrb.Background(3, color=4),
        lambda lib: lib.rrb.VisibleTimeRanges(),
        lambda lib: lib.rrb.VisibleTimeRanges([], timeline="t"),
        lambda lib: lib.rrb.VisibleTimeRanges(
            [lib.rrb.VisibleTimeRange("t", lib.rrb.TimeRange(1, 2))] * 2
        ),
    ],
)
def test_both_warn(pair: Pair, make: Any) -> None:
    stored = []
    for lib in (pair.theirs, pair.ours):
        with pytest.warns(Warning, match="."):
            made = make(lib)
        batches = made.as_component_batches()
        stored.append([batch.as_arrow_array().to_pylist() for batch in batches])
    assert stored[0] == stored[1]


def test_a_kind_of_background_may_be_a_name() -> None:
    assert rrb.Background("gradientbright") == rrb.Background(rrb.BackgroundKind.GradientBright)


def test_what_a_file_says_about_itself(tmp_path: Path, reference: Path) -> None:
    path = tmp_path / "app.rbl"
    rrb.Blueprint(rrb.MapView()).save("app", path)
    with Recording.open(path) as recording:
        contents = recording.contents
    (store,) = contents.stores
    assert store.kind is StoreKind.BLUEPRINT
    assert store.application_id == "app"
    (activation,) = contents.activations
    assert activation == BlueprintActivation(store, True, True)
    done = subprocess.run([reference, "rrd", "verify", path], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_default_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rrb.Blueprint().save("my app")
    assert (tmp_path / "my app.rbl").is_file()


def test_a_blueprint_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "old.rbl"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="no tab"):
        rrb.Blueprint(rrb.Tabs(active_tab=0)).save("app", path)
    assert path.read_bytes() == b"old"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no/such"):
        rrb.Blueprint().save("app", tmp_path / "no/such/file.rbl")


def test_sent_and_default_blueprints(pair: Pair, contents_of: ReadContents) -> None:
    found = []
    for lib in (pair.theirs, pair.ours):
        recording = lib.rr.RecordingStream("app", recording_id="r", send_properties=False)
        path = pair.folder / f"{lib.rr.__name__}.rrd"
        recording.save(path, default_blueprint=lib.rrb.Blueprint(lib.rrb.TimePanel(fps=3)))
        recording.log("a", lib.rr.Scalars(1.0))
        recording.send_blueprint(lib.rrb.Blueprint(auto_layout=False), make_active=False)
        recording.disconnect()
        found.append(contents_of(path))
    assert found[0]
    assert found[0] == found[1]


def test_a_contents_iterator_is_read_once() -> None:
    container = rrb.Grid(contents=(rrb.MapView(name=name) for name in "ab"))
    assert [part.name for part in container.contents if isinstance(part, rrb.View)] == ["a", "b"]


def test_user_classes_may_extend_views() -> None:
    class Close(rrb.MapView):
        def __init__(self) -> None:
            super().__init__(zoom=20, name="close")

    view = Close()
    assert view.class_identifier == "Map"
    assert view.name == "close"
    assert list(view.properties) == ["MapZoom"]


class Collector:
    """A sink that keeps what it gets, and may fail."""

    name = "collector"
    ends_with_block = False
    tick_sec = 1.0

    def __init__(self, error: Exception | None = None) -> None:
        self.messages: list[Any] = []
        self.calls: list[str] = []
        self.urls: list[str | None] = []
        self.error = error

    def identity(self) -> int:
        return id(self)

    def open_sink(self) -> Collector:
        return self

    def send(self, message: Any) -> None:
        if self.error is not None:
            raise self.error
        self.messages.append(message)

    def flush(self, timeout: float | None) -> None:
        assert timeout is not None
        self.calls.append("flush")

    def close(self) -> None:
        self.calls.append("close")


def test_what_a_viewer_gets() -> None:
    sink = Collector()
    deliver(rrb.Blueprint(), "app", sink, make_active=False, make_default=True)
    first, *_, last = sink.messages
    assert first.store_id.application_id == "app"
    assert last == BlueprintActivation(first.store_id, False, True)
    assert sink.calls == ["flush", "close"]


def test_a_sink_that_fails_is_closed() -> None:
    sink = Collector(OSError(28, "no space"))
    with pytest.raises(OSError, match="no space"):
        deliver(rrb.Blueprint(), "app", sink, make_active=True, make_default=True)
    assert sink.calls == ["close"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_an_error_with_the_name_of_the_file() -> None:
    with pytest.raises(RuntimeError, match="/dev/full: No space"):
        rrb.Blueprint().save("app", "/dev/full")


def test_a_disk_that_fills_up_is_an_error_with_the_name_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sink = Collector(OSError(28, "no space"))
    monkeypatch.setattr("rrdtool.blueprint.delivery.FileSink", lambda _path: sink)
    with pytest.raises(RuntimeError, match=r"the file app\.rbl: no space"):
        rrb.Blueprint().save("app")


def test_paths_of_parts() -> None:
    view, grid = rrb.MapView(), rrb.Grid()
    assert view.blueprint_path() == f"view/{view.id}"
    assert grid.blueprint_path() == f"container/{grid.id}"
    assert rrb.TimePanel().blueprint_path() == "time_panel"
    assert grid.to_container() is grid


def test_defaults_may_be_lists_of_batches(tmp_path: Path, contents_of: ReadContents) -> None:
    batches = rr.Points3D.from_fields(radii=2).as_component_batches()
    for name, default in (("batches", batches), ("archetype", rr.Points3D.from_fields(radii=2))):
        rrb.Blueprint(rrb.MapView(defaults=[default])).save("app", tmp_path / name)
    columns = [
        [chunk[2:] for chunk in contents_of(tmp_path / name) if chunk[0].endswith("/defaults")]
        for name in ("batches", "archetype")
    ]
    assert len(columns[0]) == 1
    assert columns[0] == columns[1]


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> Collector:
    """What stands for any viewer."""
    grpc = pytest.importorskip("rrdtool.sinks.grpc")
    sink = Collector()

    def open_at(url: str | None) -> Collector:
        sink.urls.append(url)
        return sink

    monkeypatch.setattr(grpc, "GrpcSink", open_at)
    return sink


def test_a_viewer_that_is_there(viewer: Collector) -> None:
    rrb.Blueprint().connect_grpc("app", make_default=False)
    assert viewer.urls == [None]
    assert viewer.messages[-1].make_active
    assert not viewer.messages[-1].make_default


def test_a_viewer_that_is_not_there(viewer: Collector, caplog: pytest.LogCaptureFixture) -> None:
    viewer.error = ConnectionError("nobody answers")
    rrb.Blueprint().connect_grpc("app", url="rerun+http://there/proxy")
    assert viewer.urls == ["rerun+http://there/proxy"]
    assert "nobody answers" in caplog.text


def test_a_viewer_that_is_started(viewer: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr("rrdtool.recording.viewer.spawn", lambda **words: started.append(words))
    rrb.Blueprint().spawn("app", port=1234, hide_welcome_screen=True)
    (words,) = started
    assert words.pop("recording").is_enabled()
    assert words == {
        "port": 1234,
        "connect": False,
        "memory_limit": "75%",
        "hide_welcome_screen": True,
        "detach_process": True,
    }
    assert viewer.urls == ["rerun+http://127.0.0.1:1234/proxy"]
