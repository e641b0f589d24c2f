"""Strict mode, and how errors of logging calls become warnings when it is off.

A program that logs must not die of a wrong color. In lax mode, the default, an error inside a
logging call is reported as a `RerunWarning` at the user's line and the call stores less; in strict
mode the error comes out. Wrong call shapes (a missing argument) are errors in both.

| function | what it is for |
|---|---|
| `strict_mode`, `set_strict_mode` | the switch, one per process; `RERUN_STRICT` is its default |
| `strictly` | overrides the switch for one block of the current thread |
| `catch_and_log_exceptions` | a block or function whose errors become warnings |
| `report_error`, `report_misuse` | the same for one error, and for one sentence |
| `on_warning` | asks to be told about every warning (recordings keep them as text logs) |
"""

from __future__ import annotations

import functools
import inspect
import os
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import FrameType, TracebackType

__all__ = [
    "RerunWarning",
    "catch_and_log_exceptions",
    "default_strict_mode",
    "on_warning",
    "report_error",
    "report_misuse",
    "set_strict_mode",
    "strict_mode",
    "strictly",
]

_PACKAGE = __name__.partition(".")[0]
_YES = ("1", "true", "on", "yes")
_NO = ("", "0", "false", "off", "no")

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class RerunWarning(Warning):
    """What a logging call reports instead of failing, when strict mode is off."""


def default_strict_mode() -> bool:
    """Strict mode as the environment variable `RERUN_STRICT` wants it; off without it.

    Raises:
        ValueError: If the variable holds neither a yes nor a no.
    """
    value = os.environ.get("RERUN_STRICT", "")
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise ValueError(f"RERUN_STRICT is {value!r}; expected one of {', '.join(_YES + _NO[1:])}")


class _Switch:
    """The process-wide mode; the environment is read when it is first asked for."""

    mode: bool | None = None


class _Override(threading.local):
    """The mode of the innermost `strictly` block of a thread."""

    mode: bool | None = None


_switch = _Switch()
_override = _Override()
_listeners: list[Callable[[str], None]] = []


def strict_mode() -> bool:
    """Whether errors of logging calls come out, here and now."""
    if _override.mode is not None:
        return _override.mode
    if _switch.mode is None:
        _switch.mode = default_strict_mode()
    return _switch.mode


def set_strict_mode(mode: bool) -> None:
    """Sets strict mode for all threads of the process."""
    _switch.mode = mode


@contextmanager
def strictly(mode: bool | None) -> Generator[None, None, None]:
    """Sets strict mode for a block of the current thread; None leaves it as it is."""
    before = _override.mode
    _override.mode = before if mode is None else mode
    try:
        yield
    finally:
        _override.mode = before


def on_warning(listener: Callable[[str], None]) -> Callable[[], None]:
    """Has `listener` called with the text of every warning: the message, then the user's stack.

    The stack is one line per frame outside of this package, innermost first:
    `File "script.py", line 10, in main`.

    Returns:
        What ends it.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def report_error(context: str | None, error: Exception, strict: bool | None = None) -> None:
    """Warns about an error, or raises it again in strict mode.

    Args:
        context: What failed: the name of a batch, an archetype, a function.
        error: What was caught.
        strict: Overrides the current mode.

    Raises:
        Exception: `error` itself, in strict mode.
    """
    if strict_mode() if strict is None else strict:
        raise error
    what = f"{type(error).__name__}({error})"
    _warn(what if context is None else f"{context}: {what}", RerunWarning)


def report_misuse(
    message: str,
    *,
    exception_type: type[Exception] | None = ValueError,
    warning_type: type[Warning] = RerunWarning,
) -> None:
    """Warns with a sentence, or raises it as an exception in strict mode.

    Args:
        message: The sentence.
        exception_type: What to raise; None warns in strict mode too.
        warning_type: What to warn with.

    Raises:
        Exception: An `exception_type`, in strict mode.
    """
    if exception_type is not None and strict_mode():
        raise exception_type(message)
    _warn(message, warning_type)


def _warn(message: str, category: type[Warning]) -> None:
    """Issues the warning at the innermost frame outside of this package."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and _is_ours(frame):
        frame, level = frame.f_back, level + 1
    for listener in tuple(_listeners):
        listener("\n".join([message, *_stack(frame)]))
    warnings.warn(message, category, stacklevel=level + 1)


def _is_ours(frame: FrameType) -> bool:
    module: str = frame.f_globals.get("__name__", "")
    return module == _PACKAGE or module.startswith(_PACKAGE + ".")


def _stack(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        if not _is_ours(frame):
            code = frame.f_code
            yield f'File "{code.co_filename}", line {frame.f_lineno}, in {code.co_name}'
        frame = frame.f_back


class catch_and_log_exceptions:  # noqa: N801 - used like a function, named as the SDK names it
    """A block whose errors are warnings in lax mode; as a decorator, the same for a function.

    A decorated function that fails returns `exception_return_value`; its own `strict=` keyword
    argument, if the call has one, overrides the mode for the call and all that it calls.

    >>> with catch_and_log_exceptions("reading the camera", strict=False):
    ...     pass
    """

    def __init__(
        self,
        context: str | None = None,
        *,
        exception_return_value: object = None,
        strict: bool | None = None,
    ) -> None:
        self._context = context
        self._exception_return_value = exception_return_value
        self._strict = strict
        self._before: bool | None = None

    def __enter__(self) -> catch_and_log_exceptions:
        self._before = _override.mode
        if self._strict is not None:
            _override.mode = self._strict
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        is_strict = error is not None and strict_mode()
        _override.mode = self._before
        if not isinstance(error, Exception) or is_strict:
            return False
        report_error(self._context, error, strict=False)
        return True

    def __call__(self, func: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        """`func`, guarded; the name of the function is the context unless one was given."""
        context = self._context or func.__name__

        @functools.wraps(func)
        def guarded(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            strict = kwargs.get("strict", self._strict)
            mode = strict if isinstance(strict, bool) else None
            with catch_and_log_exceptions(context, strict=mode):
                return func(*args, **kwargs)
            result: _Result = self._exception_return_value  # type: ignore[assignment]  # ours to give
            return result

        return guarded
