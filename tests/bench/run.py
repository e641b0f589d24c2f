"""Compares `rrd` with the reference's native program: whole processes, start-up included.

    python tests/bench/run.py                    all comparisons
    python tests/bench/run.py --runs 9 tiny      more runs, one recording
    python tests/bench/run.py --only verify      one command

Both programs read the same file in turn (A B A B …), after one run each that does not count. What
is printed are medians, the ratio reference / ours with its spread over the pairs, and the largest
peak memory that the system reports for each. The machine's speed drops out of the ratio; absolute
times are for orientation only. For commands that copy, the last figure is our time over that of
copying the file. Recordings are written once, by `recordings.py`, to a folder that
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

from comparisons import COMPARISONS, Comparison

HERE = Path(__file__).parent
FOLDERS = ("small",)
HELP_RATIO = 1.5
HEADING = (
    f"{'recording':8} {'command':42} {'ours':>9} {'theirs':>9} "
    "ratio reference / ours (spread), floor; peak memory of ours and theirs"
)


@dataclass(frozen=True)
class Run:
    """What one process cost: wall time (seconds) and peak memory (MB)."""

    seconds: float
    memory: float


def measure(command: list[str]) -> Run:
    """Runs `command` to its end with its output thrown away.

    Raises:
        RuntimeError: If it fails.
    """
    with Path(os.devnull).open("wb") as nowhere:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
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
    """The recording (or folder of recordings) of that kind, written first if it is not there."""
    path = folder / (kind if kind in FOLDERS else f"{kind}.rrd")
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        program = [sys.executable, str(HERE / "recordings.py"), kind, str(unfinished)]
        subprocess.run(program, check=True, stderr=subprocess.DEVNULL)
        unfinished.rename(path)
    return path


def words_of(command: str, path: Path, output: Path) -> list[str]:
    """The words of a command of the table."""
    words: list[str] = []
    for word in command.split():
        if word == "{inputs}":
            words += map(str, sorted(path.glob("*.rrd")))
        else:
            words.append(word.format(input=path, output=output))
    return words


def measure_writing(program: str, command: str, path: Path) -> Run:
    """Runs a command of the table; what it wrote is removed afterwards."""
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        return measure([program, *words_of(command, path, Path(scratch) / "out.rrd")])


def compare(comparison: Comparison, path: Path, runs: int, native: str) -> str:
    """One line of the report."""
    rrd = str(Path(sys.executable).with_name("rrd"))
    pairs = [
        (
            measure_writing(rrd, comparison.ours, path),
            measure_writing(native, comparison.theirs, path),
        )
        for _ in range(runs + 1)
    ][1:]
    ratios = [b.seconds / a.seconds for a, b in pairs]
    ratio = statistics.median(ratios)
    ours, theirs = (max(pair[side].memory for pair in pairs) for side in (0, 1))
    bounds = [comparison.memory, comparison.share and comparison.share * theirs]
    good = ratio >= comparison.ratio and all(not bound or ours <= bound for bound in bounds)
    median = statistics.median(a.seconds for a, _ in pairs)
    command = " ".join(word for word in comparison.ours.split() if "{" not in word and word != "-o")
    return (
        f"{comparison.recording:8} {command:42} {median:7.2f} s "
        f"{statistics.median(b.seconds for _, b in pairs):7.2f} s "
        f"{ratio:6.2f} ({min(ratios):.2f}-{max(ratios):.2f}), floor {comparison.ratio:g} "
        f"{ours:7.0f} MB {theirs:7.0f} MB  {'ok' if good else 'BELOW'}"
        f"{near_copying(median, path, runs) if comparison.copies and path.is_file() else ''}"
    )


def near_copying(seconds: float, path: Path, runs: int) -> str:
    """How many times longer than a copy of the file a command took."""
    copies = [measure_writing("cp", "{input} {output}", path) for _ in range(runs)]
    return f"  {seconds / statistics.median(run.seconds for run in copies):.1f} x cp"


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
    parser.add_argument("--only", default="", help="commands that start like this")
    default = os.environ.get("RRD_BENCH_DATA", str(Path(tempfile.gettempdir()) / "bench-data"))
    parser.add_argument("--data", type=Path, default=Path(default))
    arguments = parser.parse_args()
    native = native_program()
    print(start_up(arguments.runs), flush=True)
    print(HEADING)
    for comparison in COMPARISONS:
        chosen = not arguments.recordings or comparison.recording in arguments.recordings
        if chosen and comparison.ours.startswith(arguments.only):
            path = recording(comparison.recording, arguments.data)
            try:
                line = compare(comparison, path, arguments.runs, native)
            except RuntimeError as error:  # the reference cannot do everything that we can
                line = f"{comparison.recording:8} not compared: {error}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
