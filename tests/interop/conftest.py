"""Every recording that both we and the reference can be asked about, one test each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

FOLDERS = {
    "fixtures": ROOT / "fixtures",
    "corpus": Path(os.environ.get("RRD_TEST_CORPUS") or ROOT / "../shared/corpus"),
    "samples": Path(os.environ.get("RRD_TEST_SAMPLES") or ROOT / "../shared/samples") / "rrd",
}
FRESH = (
    "archetypes.rrd",
    "blueprint.rbl",
    "columns.rrd",
    "concatenated.rrd",
    "custom.rrd",
    "filtered.rrd",
    "log_tick.rrd",
    "merged.rrd",
    "no_footer.rrd",
    "optimized.rrd",
    "properties.rrd",
    "routed.rrd",
    "with_blueprint.rrd",
)
"""What `make_recordings.py` leaves in its folder, by the SDK and the program of the reference."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per recording where a test asks for `recording`."""
    if "recording" not in metafunc.fixturenames:
        return
    found = [("fresh", name) for name in FRESH]
    for origin, folder in FOLDERS.items():
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.r[rb][dl]"))
        found += [(origin, name) for name in names or [""]]
    ids = [f"{origin}/{name}" if name else origin for origin, name in found]
    metafunc.parametrize("recording", found, ids=ids, indirect=True)


@pytest.fixture(scope="session")
def fresh(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recordings that the reference made just now."""
    folder = tmp_path_factory.mktemp("fresh")
    done = subprocess.run(
        [sys.executable, HERE / "make_recordings.py", reference, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in folder.iterdir()} >= set(FRESH)
    return folder


@pytest.fixture
def recording(request: pytest.FixtureRequest) -> Path:
    """One recording."""
    origin: str
    name: str
    origin, name = request.param
    if origin == "fresh":
        folder: Path = request.getfixturevalue("fresh")
        return folder / name
    if not name:
        pytest.skip(f"no recordings in {FOLDERS[origin]}")
    return FOLDERS[origin] / name
