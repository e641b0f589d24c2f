"""`rrd migrate`: old recordings brought to the newest version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdformats.quantities import format_count, format_size
from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.output import print_json, write
from rrdtool.cli.outputs import resolve_output
from rrdtool.cli.plain_text import printable
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import complain

if TYPE_CHECKING:
    from rrdtool.operations.migrate import MigrateReport

__all__ = ["migrate"]


def migrate(
    files: options.Files = None,
    recursive: options.Recursive = False,
    check: options.CheckOnly = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> Outcome:
    """Bring recordings of old releases to the newest version.

    Each old file is replaced by a migrated one; the old one is kept beside it as FILE.bak (or
    .bak1, .bak2, …). Before that the migrated file is read again, and must hold the same rows.
    Files that are of the newest version already stay as they are.

    What cannot be migrated, because it is damaged or no recording, is said and left as it is; the
    exit code is 3 then. With --check it is 1 if there are old files.

    Examples:
        rrd migrate old.rrd
        rrd migrate -r recordings
        rrd migrate --check -r recordings
        rrd migrate --dry-run --json *.rrd | jq .old_chunks
    """

    def work(item: Input) -> Outcome:
        if item.path is None:
            raise Problem(
                "standard input cannot be replaced", place=item.name, outcome=Outcome.USAGE
            )
        from rrdtool.operations.edit_inputs import EditRefusedError, InputError

        try:
            report = _inspect(item) if check or dry_run else _migrate(item)
        except EditRefusedError as error:
            return _skipped(item, "; ".join(reason.what for reason in error.reasons))
        except InputError as error:
            return _skipped(item, str(error.error))
        if json:
            print_json(report, schema="rrd.migrate/1")
        else:
            write(f"{printable(report.file)}: {_told(report)}\n")
        return Outcome.FAILED if check and report.is_old else Outcome.DONE

    return each(files, work, recursive=recursive)


def _skipped(item: Input, reason: str) -> Outcome:
    complain(f"{item.name}: skipped: {reason}")
    return Outcome.LOSS


def _inspect(item: Input) -> MigrateReport:
    from rrdtool.operations.migrate import inspect

    with open_recording(item) as recording:
        return inspect(recording)


def _migrate(item: Input) -> MigrateReport:
    """Migrates one file, unless it is of the newest version."""
    from rrdtool.operations.migrate import MigrationFailedError
    from rrdtool.operations.migrate import migrate as work

    report = _inspect(item)
    if not report.is_old:
        return report
    target = resolve_output(None, [item], "migrated", in_place=True, keep_backup=True)
    try:
        with (
            target.open() as file,
            open_recording(item) as recording,
            progress(item.name, "chunks") as advance,
        ):
            return work(recording, file, progress=advance)
    except MigrationFailedError as error:
        raise Problem(
            f"the migrated copy is not what it should be: {error}",
            place=item.name,
            advice="the old file has been left as it is; please report this",
        ) from error


def _told(report: MigrateReport) -> str:
    if not report.is_old:
        return f"is of release {', '.join(report.versions)} already"
    came = f"release {', '.join(report.versions)} to {report.target}"
    old, chunks = format_count(report.old_chunks), format_count(report.chunks)
    told = [came, f"{old} of {chunks} chunks {'converted' if report.migrated else 'to convert'}"]
    if report.dropped_columns:
        what = "column" if report.dropped_columns == 1 else "columns"
        told.append(f"{format_count(report.dropped_columns)} obsolete {what} dropped")
    if report.duplicate_chunks:
        told.append(f"{format_count(report.duplicate_chunks)} that occurred twice kept once")
    if report.migrated:
        told.append(f"{format_size(report.size)} to {format_size(report.bytes)}")
    return ", ".join(told)
