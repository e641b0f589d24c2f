"""`LoggingHandler`: Python's log records as text logs."""

from __future__ import annotations

import logging
from typing import Final

from rrdtool.recording.current import pipeline_of
from rrdtool.recording.log import log

__all__ = ["LoggingHandler"]


class LoggingHandler(logging.Handler):
    """Logs records of Python's logging to the current recording, if there is one.

    The entity is the module that the record comes from; the text is the message, and level and
    time are the record's.

    Args:
        path_prefix: What to put before the entity paths.
    """

    LVL2NAME: Final = {
        logging.CRITICAL: "CRITICAL",
        logging.ERROR: "ERROR",
        logging.WARNING: "WARN",
        logging.INFO: "INFO",
        logging.DEBUG: "DEBUG",
    }
    """What viewers call the levels."""

    def __init__(self, path_prefix: str | None = None) -> None:
        super().__init__()
        self._prefix = "" if path_prefix is None else path_prefix.strip("/")

    def emit(self, record: logging.LogRecord) -> None:
        """Logs the record; one that cannot be formatted is reported the way of `logging`."""
        pipeline = pipeline_of(None)
        if pipeline is None or not pipeline.enabled:
            return
        from rrdtool.archetypes import TextLog

        try:
            path = f"{self._prefix}/{record.module or ''}"
            level = self.LVL2NAME.get(record.levelno, record.levelname)
            log(path, TextLog(record.getMessage(), level=level))
        except Exception:  # noqa: BLE001 - a handler reports all that its records raise
            self.handleError(record)
