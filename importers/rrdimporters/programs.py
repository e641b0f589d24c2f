"""Built-in importers as importer programs: `rrd-importer-NAME FILE [options]`.

Each writes a recording to standard output, sentences to standard error, and exits with

| code | when |
|---|---|
| 0 | done |
| 1 | the file is of this kind, but cannot be imported |
| 2 | wrong usage |
| 3 | done, but a part of the file was lost |
| 66 | the file is not of this kind |

The importer is told from the program's own name, so that a link `rerun-importer-mcap` in front of
`rrd-importer-mcap` serves hosts that look for that prefix. Options that are not known are ignored:
later hosts may send more.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from rrdformats.entity_path import EntityPath
from rrdformats.errors import RrdError
from rrdformats.timeline import MAX_TIME, MIN_TIME, TimeKind, Timeline
from rrdimporters.child import NOT_MINE
from rrdimporters.external import PREFIXES
from rrdimporters.identity import store_of
from rrdimporters.protocol import (
    Importer,
    ImporterError,
    ImportSettings,
    NotMineError,
    TimePoint,
)
from rrdimporters.registry import BUILT_IN, built_in
from rrdimporters.report import ImportReport

__all__ = ["main", "run"]

_FAILED, _USAGE, _LOSS = 1, 2, 3
_TIME_OPTIONS = {
    "--time_sequence": TimeKind.SEQUENCE,
    "--sequence": TimeKind.SEQUENCE,
    "--time_duration_nanos": TimeKind.DURATION,
    "--time": TimeKind.DURATION,
    "--time_timestamp_nanos": TimeKind.TIMESTAMP,
}


def main() -> NoReturn:
    """Runs the importer that the program is named after."""
    if hasattr(signal, "SIGPIPE"):  # a host that goes away ends us without a word
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    name = Path(sys.argv[0]).stem
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    sys.exit(run(name, sys.argv[1:]))


def run(name: str, words: Sequence[str]) -> int:
    """Runs one importer and returns the exit code.

    Args:
        name: Name of a built-in importer.
        words: The file and the options.
    """
    importer = built_in(name)
    if importer is None:
        _say(f"there is no importer {name}; there are {', '.join(n for n, _ in BUILT_IN)}")
        return NOT_MINE
    given = _parser(importer).parse_known_args(words)[0]
    unknown = {option for option, _ in given.option or ()} - set(importer.options)
    if unknown:
        _say(f"there is no option {', '.join(sorted(unknown))}; --help shows those that there are")
        return _USAGE
    path = Path(given.file)
    report = ImportReport(given.file, given.strict)
    try:
        if not path.is_dir() and not _claims(importer, path):
            return NOT_MINE
        _write(importer, path, _settings(given), report)
    except NotMineError:
        return NOT_MINE
    except (ImporterError, RrdError) as error:
        _say(f"{given.file}: {error}")
        return _LOSS if report.chunks else _FAILED
    except OSError as error:
        _say(f"{given.file}: {error.strerror or error}")
        return _FAILED
    for loss in report.losses:
        _say(f"{given.file}: lost: {loss}")
    for skipped in report.skipped_rows:
        _say(f"{skipped.source}: left out: {skipped.reason}")
    return _LOSS if report.losses else 0


def _claims(importer: Importer, path: Path) -> bool:
    from rrdimporters.host import read_head

    head = read_head(path)
    fits = path.suffix.lower() in importer.suffixes
    return importer.claims(path, head) and (fits or bool(head))


def _write(importer: Importer, path: Path, settings: ImportSettings, report: ImportReport) -> None:
    """Streams the recording to standard output.

    What was imported before an error is a complete recording, too.
    """
    from rrdimporters.sink import RecordingSink

    pieces = importer.chunks(path, settings, lambda _done, _total: None, report)
    first = next(pieces, None)  # until there is something to say, nothing is said
    failure: ImporterError | None = None
    with RecordingSink(sys.stdout.buffer) as sink:
        try:
            while first is not None:
                sink.take(first, settings.store_id, report)
                first = next(pieces, None)
        except ImporterError as error:
            failure = error
        if sink.is_empty:
            sink.introduce(settings.store_id)
    sys.stdout.buffer.flush()
    if failure is not None:
        raise failure


def _settings(given: argparse.Namespace) -> ImportSettings:
    store_id = store_of(
        [given.file],
        application_id=given.application_id or given.opened_application_id,
        recording_id=given.recording_id or given.opened_recording_id,
    )
    return ImportSettings(
        store_id,
        entity_path_prefix=EntityPath.parse(given.entity_path_prefix or "/"),
        static=given.static,
        times=tuple({point.timeline: point for point in given.times or ()}.values()),
        strict=given.strict,
        options=dict(given.option or ()),
    )


def _parser(importer: Importer) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        f"{PREFIXES[0]}{importer.name}",
        description=f"{importer.summary} Writes a recording to standard output.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE")
    for name in ("application-id", "recording-id"):
        parser.add_argument(f"--{name}", metavar="ID")
        parser.add_argument(f"--opened-{name}", metavar="ID")
    parser.add_argument("--entity-path-prefix", metavar="/PATH")
    parser.add_argument("--static", "--timeless", action="store_true")
    for option in _TIME_OPTIONS:
        parser.add_argument(
            option, metavar="NAME=N", action="append", dest="times", type=_time_type(option)
        )
    parser.add_argument("--strict", action="store_true")
    parser.add_argument(
        "-O", "--option", metavar="NAME=VALUE", action="append", type=_pair, help=_help(importer)
    )
    return parser


def _help(importer: Importer) -> str:
    told = "; ".join(f"{name}: {what}" for name, what in importer.options.items())
    return (told or "none").replace("%", "%%")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _time_type(option: str) -> Callable[[str], TimePoint]:
    kind = _TIME_OPTIONS[option]

    def parse(text: str) -> TimePoint:
        name, value = _pair(text)
        with suppress(ValueError):
            if MIN_TIME <= int(value) <= MAX_TIME:
                return TimePoint(Timeline(name, kind), int(value))
        raise argparse.ArgumentTypeError(f"{value!r} is no whole number of 64 bits")

    return parse


def _say(sentence: str) -> None:
    print(f"{os.path.basename(sys.argv[0])}: {sentence}", file=sys.stderr)  # noqa: T201, PTH119 - a program's words
