"""Reads damaged recordings for as long as one likes, outside pytest.

    python tests/formats/fuzz_run.py --seconds 600 --jobs 2 [FILE…]

Input number n of a run is a function of n alone, so `--first n --count 1` repeats it. Each job is a
process with bounded memory; an input that takes too long, or that kills the process, is a finding
like any other. Findings are printed, and kept with `--keep`.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import resource
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
LARGEST_SEED = 200_000
MEMORY = 2 << 30
TIME_PER_INPUT = 20


def seeds_of(paths: list[Path]) -> list[bytes]:
    """The recordings to damage: the given files and folders, else the fixtures."""
    files = [
        file
        for path in paths or [FIXTURES]
        for file in (sorted(path.rglob("*.r[rb][dl]")) if path.is_dir() else [path])
    ]
    return [file.read_bytes() for file in files if file.stat().st_size <= LARGEST_SEED]


def input_of(number: int, seeds: list[bytes]) -> bytes:
    """Input number `number`."""
    from rrdformats.testing.mutations import mutate

    rng = random.Random(number)
    return mutate(rng, rng.choice(seeds), seeds)


def numbers(arguments: argparse.Namespace) -> Iterator[int]:
    """The inputs of this job, until its time or its count is up."""
    end = time.monotonic() + arguments.seconds if arguments.seconds else None
    number = arguments.first
    while arguments.count is None or number < arguments.first + arguments.count:
        if end is not None and time.monotonic() > end:
            return
        yield number
        number += arguments.step


def work(arguments: argparse.Namespace) -> int:
    """One job: reports findings to standard output, and how far it came to `--current`."""
    from rrdformats.testing.exercise import exercise

    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    seeds = seeds_of(arguments.files)
    tried = chunks = 0
    errors: Counter[str] = Counter()
    for number in numbers(arguments):
        if arguments.current is not None:
            arguments.current.write_text(str(number))
        data = input_of(number, seeds)
        faulthandler.dump_traceback_later(TIME_PER_INPUT, exit=True)
        try:
            outcome = exercise(data)
        except Exception:  # noqa: BLE001 - anything that escapes is a finding
            print(f"finding {number}: {last_lines()}", flush=True)  # noqa: T201 - the report
        else:
            chunks += outcome.chunks
            errors.update(type(found).__name__ for found in outcome.errors)
        faulthandler.cancel_dump_traceback_later()
        tried += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = ", ".join(f"{name} {count}" for name, count in errors.most_common())
    print(f"tried {tried} peak {peak} chunks {chunks} errors {found}", flush=True)  # noqa: T201 - the report
    return 0


def last_lines() -> str:
    """The exception being handled, and where it came from, on one line."""
    lines = traceback.format_exc().strip().splitlines()
    places = [line.strip() for line in lines if line.lstrip().startswith("File ")]
    return " | ".join([lines[-1], *places[-3:]])


def start(arguments: argparse.Namespace, first: int, current: Path) -> subprocess.Popen[str]:
    """Starts a job at input number `first`."""
    words = [sys.executable, __file__, "--work", "--first", str(first), "--current", str(current)]
    words += ["--step", str(arguments.jobs)]
    if arguments.seconds:
        words += ["--seconds", str(max(arguments.deadline - time.monotonic(), 0.001))]
    if arguments.count is not None:
        words += ["--count", str(arguments.first + arguments.count - first)]
    return subprocess.Popen([*words, *map(str, arguments.files)], stdout=subprocess.PIPE, text=True)


def run(arguments: argparse.Namespace) -> int:
    """Starts the jobs, starts them again behind what killed them, and adds up."""
    arguments.deadline = time.monotonic() + arguments.seconds
    arguments.keep.mkdir(parents=True, exist_ok=True)
    jobs = {}
    for job in range(arguments.jobs):
        current = arguments.keep / f"current-{os.getpid()}-{job}"
        jobs[current] = start(arguments, arguments.first + job, current)
    findings: list[str] = []
    totals: list[str] = []
    while jobs:
        for current, process in list(jobs.items()):
            out, _ = process.communicate()
            findings += [line for line in out.splitlines() if line.startswith("finding")]
            totals += [line for line in out.splitlines() if line.startswith("tried")]
            number = int(current.read_text()) if current.exists() else arguments.first
            current.unlink(missing_ok=True)
            del jobs[current]
            if process.returncode:
                findings.append(f"finding {number}: the process ended with {process.returncode}")
                following = start(arguments, number + arguments.jobs, current)
                jobs[current] = following
    report(arguments, findings, totals)
    return 1 if findings else 0


def report(arguments: argparse.Namespace, findings: list[str], totals: list[str]) -> None:
    """Prints what was found, and keeps the inputs that did it."""
    seeds = seeds_of(arguments.files)
    for line in findings:
        number = int(line.split()[1].rstrip(":"))
        (arguments.keep / f"{number}.rrd").write_bytes(input_of(number, seeds))
    sys.stdout.write("".join(f"{line}\n" for line in [*findings, *totals]))
    tried = sum(int(line.split()[1]) for line in totals)
    peak = max((int(line.split()[3]) for line in totals), default=0)
    sys.stdout.write(f"{tried} inputs tried, {len(findings)} findings, peak {peak} MB\n")


def main() -> int:
    """The command line of this script."""
    parser = argparse.ArgumentParser(description="Reads damaged recordings.")
    parser.add_argument("files", nargs="*", type=Path, help="recordings or folders of them")
    parser.add_argument("--seconds", type=float, default=0, help="how long to go on")
    parser.add_argument("--count", type=int, help="how many inputs to try")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-findings"), help="folder of findings"
    )
    for internal in ("--work", "--step", "--current"):
        kind: dict[str, Any] = {"action": "store_true"} if internal == "--work" else {}
        kind |= {"type": int, "default": 1} if internal == "--step" else {}
        kind |= {"type": Path} if internal == "--current" else {}
        parser.add_argument(internal, help=argparse.SUPPRESS, **kind)
    arguments = parser.parse_args()
    if arguments.count is None and not arguments.seconds:
        parser.error("--seconds or --count is needed")
    return work(arguments) if arguments.work else run(arguments)


if __name__ == "__main__":
    sys.exit(main())
