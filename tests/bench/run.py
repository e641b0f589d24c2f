"""Compares `rrd` with the reference's native program: whole processes, start-up included.

    python tests/bench/run.py                    all comparisons
    python tests/bench/run.py --runs 9 tiny      more runs, one recording

Both programs read the same file in turn (A B A B …), after one run each that does not count. What
is printed are medians, the ratio reference / ours with its spread over the pairs, and the largest
peak memory that the system reports for each. The machine's speed drops out of the ratio; absolute
times are for orientation only. Recordings are written once, by `recordings.py`, to a folder that
RRD_BENCH_DATA or `--data` names (default: `bench-data` in the temporary directory).
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
HELP_RATIO = 1.5
HEADING = (
    f"{'recording':8} {'command':18} {'ours':>9} {'theirs':>9} "
    "ratio reference / ours (spread), floor; peak memory of ours and theirs"
)


@dataclass(frozen=True)
class Comparison:
    """One of our commands against one of the reference's.

    Attributes:
        recording: Which recording both read.
        ours: Arguments of `rrd`, the file left out.
        theirs: Arguments of the reference's program, the file left out.
        ratio: The least that reference time / our time should be.
        memory: The most that our peak memory should be (MB); None for no bound.
    """

    recording: str
    ours: str
    theirs: str
    ratio: float
    memory: int | None = None


COMPARISONS = [
    Comparison("images", "info", "rrd stats", 3, 250),
    Comparison("images", "stats", "rrd stats", 1, 250),
    Comparison("images", "stats --no-decode", "rrd stats --no-decode", 1, 250),
    Comparison("images", "print", "rrd print", 1, 250),
    Comparison("images", "verify", "rrd verify", 1, 250),
    Comparison("tiny", "info", "rrd stats", 5, 400),
    Comparison("tiny", "tree", "rrd stats", 5, 400),
    Comparison("tiny", "stats", "rrd stats", 2, 400),
    Comparison("tiny", "stats --no-decode", "rrd stats --no-decode", 1, 400),
    Comparison("tiny", "print", "rrd print", 1, 400),
    Comparison("tiny", "verify", "rrd verify", 2, 400),
    Comparison("columns", "info", "rrd stats", 3, 250),
    Comparison("columns", "stats", "rrd stats", 1, 400),
    Comparison("columns", "verify", "rrd verify", 1, 400),
]
"""What is compared, with the floors that this project has set itself."""


@dataclass(frozen=True)
class Run:
    """What one process cost: wall time (seconds) and peak memory (MB)."""

    seconds: float
    memory: float


def measure(command: list[str]) -> Run:
    """Runs `command` to its end with its output thrown away.

    Raises:
        SystemExit: If it fails.
    """
    with Path(os.devnull).open("wb") as nowhere:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(seconds, usage.ru_maxrss / 1024)


def native_program() -> str:
    """The reference's native program, without its Python wrapper.

    Raises:
        SystemExit: If the reference is not installed.
    """
    spec = importlib.util.find_spec("rerun_cli")
    if spec is None or spec.origin is None:
        sys.exit("the reference is missing: pip install rerun-sdk==0.41.0")
    return str(Path(spec.origin).with_name("rerun"))


def recording(kind: str, folder: Path) -> Path:
    """The recording of that kind, written first if it is not there."""
    path = folder / f"{kind}.rrd"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        program = [sys.executable, str(HERE / "recordings.py"), kind, str(unfinished)]
        subprocess.run(program, check=True, stderr=subprocess.DEVNULL)
        unfinished.rename(path)
    return path


def compare(comparison: Comparison, path: Path, runs: int, native: str) -> str:
    """One line of the report."""
    rrd = str(Path(sys.executable).with_name("rrd"))
    ours = [rrd, *comparison.ours.split(), str(path)]
    theirs = [native, *comparison.theirs.split(), str(path)]
    pairs = [(measure(ours), measure(theirs)) for _ in range(runs + 1)][1:]
    ratios = [b.seconds / a.seconds for a, b in pairs]
    ratio = statistics.median(ratios)
    memory = max(a.memory for a, _ in pairs)
    bound = comparison.memory
    good = ratio >= comparison.ratio and (bound is None or memory <= bound)
    return (
        f"{comparison.recording:8} {comparison.ours:18} "
        f"{statistics.median(a.seconds for a, _ in pairs):7.2f} s "
        f"{statistics.median(b.seconds for _, b in pairs):7.2f} s "
        f"{ratio:6.2f} ({min(ratios):.2f}-{max(ratios):.2f}), floor {comparison.ratio:g} "
        f"{memory:7.0f} MB {max(b.memory for _, b in pairs):7.0f} MB  {'ok' if good else 'BELOW'}"
    )


def start_up(runs: int) -> str:
    """What help costs beside importing Typer alone."""
    rrd = str(Path(sys.executable).with_name("rrd"))
    pairs = [
        (measure([rrd, "--help"]), measure([sys.executable, "-c", "import typer"]))
        for _ in range(runs + 1)
    ][1:]
    ratio = statistics.median(a.seconds / b.seconds for a, b in pairs)
    verdict = "ok" if ratio <= HELP_RATIO else "ABOVE"
    return f"rrd --help / import typer: {ratio:.2f} (at most {HELP_RATIO})  {verdict}"


def main() -> None:
    """Runs the comparisons that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recordings", nargs="*", help="which recordings (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each program")
    default = os.environ.get("RRD_BENCH_DATA", str(Path(tempfile.gettempdir()) / "bench-data"))
    parser.add_argument("--data", type=Path, default=Path(default))
    arguments = parser.parse_args()
    native = native_program()
    print(start_up(arguments.runs), flush=True)
    print(HEADING)
    for comparison in COMPARISONS:
        if not arguments.recordings or comparison.recording in arguments.recordings:
            path = recording(comparison.recording, arguments.data)
            print(compare(comparison, path, arguments.runs, native), flush=True)


if __name__ == "__main__":
    main()
