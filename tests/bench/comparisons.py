"""What is compared, with the floors that this project has set itself.

Commands are written as on a command line, with `{input}` for the recording (`{inputs}` for all
files of a folder) and `{output}` for a place that does not exist yet.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMPARISONS", "Comparison"]


@dataclass(frozen=True)
class Comparison:
    """One of our commands against one of the reference's.

    Attributes:
        recording: Which recording both read.
        ours: Arguments of `rrd`.
        theirs: Arguments of the reference's program.
        ratio: The least that reference time / our time should be; 0 for no floor.
        memory: The most that our peak memory should be (MB); None for no bound.
        share: The largest part of the reference's peak memory that ours should be; None likewise.
    """

    recording: str
    ours: str
    theirs: str
    ratio: float
    memory: int | None = None
    share: float | None = None

    @property
    def copies(self) -> bool:
        """Whether the output is the input again, so that copying the file is the limit."""
        return self.ours.split()[0] in ("merge", "cat", "route", "filter", "split")


def _reading(recording: str, ours: str, ratio: float, memory: int) -> Comparison:
    command, *flags = ours.split()
    theirs = {"info": "stats", "tree": "stats"}.get(command, command)
    words = " ".join([theirs, *flags, "{input}"])
    return Comparison(recording, f"{ours} {{input}}", f"rrd {words}", ratio, memory)


def _editing(recording: str, ours: str, theirs: str, ratio: float) -> Comparison:
    to = "{input} -o {output}"
    return Comparison(recording, f"{ours} {to}", f"rrd {theirs} {to}", ratio, memory=300)


# Entities, a timeline, and where to cut: what the recordings of `recordings.py` have.
_ENTITY = {"tiny": "/robot/joint7", "images": "/camera/score", "columns": "/signals/7"}
_ENTITY["robot"] = "/sensors/imu/acceleration/x"
_FLOORS = {
    #                 tiny  images columns robot
    "merge": (8, 3, 4, 1.5),
    "filter by entity": (8, 1.5, 4, 1.3),
    "filter a timeline": (4, 1, 1.5, 1),
    "route": (1, 1, 0.8, 0.8),
    "split": (8, 3, 2, 1.3),
    "optimize": (6, 2, 1.5, 1.3),
    "compare": (4, 1.5, 1.5, 1.5),
}


def _on(recording: str, command: str, ratio: float) -> Comparison:
    if command == "filter by entity":
        drop = f"filter --drop-entity {_ENTITY[recording]}"
        return _editing(recording, drop, drop, ratio)
    if command == "filter a timeline":
        drop = f"filter --drop-timeline {'frame' if recording == 'columns' else 'log_time'}"
        return _editing(recording, drop, drop, ratio)
    if command == "route":
        route = "route --recording-id other"
        return _editing(recording, route, route, ratio)
    if command == "split":
        words = "split --timeline frame --num-parts 4 --output-dir {output} {input}"
        return Comparison(recording, words, f"rrd {words}", ratio, memory=300)
    if command == "compare":
        words = "compare --unordered {input} {input}"
        return Comparison(recording, words, f"rrd {words}", ratio, share=0.25)
    if command == "optimize":
        words = "optimize {input} -o {output}"
        return Comparison(recording, words, f"rrd {words}", ratio, share=0.25)
    return _editing(recording, command, command, ratio)


COMPARISONS = [
    _reading("images", "info", 3, 250),
    _reading("images", "stats", 0, 250),
    _reading("images", "stats --no-decode", 0, 250),
    _reading("images", "print", 0, 250),
    _reading("images", "verify", 0, 250),
    _reading("tiny", "info", 5, 400),
    _reading("tiny", "tree", 0, 400),
    _reading("tiny", "stats", 2, 400),
    _reading("tiny", "stats --no-decode", 1, 400),
    _reading("tiny", "print", 1, 400),
    _reading("tiny", "verify", 2, 400),
    _reading("columns", "info", 0, 250),
    _reading("columns", "stats", 0, 400),
    _reading("columns", "verify", 0, 400),
    *(
        _on(recording, command, floor)
        for command, floors in _FLOORS.items()
        for recording, floor in zip(("tiny", "images", "columns", "robot"), floors, strict=True)
    ),
    Comparison(
        "small", "merge {inputs} -o {output}", "rrd merge {inputs} -o {output}", 1.3, memory=300
    ),
    Comparison("small", "optimize {input} -o {output}", "rrd optimize {input} -o {output}", 0.8),
]
