"""Writes frames in a thread of its own, while the next ones are made.

Reading, decompressing and writing hold no lock of Python's, so that one window can be written while
the next one is prepared. At most one window waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from types import TracebackType
from typing import Self

from rrdformats.writer import RrdWriter

__all__ = ["WriteBehind"]

_LARGE = 1 << 16
"""Pieces from this size on (bytes) are handed on as they are."""


class WriteBehind:
    """Hands whole frames to a writer, which nobody else may use meanwhile.

    Use it as a context manager: when the block ends all is written, however it ends.
    """

    def __init__(self, writer: RrdWriter) -> None:
        self._writer = writer
        self._thread: Thread | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.settle()
        elif self._thread is not None:
            self._thread.join()

    def write(self, pieces: list[bytes | memoryview]) -> None:
        """Writes frames as soon as those before are written.

        Raises:
            OSError: If writing those before has failed.
        """
        self.settle()
        self._thread = Thread(target=self._run, args=(pieces,))
        self._thread.start()

    def settle(self) -> None:
        """Waits until everything is written.

        Raises:
            OSError: If that has failed.
        """
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._error is not None:
            raise self._error

    def _run(self, pieces: list[bytes | memoryview]) -> None:
        try:
            for part in _in_parts(pieces):
                self._writer.write_raw(part)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error


def _in_parts(
    pieces: list[bytes | memoryview],
) -> Iterator[list[bytes | memoryview]]:
    """Pieces that are written in one go: small ones together, large ones alone and not copied."""
    small: list[bytes | memoryview] = []
    for piece in pieces:
        if len(piece) < _LARGE:
            small.append(piece)
            continue
        if small:
            yield small
        yield [piece]
        small = []
    if small:
        yield small
