"""Makes recordings with the reference: `python make_recordings.py PROGRAM FOLDER`.

A program of its own, so that what the SDK starts, prints and warns of stays out of the tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rerun as rr
import rerun.blueprint as rrb

PROGRAM, FOLDER = sys.argv[1], Path(sys.argv[2])
APPLICATION = "rrd_example_interop"


def stream(name: str, **options: Any) -> rr.RecordingStream:
    """A recording that is saved as `name`."""
    recording = rr.RecordingStream(APPLICATION, recording_id=name.partition(".")[0])
    recording.save(FOLDER / name, **options)
    return recording


VERTICES = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
FILLED: dict[str, Callable[[], Any]] = {
    "AnnotationContext": lambda: rr.AnnotationContext([(1, "red", (255, 0, 0)), (2, "blue")]),
    "Arrows2D": lambda: rr.Arrows2D(vectors=[[1, 2]], origins=[[0, 0]], labels=["a"]),
    "Arrows3D": lambda: rr.Arrows3D(vectors=[[1, 2, 3]], radii=0.1),
    "AssetVideo": lambda: rr.AssetVideo(contents=b"not a video", media_type="video/mp4"),
    "Asset3D": lambda: rr.Asset3D(contents=b"glTF", media_type="model/gltf-binary"),
    "BarChart": lambda: rr.BarChart(np.array([1, 2, 3], np.uint8)),
    "Boxes2D": lambda: rr.Boxes2D(half_sizes=[[1, 2]], centers=[[0, 0]], class_ids=[3]),
    "Boxes3D": lambda: rr.Boxes3D(
        half_sizes=[[1, 2, 3]], quaternions=[rr.Quaternion(xyzw=[0, 0, 0, 1])]
    ),
    "Capsules3D": lambda: rr.Capsules3D(lengths=[1, 2], radii=[0.5, 0.25]),
    "Clear": lambda: rr.Clear(recursive=True),
    "Cylinders3D": lambda: rr.Cylinders3D(lengths=[1], radii=[2]),
    "DepthImage": lambda: rr.DepthImage(np.ones((2, 3), np.uint16), meter=1000.0),
    "Ellipsoids3D": lambda: rr.Ellipsoids3D(half_sizes=[[1, 2, 3]]),
    "EncodedImage": lambda: rr.EncodedImage(contents=b"\x89PNG", media_type="image/png"),
    "GeoLineStrings": lambda: rr.GeoLineStrings(
        lat_lon=[[[1, 2], [3, 4]], [[5, 6], [7, 8], [9, 0]]]
    ),
    "GeoPoints": lambda: rr.GeoPoints(lat_lon=[[47.4, 8.5]]),
    "GraphEdges": lambda: rr.GraphEdges(edges=[("a", "b"), ("b", "c")], graph_type="directed"),
    "GraphNodes": lambda: rr.GraphNodes(["a", "b", "c"], labels=["A", "B", "C"]),
    "Image": lambda: rr.Image(np.zeros((2, 3, 3), np.uint8)),
    "InstancePoses3D": lambda: rr.InstancePoses3D(translations=[[1, 2, 3]]),
    "LineStrips2D": lambda: rr.LineStrips2D([[[0, 0], [1, 1]], [[2, 2], [3, 3], [4, 4]]]),
    "LineStrips3D": lambda: rr.LineStrips3D([VERTICES], colors=[0xFF0000FF]),
    "Mesh3D": lambda: rr.Mesh3D(vertex_positions=VERTICES, triangle_indices=[[0, 1, 2]]),
    "Pinhole": lambda: rr.Pinhole(focal_length=3, width=4, height=5),
    "Points2D": lambda: rr.Points2D([[1, 2], [3, 4]], keypoint_ids=[1, 2]),
    "Points3D": lambda: rr.Points3D(VERTICES, labels=["p", "q", "r"], radii=[0.1]),
    "Scalars": lambda: rr.Scalars([1.5, float("inf"), -0.0]),
    "SegmentationImage": lambda: rr.SegmentationImage(np.ones((2, 2), np.uint8)),
    "SeriesLines": lambda: rr.SeriesLines(colors=[255, 0, 0], names="line"),
    "SeriesPoints": lambda: rr.SeriesPoints(markers="cross", names="points"),
    "Tensor": lambda: rr.Tensor(np.arange(8.0).reshape(2, 2, 2), dim_names=("x", "y", "z")),
    "TextDocument": lambda: rr.TextDocument("# Title", media_type="text/markdown"),
    "TextLog": lambda: rr.TextLog("hello é 😀", level="INFO", color=[1, 2, 3]),
    "Transform3D": lambda: rr.Transform3D(translation=[1, 2, 3], scale=2.0),
    "ViewCoordinates": lambda: rr.ViewCoordinates.RDF,
}


def archetypes() -> None:
    """Every archetype: cleared, and filled where there is an example."""
    with stream("archetypes.rrd") as recording:
        for name in sorted(rr.archetypes.__all__):
            made = getattr(rr.archetypes, name)
            if hasattr(made, "cleared"):
                recording.set_time("step", sequence=0)
                recording.log(f"/cleared/{name}", made.cleared())
        for name, make in FILLED.items():
            recording.log(f"/static/{name}", make(), static=True)
            for step in range(3):
                recording.set_time("step", sequence=step)
                recording.set_time("elapsed", duration=step / 3)
                recording.log(f"/filled/{name}", make())


def columns() -> None:
    """Whole columns at once, on all kinds of timelines."""
    with stream("columns.rrd") as recording:
        steps = np.arange(100)
        recording.send_columns(
            "/columns/scalars",
            indexes=[
                rr.TimeColumn("step", sequence=steps[::-1]),
                rr.TimeColumn("elapsed", duration=steps / 7),
                rr.TimeColumn("stamp, with-odd.name", timestamp=1_700_000_000 + steps),
            ],
            columns=rr.Scalars.columns(scalars=np.sin(steps)),
        )
        points = np.arange(60, dtype=np.float32).reshape(20, 3)
        recording.send_columns(
            "/columns/points",
            indexes=[rr.TimeColumn("step", sequence=[3, 1, 2])],
            columns=[
                *rr.Points3D.columns(positions=points).partition([5, 0, 15]),
                *rr.Points3D.columns(radii=[1.0, 2.0, 3.0]),
            ],
        )
        recording.send_columns(
            "/columns/text", indexes=[], columns=rr.TextLog.columns(text=["static", "rows"])
        )


def properties() -> None:
    """Properties of many types, and a name."""
    with stream("properties.rrd") as recording:
        recording.send_recording_name("named")
        values = rr.AnyValues(flag=True, number=1.5, words=["a", "b"], nothing=[])
        recording.send_property("episode", values)
        recording.send_property("deeper", rr.Points3D([[1, 2, 3]]))


def custom() -> None:
    """Components that no archetype knows, sparse rows, odd entity names."""
    with stream("custom.rrd") as recording:
        for step in range(20):
            recording.set_time("step", sequence=step if step % 3 else -step)
            values: dict[str, Any] = {"x": step, "y": "text"} if step % 2 else {"x": step}
            recording.log("/any", rr.AnyValues(**values))
            thing = rr.DynamicArchetype("user.Thing", components={"c": [step, step], "d": "text"})
            recording.log("/thing", thing)
            recording.log(["odd name", "ü/ö", "😀"], rr.Scalars(step))
            recording.log("/", rr.TextLog("root"))


def log_tick() -> None:
    """The timeline that is off by default, and no other."""
    with stream("log_tick.rrd") as recording:
        recording.set_log_tick_enabled(True)
        recording.set_log_time_enabled(False)
        for step in range(5):
            recording.log("/tick", rr.Scalars(step))


def no_footer() -> None:
    """No footer."""
    with stream("no_footer.rrd", write_footer=False) as recording:
        recording.log("/a", rr.Scalars(1.0))


def blueprints() -> None:
    """A blueprint file, and a recording that starts with a blueprint."""
    made = rrb.Blueprint(
        rrb.Grid(
            rrb.Spatial3DView(origin="/filled", contents=["+ $origin/**", "- /filled/Clear"]),
            rrb.TimeSeriesView(axis_y=rrb.ScalarAxis(range=(0, 1))),
            rrb.Tabs(rrb.TextLogView(), rrb.BarChartView(), rrb.TensorView(), rrb.MapView()),
        ),
        rrb.TimePanel(state="collapsed"),
        auto_views=True,
    )
    made.save(APPLICATION, FOLDER / "blueprint.rbl")
    with stream("with_blueprint.rrd", default_blueprint=made) as recording:
        recording.log("/a", rr.Scalars(1.0))
        recording.send_blueprint(rrb.Spatial2DView(origin="/b"))
        recording.log("/b", rr.Scalars(2.0))


def by_program(name: str, *words: str) -> None:
    """What `rerun rrd …` writes to its standard output, as a file."""
    done = subprocess.run([PROGRAM, "rrd", *words], cwd=FOLDER, capture_output=True, check=True)
    (FOLDER / name).write_bytes(done.stdout)


def main() -> None:
    """Makes all recordings."""
    for make in (archetypes, columns, properties, custom, log_tick, no_footer, blueprints):
        make()
    by_program("merged.rrd", "merge", "columns.rrd", "properties.rrd", "with_blueprint.rrd")
    by_program("optimized.rrd", "optimize", "custom.rrd")
    by_program("filtered.rrd", "filter", "--drop-timeline", "log_time", "archetypes.rrd")
    by_program("routed.rrd", "route", "--recording-id", "routed", "properties.rrd")
    pieces = [FOLDER / name for name in ("no_footer.rrd", "columns.rrd", "custom.rrd")]
    (FOLDER / "concatenated.rrd").write_bytes(b"".join(piece.read_bytes() for piece in pieces))


if __name__ == "__main__":
    main()
