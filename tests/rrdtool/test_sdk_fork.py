"""Forked and killed processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from rrdformats.reader import Recording

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 60
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")


def run_script(text: str, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    script = f"import rrdtool as rr, sys, os, warnings\nwarnings.simplefilter('ignore')\n{text}"
    return subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, timeout=TIMEOUT, check=False
    )


def paths_in(path: Path) -> list[str]:
    with Recording.open(path) as recording:
        return sorted(str(item.chunk.entity_path) for item in recording.chunks())


@forks
def test_a_forked_child_has_no_recording_and_leaves_the_parents_file_alone(
    tmp_path: Path,
) -> None:
    done = run_script(
        """
rr.init("app", send_properties=False)
rec = rr.get_global_data_recording()
rec.save(sys.argv[1])
rec.log("parent/before", rr.Scalars(1))
child = os.fork()
if not child:
    rec.log("child", rr.Scalars(1))
    rec.flush()
    rec.disconnect()
    print(rr.get_recording_id(), rec.get_recording_id(), rr.is_enabled(), flush=True)
    rr.init("app", send_properties=False)
    rr.save(sys.argv[2])
    rr.log("child", rr.Scalars(1))
    rr.cleanup_if_forked_child()
    sys.exit()
os.waitpid(child, 0)
rec.log("parent/after", rr.Scalars(1))
""",
        tmp_path / "parent.rrd",
        tmp_path / "child.rrd",
    )
    assert (done.stdout, done.stderr) == (b"None None False\n", b"")
    assert paths_in(tmp_path / "parent.rrd") == ["/parent/after", "/parent/before"]
    assert paths_in(tmp_path / "child.rrd") == ["/child"]


@forks
def test_workers_of_multiprocessing_share_the_recording_id_and_finish_their_files(
    tmp_path: Path,
) -> None:
    script = tmp_path / "workers.py"
    script.write_text(
        """
import multiprocessing
import sys
import warnings

import rrdtool as rr

warnings.simplefilter("ignore")


@rr.shutdown_at_exit
def work(number):
    rr.init("app", send_properties=False)
    rr.save(f"{sys.argv[1]}/{number}.rrd")
    rr.log(f"worker{number}", rr.Scalars(number))


if __name__ == "__main__":
    rr.init("app")
    print(rr.get_recording_id())
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        process = context.Process(target=work, args=(method,))
        process.start()
        process.join(60)
        if process.exitcode:
            sys.exit(process.exitcode)
"""
    )
    words: list[str | Path] = [sys.executable, script, tmp_path]
    done = subprocess.run(words, capture_output=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for name in ("fork", "spawn"):
        with Recording.open(tmp_path / f"{name}.rrd") as recording:
            ids = [item.store_id.recording_id for item in recording.chunks()]
        assert ids == [done.stdout.decode().strip()]
        assert paths_in(tmp_path / f"{name}.rrd") == [f"/worker{name}"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are not killed here")
def test_a_killed_process_leaves_all_that_was_flushed(tmp_path: Path) -> None:
    path = tmp_path / "killed.rrd"
    script = """
import itertools
rr.init("app", send_properties=False)
rr.save(sys.argv[1])
rec = rr.get_global_data_recording()
for step in itertools.count():
    rr.set_time("step", sequence=step)
    rr.log("curve", rr.Scalars(step))
    if step % 1000 == 999:
        rec.flush()
        print(step, flush=True)
"""
    words: list[str | Path] = [sys.executable, "-c", f"import rrdtool as rr, sys\n{script}", path]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        flushed = [int(process.stdout.readline()) for _ in range(4)]
        process.kill()
        flushed += map(int, process.stdout.read().split())
        process.wait(TIMEOUT)
    steps: list[int] = []
    damage: list[object] = []
    with Recording.open(path) as recording:
        for item in recording.chunks(on_damage=damage.append):
            steps += item.chunk.times("step").tolist()
    assert sorted(steps) == list(range(len(steps)))
    assert len(steps) > flushed[-1]


def test_unregistered_shutdown_leaves_the_file_open(tmp_path: Path) -> None:
    path = tmp_path / "a.rrd"
    run_script(
        """
rr.init("app", send_properties=False)
rr.unregister_shutdown()
rr.save(sys.argv[1])
rr.log("flushed", rr.Scalars(1))
rr.get_global_data_recording().flush()
rr.log("lost", rr.Scalars(1))
""",
        path,
    )
    assert paths_in(path) == ["/flushed"]
