"""`rrd recover`: a sound file out of a damaged one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rrdformats.quantities import format_count, format_size
from rrdformats.timeline import TimeKind
from rrdformats.times import format_time
from rrdtool.cli import options
from rrdtool.cli.editing import readable_inputs, refusals_told
from rrdtool.cli.inputs import Input, open_recording
from rrdtool.cli.outcome import Outcome, Problem, about
from rrdtool.cli.output import print_json, write
from rrdtool.cli.outputs import resolve_output
from rrdtool.cli.plain_text import printable
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import complain, note
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from typing import BinaryIO

    from rrdtool.operations.recover import Damage, RecoverReport
    from rrdtool.operations.recovery.ledger import LedgerRow, Tally

__all__ = ["recover"]

_SHOWN = 20
"""Places of damage that are told of; with `-v` all are."""


def recover(
    file: options.DamagedFile,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> Outcome:
    """Save what can be read of a damaged recording.

    Every chunk that can be read goes into a new file, which is sound. The ledger tells for each
    entity and timeline what was kept, what was lost, and of which times; where the footer has
    survived, it tells exactly. Bytes that were changed without breaking anything cannot be told
    from good ones. A file that is sound is copied as it is.

    The exit code is 3 if anything was lost, 1 if there is nothing to save.

    Examples:
        rrd recover crashed.rrd -o saved.rrd
        rrd recover --dry-run crashed.rrd
        rrd recover --json --in-place --backup crashed.rrd | jq .ledger
    """
    inputs = readable_inputs([file])
    if dry_run:
        if output is not None or in_place or backup:
            resolve_output(
                output, inputs, "recovered", force=force, in_place=in_place, keep_backup=backup
            )
        return _tell(_work(inputs[0], None), json=json)
    target = resolve_output(
        output, inputs, "recovered", force=force, in_place=in_place, keep_backup=backup
    )
    if json and target.path is None:
        raise Problem(
            "--json has no room beside a recording on standard output",
            advice="give -o PATH",
            outcome=Outcome.USAGE,
        )
    with target.open() as out:
        report = _work(inputs[0], out)
    return _tell(report, json=json, aside=target.path is None)


def _work(item: Input, out: BinaryIO | None) -> RecoverReport:
    from rrdtool.operations.recover import NothingRecoveredError
    from rrdtool.operations.recover import recover as work

    try:
        with (
            about(item.name),
            refusals_told(),
            open_recording(item) as recording,
            progress("recover", "chunks") as advance,
        ):
            return work(recording, out, progress=advance)
    except NothingRecoveredError as error:
        raise Problem(
            "no chunk of it can be read", place=item.name, advice="`rrd verify` says why"
        ) from error


def _tell(report: RecoverReport, *, json: bool, aside: bool = False) -> Outcome:
    """Says what the recovery came to; without the ledger if the recording takes its place."""
    if json:
        print_json(_plain(report), schema="rrd.recover/1")
    elif aside and report.damage:
        note("with -o PATH, or --dry-run, the ledger is shown")
    elif report.damage or session.verbosity:
        _print_ledger(report)
    _say(report)
    return Outcome.LOSS if report.lost_something else Outcome.DONE


def _say(report: RecoverReport) -> None:
    shown = report.damage if session.verbosity else report.damage[:_SHOWN]
    for damage in shown:
        complain(f"{report.input}: {_damage_text(damage)}")
    if len(shown) < len(report.damage):
        complain(
            f"and {format_count(len(report.damage) - len(shown))} more places; -v tells of all"
        )
    if report.sound:
        note(f"{report.input} is sound: {_chunks(report.kept)}, copied as it is")
        return
    if report.rebuilt is not None:
        note(f"the footer is new, because {report.rebuilt}")
    if report.wrong_headers:
        count = format_count(report.wrong_headers)
        note(f"{count} messages were wrong about the chunks in them; these are kept as they are")
    if report.altered_chunks:
        count = format_count(report.altered_chunks)
        complain(f"{count} chunks that were kept have been altered: the footer tells otherwise")
    if report.duplicate_chunks:
        note(f"chunks that occurred twice, and were kept once: {report.duplicate_chunks:,}")
    for sentence in report.notes:
        note(sentence)
    told = [f"kept {_chunks(report.kept)}"]
    if report.lost.chunks:
        told.append(f"lost {_chunks(report.lost)}")
    if report.unknown_bytes:
        told.append(f"{format_size(report.unknown_bytes)} hold nothing that can be told")
    note("; ".join(told))
    if report.open_ended:
        note("the file has no end: whether more followed cannot be told")


def _damage_text(damage: Damage) -> str:
    place = f"{format_count(damage.bytes)} bytes from byte {damage.offset} cannot be read"
    what = "" if damage.is_data else ", but hold no rows"
    if damage.entity is not None:
        rows = "" if damage.rows is None else f" of {format_count(damage.rows)} rows"
        what = f", a chunk{rows} of {damage.entity}"
    return f"{place}{what}: {damage.reason}"


def _chunks(tally: Tally) -> str:
    more = " and more" if tally.uncounted_chunks else ""
    rows = f"{format_count(tally.rows)} {'row' if tally.rows == 1 else 'rows'}{more}"
    chunks = f"{format_count(tally.chunks)} {'chunk' if tally.chunks == 1 else 'chunks'}"
    return f"{chunks} ({rows}, {format_size(tally.bytes)})"


def _plain(report: RecoverReport) -> dict[str, Any]:
    """The report as JSON has it: nanoseconds as text."""
    members = asdict(report)
    for row in members["ledger"]:
        if row["kind"] is not TimeKind.SEQUENCE:
            for side in (row["kept"], row["lost"]):
                side.update(
                    (end, str(side[end])) for end in ("start", "end") if side[end] is not None
                )
    return members


def _print_ledger(report: RecoverReport) -> None:
    for store in dict.fromkeys(row.store for row in report.ledger):
        table = Table(
            [
                Column("entity", style="cyan"),
                Column("timeline"),
                Column("kept rows", "right"),
                Column("size", "right"),
                Column("times"),
                Column("lost rows", "right"),
                Column("size", "right"),
                Column("times"),
            ]
        )
        for row in report.ledger:
            if row.store == store:
                name = row.timeline or "static"
                table.add(row.entity, name, *_cells(row, row.kept), *_cells(row, row.lost))
        write(f"{printable(store)}\n")
        print_table(table)
        write("\n")


def _cells(row: LedgerRow, tally: Tally) -> tuple[str, str, str]:
    if not tally.chunks:
        return "", "", ""
    rows = format_count(tally.rows) if tally.rows or not tally.uncounted_chunks else ""
    if tally.uncounted_chunks:
        rows = f"{rows} + ?" if rows else "?"
    times = ""
    if tally.start is not None and tally.end is not None and row.kind is not None:
        start, end = (format_time(time, row.kind) for time in (tally.start, tally.end))
        times = start if start == end else f"{start} … {end}"
    return rows, format_size(tally.bytes), times
