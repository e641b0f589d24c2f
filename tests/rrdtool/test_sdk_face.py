"""The public face: every name of the page, its signature, and what importing costs."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import rrdtool as rr
from rrdtool.recording import web_viewer

if TYPE_CHECKING:
    from tests.conftest import RunProgram

TIMEOUT = 60


def test_every_name_can_be_loaded() -> None:
    assert len(set(rr.__all__)) == len(rr.__all__)
    for name in set(rr.__all__):
        assert getattr(rr, name) is not None
    assert set(rr.__all__) <= set(dir(rr))


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = rr.no_such_name


def test_importing_loads_neither_numpy_nor_arrow(python: RunProgram) -> None:
    words = (
        "import sys, rrdtool; print(sorted({'numpy', 'pyarrow', 'rrdformats'} & set(sys.modules)))"
    )
    assert python("-c", words).out == "[]\n"


@pytest.fixture(scope="module")
def page(root: Path) -> dict[str, Any]:
    path = Path(os.environ.get("RRD_TEST_SDK_API") or root / "../shared/facts/sdk_api.json")
    if not path.is_file():
        pytest.skip(f"RRD_TEST_SDK_API: no file {path}")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_every_name_of_the_page_is_here(page: dict[str, Any]) -> None:
    names = {*page["classes"], *page["functions"], *page["constants"]}
    assert sorted(names - set(rr.__all__)) == []


def _parameters(function: Any, *, skip: int = 0) -> list[tuple[str, str, bool]]:
    return [
        (name, parameter.kind.name.lower(), parameter.default is parameter.empty)
        for name, parameter in list(inspect.signature(function).parameters.items())[skip:]
    ]


def _declared(rows: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return [
        (row["name"], row["kind"], row["required"] or row["kind"].startswith("var")) for row in rows
    ]


def test_functions_have_the_parameters_of_the_page(page: dict[str, Any]) -> None:
    different = {}
    for name, function in page["functions"].items():
        declared, found = _declared(function["params"]), _parameters(getattr(rr, name))
        if found[: len(declared)] != declared or not all(
            not row[2] for row in found[len(declared) :]
        ):
            different[name] = declared, found
    assert not different


@pytest.mark.parametrize(
    "name",
    [
        "RecordingStream",
        "ChunkBatcherConfig",
        "MemoryRecording",
        "BinaryStream",
        "FileSink",
        "TimeColumn",
        "LoggingHandler",
    ],
)
def test_classes_have_the_methods_of_the_page(page: dict[str, Any], name: str) -> None:
    different = {}
    for method, row in page["classes"][name]["methods"].items():
        attribute = inspect.getattr_static(getattr(rr, name), method)
        skip = 0 if isinstance(attribute, staticmethod | classmethod) else 1
        found = _parameters(getattr(getattr(rr, name), method), skip=skip)
        declared = [item for item in _declared(row["params"]) if item[0] not in ("self", "cls")]
        if found[: len(declared)] != declared:
            different[method] = declared, found
    assert not different


def test_every_function_with_a_recording_is_a_method_too() -> None:
    later = {"get_data_recording", "legacy_notebook_show"}
    for name in set(rr.__all__):
        value = getattr(rr, name)
        if inspect.isfunction(value) and "recording" in inspect.signature(value).parameters:
            found = hasattr(rr.RecordingStream, name)
            assert found or name in later or name.startswith("set_"), name


def test_version_is_one_line() -> None:
    assert rr.__version__ in rr.version()
    assert "\n" not in rr.version()


@pytest.mark.parametrize(
    ("part", "text"), [("my image!", r"my\ image\!"), ("a-b_c.d", "a-b_c.d"), ("ä/b", r"ä\/b")]
)
def test_parts_of_entity_paths_are_escaped(part: str, text: str) -> None:
    assert rr.escape_entity_path_part(part) == text
    assert rr.new_entity_path([part, 5, ""]) == f"/{text}/5"


def test_the_viewer_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    stream = rr.RecordingStream("app")
    with pytest.raises(RuntimeError, match="pip install"):
        stream.spawn(port=1)
    with pytest.raises(RuntimeError, match="pip install"):
        rr.spawn(port=1, executable_path=str(tmp_path / "x"), recording=stream)
    for function in (rr.login, rr.logout):
        with pytest.raises(RuntimeError, match="pip install"):
            function()


def test_the_web_viewer_is_served_by_the_program_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "rerun"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/words\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    rr.serve_web_viewer(web_port=1, open_browser=False, connect_to="rerun+http://x/proxy")
    first = web_viewer._Server.process
    assert first is not None
    first.wait(TIMEOUT)  # else it is stopped by the next one
    rr.start_web_viewer_server()
    rr.login()
    web_viewer._stop()
    words = (tmp_path / "words").read_text().splitlines()
    assert "--serve-web --web-viewer-port=1 rerun+http://x/proxy" in words
    assert "auth login" in words


def test_spawning_can_be_made_to_save(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("_RERUN_TEST_FORCE_SAVE", str(tmp_path / "a.rrd"))
    rr.init("app", spawn=True)
    rr.log("a", rr.Scalars(1))
    rr.disconnect()
    rr.set_global_data_recording(None)
    assert (tmp_path / "a.rrd").stat().st_size > 100


def test_scripts_choose_their_sink(tmp_path: Path) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    rr.script_add_args(parser)
    plain = vars(parser.parse_args([]))
    assert plain == {
        "headless": False, "connect": False, "serve": False, "url": None, "save": None,
        "stdout": False,
    }  # fmt: skip
    args = parser.parse_args(["--save", str(tmp_path / "a.rrd")])
    stream = rr.script_setup(args, "script", recording_id="r")
    assert stream.get_recording_id() == "r"
    rr.script_teardown(args)
    rr.disconnect()
    assert (tmp_path / "a.rrd").stat().st_size > 100
    args = parser.parse_args(["--headless"])
    assert rr.script_setup(args, "script").is_enabled()
    rr.set_global_data_recording(None)


def test_a_page_for_notebooks_holds_the_recording() -> None:
    stream = rr.RecordingStream("app")
    stream.log("a", rr.Scalars(1))
    page = rr.legacy_notebook_show(width=300, app_url="https://viewer/", recording=stream)
    if page is None:
        pytest.skip("this is a notebook")
    assert "width:300px" in page
    assert "UlJGM" in page  # RRF2 as base64


def test_files_need_importers(tmp_path: Path) -> None:
    stream = rr.RecordingStream("app")
    missing = tmp_path / "no.such.suffix"
    with pytest.warns(rr.RerunWarning):
        stream.log_file_from_path(missing)
    with pytest.warns(rr.RerunWarning, match="bytes"):
        stream.log_file_from_contents("a.txt", "text")  # type: ignore[arg-type]  # as it says
