"""Programs that run beside us, and whose pipes are drained whatever they do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from threading import Condition, Thread
from typing import IO

from rrdformats.errors import RrdError
from rrdformats.framing import FRAME, FRAME_SIZE, HEADER_SIZE, StreamHeader

__all__ = ["NOT_MINE", "Child", "ChildState", "watch"]

NOT_MINE = 66
"""The exit code that says: this file is not mine."""

_START = HEADER_SIZE + FRAME_SIZE  # what tells how long the first message is
_STEP = 1 << 16
_COMPLAINT_KEPT = 1 << 12  # the last bytes of standard error are the ones that say why
_COMPLAINT_LIMIT = 1 << 28  # a program that complains more than this has lost its way
_GRACE = 2.0  # seconds between the request to end and the order
_DRAINING = 1.0  # seconds that pipes may stay open after the program is gone
_TICK = 0.1


class ChildState(Enum):
    """How a child stands."""

    RUNNING = "running"
    DONE = "done"  # it takes the file: it ended well, or badly after it had sent data
    NOT_MINE = "not mine"
    FAILED = "failed"
    OUTRUN = "outrun"  # it was ended because another one takes the file


class Child:
    """One run of a program.

    Attributes:
        name: What messages call it.
        program: The executable.
        output: The file that its standard output went to.
        state: How it stands; final once `watch` has returned.
        ending: How it ended, in words; empty if it ended well.
        sent_at: When its first whole message had arrived; None if none did.
    """

    def __init__(self, name: str, program: Path, words: Sequence[str], folder: Path) -> None:
        self.name = name
        self.program = program
        self.output = folder / f"{program.name}.rrd"
        self.state = ChildState.RUNNING
        self.ending = ""
        self.sent_at: float | None = None
        self._words = [os.fspath(program), *words]
        self._changed = Condition()
        self._last_word = time.monotonic()
        self._complaint = b""
        self._wrong: str | None = None  # why it is being ended
        self._asked_to_end: float | None = None
        self._gone_at: float | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._threads: list[Thread] = []

    @property
    def complaint(self) -> str:
        """The end of what it wrote to standard error, on one line."""
        return " ".join(self._complaint.decode(errors="replace").split())

    @property
    def is_running(self) -> bool:
        """Whether it is not settled yet."""
        return self.state is ChildState.RUNNING

    def start(self, changed: Condition) -> None:
        """Starts the program; one that cannot be started has failed.

        Args:
            changed: Notified when something happens.
        """
        self._changed = changed
        try:
            process = subprocess.Popen(
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={k: v for k, v in os.environ.items() if k != "RERUN_APP_ONLY"},
                start_new_session=True,
            )
        except OSError as error:
            self._settle(ChildState.FAILED, f"could not be started: {error.strerror or error}")
            return
        self._process = process
        for pipe, drain in (
            (process.stdout, self._drain_output),
            (process.stderr, self._drain_complaints),
        ):
            thread = Thread(target=drain, args=(pipe,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def look(self, patience: float) -> None:
        """Sees whether it is gone, or has to go; never blocks.

        Args:
            patience: How long it may be silent (seconds); 0 is for ever.
        """
        if self._process is None or not self.is_running:
            return
        now = time.monotonic()
        if self._process.poll() is not None:
            self._look_after_the_end(now)
            return
        if self._asked_to_end is not None:
            if now - self._asked_to_end > _GRACE:
                self._signal(hard=True)
        elif self._wrong is not None:
            self.end(self._wrong)
        elif patience and now - self._last_word > patience:
            self.end(f"said nothing for {patience:g} s and was ended")

    def _look_after_the_end(self, now: float) -> None:
        """Waits a moment for the pipes, which a child of the child may still hold open."""
        if self._gone_at is None:
            self._gone_at = now
        if any(thread.is_alive() for thread in self._threads):
            if now - self._gone_at > _DRAINING:
                self._signal(hard=True)
            return
        code = self._process.returncode if self._process is not None else None
        if self._wrong is not None:
            self._settle(self._badly(), self._wrong)
        elif code == NOT_MINE:
            self._settle(ChildState.NOT_MINE, "says that the file is not its own")
        elif code == 0:
            self._settle(ChildState.DONE, "")
        elif code is not None and code < 0:
            self._settle(self._badly(), f"was ended by signal {-code}")
        else:
            self._settle(self._badly(), f"failed with exit code {code}")

    def _badly(self) -> ChildState:
        return ChildState.FAILED if self.sent_at is None else ChildState.DONE

    def _settle(self, state: ChildState, ending: str) -> None:
        self.state = state
        self.ending = ending

    def end(self, why: str) -> None:
        """Asks it to end; `look` orders it if it does not."""
        self._wrong = self._wrong or why
        self._asked_to_end = time.monotonic()
        self._signal(hard=False)

    def outrun(self) -> None:
        """Ends it because another one takes the file; nothing that it sent counts."""
        if self.is_running:
            self._settle(ChildState.OUTRUN, "was ended: another one takes the file")
            self._signal(hard=True)

    def reap(self) -> None:
        """Makes sure that nothing of it is left."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._signal(hard=True)
        self._process.wait()
        for thread in self._threads:
            thread.join(_DRAINING)

    def _signal(self, *, hard: bool) -> None:
        """Sends a signal to it and to all that it started."""
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            if not hasattr(os, "killpg"):
                self._process.kill()
                return
            os.killpg(self._process.pid, signal.SIGKILL if hard else signal.SIGTERM)

    def _heard(self) -> None:
        self._last_word = time.monotonic()

    def _drain_output(self, pipe: IO[bytes]) -> None:
        start, received = b"", 0
        with pipe, self.output.open("wb") as file:
            while data := os.read(pipe.fileno(), _STEP):
                self._heard()
                if self._wrong is not None:
                    continue
                start += data[: _START - len(start)]
                received += len(data)
                try:
                    file.write(data)
                    self._check_start(start, received)
                except (RrdError, OSError) as error:
                    self._wrong = f"sent what cannot be taken: {error}"
        self._tell()

    def _check_start(self, start: bytes, received: int) -> None:
        """Notes when the first message is complete.

        Raises:
            RrdError: If it is none.
        """
        if self.sent_at is not None or len(start) < HEADER_SIZE:
            return
        StreamHeader.parse(start)
        if len(start) == _START and received >= _START + FRAME.unpack_from(start, HEADER_SIZE)[1]:
            self.sent_at = time.monotonic()
            self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify()

    def _drain_complaints(self, pipe: IO[bytes]) -> None:
        length = 0
        with pipe:
            while data := os.read(pipe.fileno(), _STEP):
                self._heard()
                length += len(data)
                self._complaint = (self._complaint + data)[-_COMPLAINT_KEPT:]
                if length > _COMPLAINT_LIMIT and self._wrong is None:
                    self._wrong = f"wrote more than {_COMPLAINT_LIMIT >> 20} MiB of messages"
        self._tell()


def watch(children: Sequence[Child], patience: float) -> Child | None:
    """Runs children side by side until all have come to an end.

    Args:
        children: Which have not been started.
        patience: How long each may be silent (seconds); 0 is for ever.

    Returns:
        The first that sent data; the others have been ended for it.
    """
    changed = Condition()
    first: Child | None = None
    try:
        for child in children:
            child.start(changed)
        with changed:
            while any(child.is_running for child in children):
                changed.wait(_TICK)
                for child in children:
                    child.look(patience)
                first = first or _first_to_send(children)
                if first is not None:
                    for child in children:
                        if child is not first:
                            child.outrun()
    finally:
        for child in children:
            child.reap()
    return first


def _first_to_send(children: Sequence[Child]) -> Child | None:
    sent = [child for child in children if child.sent_at is not None]
    return min(sent, key=lambda child: child.sent_at or 0.0, default=None)
