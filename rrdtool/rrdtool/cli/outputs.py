"""Where the recording goes that a command makes: a file, a folder, or standard output.

```
target = resolve_output(output, inputs, "merged", force=force)  # wrong usage ends here
with target.open() as file:
    report = merge(recordings, file)
```

Nothing is under the target's name unless the block ends normally, and no input is ever written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rrdtool.cli.inputs import SUFFIXES, Input
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.sentences import detail, note
from rrdtool.operations.output import (
    AtomicFile,
    OutputExistsError,
    OutputFile,
    OutputIsInputError,
    OutputRefusedError,
    StreamFile,
    check_output,
    open_output,
)
from rrdtool.operations.output_folder import OutputFolder

__all__ = ["OutputTarget", "derived_path", "explained", "output_folder", "resolve_output"]

_STDOUT = "standard output"
_REDIRECT = "give -o PATH, or send it to a file or a pipe"


@dataclass(frozen=True, slots=True)
class OutputTarget:
    """Where one recording goes.

    Attributes:
        name: What messages call it.
        path: The file; None is standard output, which then has no room for reports.
        is_derived: Whether the name was made up, so that the user has to be told.
        force: Whether an existing file may be replaced.
        in_place: Whether it is the input.
        keep_backup: Whether the replaced file is kept.
        inputs: Files that are read, by name or descriptor.
    """

    name: str
    path: Path | None
    is_derived: bool = False
    force: bool = False
    in_place: bool = False
    keep_backup: bool = False
    inputs: tuple[Path | int, ...] = ()

    @contextmanager
    def open(self) -> Generator[OutputFile]:
        """The file to write to; it is committed when the block ends normally, else discarded.

        Open it before the inputs are read: what is done to them in place must not change meanwhile.

        Raises:
            Problem: If it cannot be opened for a reason that the command line has a way around.
            OSError: If it cannot be opened or completed for any other.
        """
        with explained():
            with self._open() as file:
                if file.isatty():
                    raise _is_terminal(self.name)
                yield file
            self._tell(file)

    def _open(self) -> OutputFile:
        if self.path is None:
            descriptor = _descriptor(sys.stdout)
            if descriptor is None:
                raise Problem("is no file", place=_STDOUT, advice="give -o PATH")
            return StreamFile(descriptor, _STDOUT, inputs=self.inputs)
        if self.in_place:
            return AtomicFile(self.path, in_place=True, keep_backup=self.keep_backup)
        return open_output(self.path, force=self.force, inputs=self.inputs)

    def _tell(self, file: OutputFile) -> None:
        if isinstance(file, AtomicFile) and file.backup is not None:
            note(f"{self.name}: the old file is kept as {file.backup.name}")
        (note if self.is_derived else detail)(f"wrote {self.name}")


def resolve_output(
    output: str | None,
    inputs: Sequence[Input],
    word: str,
    *,
    suffix: str | None = None,
    force: bool = False,
    in_place: bool = False,
    keep_backup: bool = False,
) -> OutputTarget:
    """Decides where the output goes, and refuses what must not be.

    Args:
        output: What `-o` says.
        inputs: All that is read.
        word: What is put into a derived name: `optimized` makes `run.optimized.rrd`.
        suffix: Ending of a derived name, if it is not that of the input.
        force: Whether an existing file may be replaced.
        in_place: Whether the only input is to be replaced.
        keep_backup: Whether the input that is replaced in place is kept.

    Raises:
        Problem: If the output exists, is an input or a folder, has no folder, would be a terminal,
            or if the options contradict each other.
        OSError: If it cannot be looked at.
    """
    if in_place:
        return _resolve_in_place(output, inputs, keep_backup=keep_backup)
    if keep_backup:
        raise _usage("--backup goes with --in-place")
    places = _places(inputs)
    stdout = _descriptor(sys.stdout)
    is_terminal = stdout is not None and os.isatty(stdout)
    if output is None and is_terminal:
        first = next((item.path for item in inputs if item.path is not None), None)
        if first is None:
            raise _is_terminal(_STDOUT)
        path = derived_path(first, word, suffix)
    elif output in (None, "-") or _is_file(Path(output), stdout):
        if is_terminal:
            raise _is_terminal(_STDOUT)
        return OutputTarget(_STDOUT, None, inputs=places)
    else:
        path = Path(output)
    with explained():
        if check_output(path, force=force, inputs=places) is None and not path.parent.is_dir():
            raise _usage("the folder does not exist", place=str(path.parent))
    return OutputTarget(str(path), path, is_derived=output is None, force=force, inputs=places)


def derived_path(first: Path, word: str, suffix: str | None = None) -> Path:
    """The name beside the first input under which output goes without `-o`.

    Args:
        first: The first input, a file or a folder.
        word: What is put before the ending; may be empty.
        suffix: The ending; None takes that of a recording or blueprint, else `.rrd`.
    """
    if first.name in ("", ".."):
        first = first.resolve()
    known = first.suffix in SUFFIXES
    stem = first.stem if known or (suffix is not None and not first.is_dir()) else first.name
    ending = suffix or (first.suffix if known else SUFFIXES[-1])
    return first.with_name(f"{stem}.{word}{ending}" if word else f"{stem}{ending}")


@contextmanager
def output_folder(
    output_dir: str | None,
    inputs: Sequence[Input],
    *,
    output: str | None = None,
    force: bool = False,
    together: bool = False,
) -> Generator[OutputFolder]:
    """The folder that several files go to, for as long as they are written.

    Args:
        output_dir: What `-d` says.
        inputs: All that is read.
        output: What `-o` says, where that means the folder as well.
        force: Whether existing files may be replaced.
        together: Whether the files appear only when all of them are complete.

    Raises:
        Problem: If no folder is given, or for what `OutputTarget.open` raises it for.
        OSError: If something cannot be written.
    """
    if output_dir and output:
        raise _usage("both -d and -o are given", advice="they mean the same folder: give one")
    path = output_dir or output
    if not path:
        raise _usage("no folder for the output is given", advice="give -d FOLDER")
    with (
        explained(),
        OutputFolder(path, force=force, inputs=_places(inputs), together=together) as folder,
    ):
        yield folder


@contextmanager
def explained() -> Generator[None]:
    """Turns refusals of an output into wrong usage, with what to do about it."""
    try:
        yield
    except OutputExistsError as error:
        raise _usage_of(error, "add --force to replace it") from error
    except OutputIsInputError as error:
        raise _usage_of(error, "write to another file") from error
    except OutputRefusedError as error:
        raise _usage_of(error, None) from error


def _resolve_in_place(
    output: str | None, inputs: Sequence[Input], *, keep_backup: bool
) -> OutputTarget:
    if output is not None:
        raise _usage("--in-place leaves no place for -o", advice="give one of the two")
    if len(inputs) != 1:
        raise _usage("--in-place goes with one input only")
    path = inputs[0].path
    if path is None:
        raise _usage("standard input cannot be replaced", advice="give -o PATH")
    return OutputTarget(inputs[0].name, path, in_place=True, keep_backup=keep_backup)


def _places(inputs: Iterable[Input]) -> tuple[Path | int, ...]:
    stdin = _descriptor(sys.stdin)
    places = (stdin if item.path is None else item.path for item in inputs)
    return tuple(place for place in places if place is not None)


def _descriptor(stream: IO[str]) -> int | None:
    """The descriptor of a standard stream; None if another object took its place."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def _is_file(path: Path, descriptor: int | None) -> bool:
    """Whether `path` (`/dev/stdout`, say) is what the descriptor is open on."""
    try:
        return descriptor is not None and os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _usage(what: str, *, place: str | None = None, advice: str | None = None) -> Problem:
    return Problem(what, place=place, advice=advice, outcome=Outcome.USAGE)


def _usage_of(error: OSError, advice: str | None) -> Problem:
    told = Problem.of(error)
    return _usage(told.what, place=told.place, advice=advice)


def _is_terminal(name: str) -> Problem:
    return _usage("is a terminal, and recordings are not text", place=name, advice=_REDIRECT)
