"""Everything that can be wrong with bytes, as one small tree.

```
RrdError                 anything a file or stream can do to us
├── NotRrdError          these bytes are not an RRD stream at all
├── TruncatedError       the bytes end before they should
├── CorruptError         the bytes are all there and contradict themselves or the format
├── UnsupportedError     well formed, but of a kind this library does not read (too old, unknown)
└── LimitError           a length or count passes its limit; nothing was allocated for it
```

`OSError` passes through untouched: a missing file or a full disk is not the format's business. Any
other exception that bytes from a file can provoke is a bug.
"""

from __future__ import annotations

__all__ = [
    "CorruptError",
    "LimitError",
    "NotRrdError",
    "RrdError",
    "TruncatedError",
    "UnsupportedError",
]


class RrdError(Exception):
    """Root of all errors that the content of a file can cause.

    Attributes:
        reason: One sentence without a trailing full stop, without the place.
        offset: Byte offset in the file or stream at which the offending record starts, if known.
        record: Kind of the offending record (`"stream header"`, `"ArrowMsg"`, …), if known.
    """

    def __init__(
        self, reason: str, *, offset: int | None = None, record: str | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset
        self.record = record

    def at(self, offset: int, record: str | None = None) -> RrdError:
        """This error, with its place filled in where it was not known yet."""
        if self.offset is None:
            self.offset = offset
        if self.record is None:
            self.record = record
        return self

    def __str__(self) -> str:
        place = []
        if self.record is not None:
            place.append(self.record)
        if self.offset is not None:
            place.append(f"at byte {self.offset}")
        return f"{self.reason} ({' '.join(place)})" if place else self.reason


class NotRrdError(RrdError):
    """The bytes are not an RRD stream; `reason` names what they look like where that is known."""


class TruncatedError(RrdError):
    """The bytes end inside a record."""


class CorruptError(RrdError):
    """A record contradicts the format or itself."""


class UnsupportedError(RrdError):
    """A record is well formed but of a version or kind that this library does not read."""


class LimitError(RrdError):
    """A length or count read from the bytes passes its limit (see `rrdformats.limits`)."""
