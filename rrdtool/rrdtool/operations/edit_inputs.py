"""The recordings that an edit reads: seekable, looked through, and sound or known not to be.

Every command that writes recordings opens its inputs here. A pipe is spooled to a temporary file
first, because an edit is planned from manifests before a byte is copied. Damaged inputs are
refused, unless the caller accepts that what cannot be read is left out.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from rrdformats.contents import Contents
from rrdformats.errors import RrdError
from rrdformats.reader import Recording
from rrdformats.source import Source, open_source

__all__ = [
    "EditInput",
    "EditRefusedError",
    "InputError",
    "Refusal",
    "blaming",
    "digest",
    "made_seekable",
    "open_inputs",
]

_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an edit is not done.

    Attributes:
        what: What is wrong, without a full stop.
        place: The input, entity or option that it is wrong with.
        advice: What to do about it.
    """

    what: str
    place: str | None = None
    advice: str | None = None


class EditRefusedError(Exception):
    """What was asked for cannot be done, or not without loss; nothing has been written.

    Attributes:
        reasons: Everything that stands against it, at least one.
        is_usage: Whether other arguments would help; else it is the input that is at fault.
    """

    def __init__(self, *reasons: Refusal, is_usage: bool = True) -> None:
        super().__init__("; ".join(reason.what for reason in reasons))
        self.reasons = reasons
        self.is_usage = is_usage


class InputError(Exception):
    """An input that cannot be read.

    Attributes:
        name: What it is called.
        error: What is wrong with it.
    """

    def __init__(self, name: str, error: RrdError) -> None:
        super().__init__(f"{name}: {error}")
        self.name = name
        self.error = error


@contextmanager
def blaming(name: str) -> Generator[None]:
    """Says of errors of the format in which input they are.

    Raises:
        InputError: For an error of the format inside the context.
    """
    try:
        yield
    except RrdError as error:
        raise InputError(name, error) from error


@dataclass(frozen=True, slots=True)
class EditInput:
    """One input of an edit.

    Attributes:
        name: What messages call it.
        recording: The recording; it can seek.
        contents: What it holds.
        damage: What of it could not be read, as far as that is known.
    """

    name: str
    recording: Recording
    contents: Contents
    damage: list[str]

    @property
    def source(self) -> Source:
        """Its bytes."""
        return self.recording.source


@contextmanager
def open_inputs(
    recordings: Iterable[Recording], *, lossy: bool = False
) -> Generator[list[EditInput]]:
    """The inputs, ready to be edited, for as long as the context lasts.

    Args:
        recordings: What to read; they stay the caller's to close.
        lossy: Whether damaged ones are accepted, what cannot be read being left out.

    Raises:
        EditRefusedError: For damaged inputs, without `lossy`.
        InputError: If one is no recording that can be read at all.
    """
    with ExitStack() as stack:
        inputs = []
        for recording in recordings:
            seekable = stack.enter_context(made_seekable(recording))
            with blaming(recording.source.name):
                contents = seekable.contents
            damage = [str(error) for error in contents.damage]
            inputs.append(EditInput(recording.source.name, seekable, contents, damage))
        if not lossy:
            _refuse_damage(inputs)
        yield inputs


@contextmanager
def made_seekable(recording: Recording) -> Generator[Recording]:
    """The recording itself, or a copy of a pipe in a temporary file."""
    source = recording.source
    if source.size is not None:
        yield recording
        return
    with tempfile.TemporaryFile() as file:
        for piece in _pieces(source):
            file.write(piece)
        file.seek(0)
        yield Recording(open_source(file, source.name), recording.limits)


def _pieces(source: Source) -> Generator[memoryview]:
    """All bytes of a source, front to back; each piece is valid until the next is asked for."""
    buffer = memoryview(bytearray(_STEP))
    offset = 0
    while count := source.read_into(offset, buffer):
        offset += count
        yield buffer[:count]


def _refuse_damage(inputs: list[EditInput]) -> None:
    reasons = []
    for found in inputs:
        if found.damage:
            more = f", and {len(found.damage) - 1} more" if len(found.damage) > 1 else ""
            advice = "add --lossy to go on without what cannot be read"
            reasons.append(Refusal(found.damage[0] + more, found.name, advice))
    if reasons:
        raise EditRefusedError(*reasons, is_usage=False)


def digest(source: Source) -> str:
    """SHA-256 of all bytes of a seekable source, hexadecimal, as `sha256sum` prints it."""
    state = hashlib.sha256()
    for piece in _pieces(source):
        state.update(piece)
    return state.hexdigest()
