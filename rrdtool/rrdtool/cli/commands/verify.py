"""`rrd verify`: everything that is wrong with a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdformats.quantities import format_count, format_size
from rrdformats.selectors import Selection, near_miss
from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome, Problem
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.progress import progress
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table
from rrdtool.operations.verification.rules import RULES, Level

if TYPE_CHECKING:
    from rrdtool.operations.verify import Finding, VerifyReport

__all__ = ["verify"]

_MAX_FINDINGS = 100


def verify(
    files: options.Files = None,
    recursive: options.Recursive = False,
    check_footers: options.CheckFooters = True,
    rule: options.RuleGlobs = None,
    ignore: options.IgnoreRules = None,
    list_rules: options.ListRules = False,
    max_findings: options.MaxFindings = _MAX_FINDINGS,
    json: options.Json = False,
) -> Outcome:
    """Look for everything that can be wrong with recordings.

    Every chunk is decoded; row ids, times and values are held against what the format and the
    vocabulary demand, and footers against the chunks. Each finding names its rule, which --ignore
    takes, and its place. Errors make the exit code 1; warnings and remarks do not. -v shows the
    remarks, too, and what to do about each rule that was broken.

    Examples:
        rrd verify run.rrd
        rrd verify -r --json recordings
        rrd verify --no-check-footers --ignore version-older old.rrd
        rrd verify --list-rules
    """
    selection = _selection(rule, ignore)
    if list_rules:
        _print_rules(selection, json=json)
        return Outcome.DONE
    from rrdtool.operations.verify import verify as look

    reports: list[VerifyReport] = []

    def check(item: Input) -> Outcome:
        with open_recording(item) as recording, progress(item.name) as report_progress:
            report = look(
                recording,
                check_footers=check_footers,
                rules=selection,
                max_findings=max_findings,
                progress=report_progress,
            )
        reports.append(report)
        if json:
            print_json(report, schema="rrd.verify/1")
        else:
            _print(report)
        return Outcome.DONE if report.ok else Outcome.FAILED

    outcome = each(files, check, recursive=recursive)
    if len(reports) > 1 and not json:
        write(_total(reports))
    return outcome


def _selection(rule: list[str] | None, ignore: list[str] | None) -> Selection:
    try:
        selection = Selection.names(rule or (), ignore or ())
    except ValueError as error:
        raise Problem(str(error), outcome=Outcome.USAGE) from error
    for pattern in selection.unmatched(RULES):
        close = near_miss(pattern, RULES)
        raise Problem(
            f"no rule matches {pattern}",
            advice=f"did you mean {close}?" if close else "`rrd verify --list-rules` lists them",
            outcome=Outcome.USAGE,
        )
    return selection


def _print_rules(selection: Selection, *, json: bool) -> None:
    rules = [rule for rule in RULES.values() if selection.matches(rule.id)]
    if json:
        print_json({"rules": rules}, schema="rrd.verify-rules/1")
        return
    columns = [Column("rule", style="cyan"), Column("level"), Column("meaning"), Column("advice")]
    table = Table(columns, fold=True)
    for rule in rules:
        table.add(rule.id, rule.level.value, rule.meaning, rule.advice)
    print_table(table)


def _print(report: VerifyReport) -> None:
    for finding in report.findings:
        if finding.level == Level.INFO.value and not session.verbosity:
            continue
        write(f"{printable(report.file)}: {printable(_sentence(finding))}\n")
    if report.findings_left_out:
        count = format_count(report.findings_left_out)
        write(f"{printable(report.file)}: and {count} more; --max-findings shows them\n")
    if session.verbosity:
        for rule in report.rules:
            write(f"  {rule}: {RULES[rule].meaning} {RULES[rule].advice}\n")
    held = (
        f"{_amount(report.chunks, 'chunk')}, {_amount(report.rows, 'row')}, "
        f"{_amount(report.stores, 'store')}, {format_size(report.bytes)}"
    )
    write(f"{printable(report.file)}: {_verdict(report.errors, report.warnings)}: {held}\n")


def _sentence(finding: Finding) -> str:
    places = [
        "" if finding.offset is None else f"byte {finding.offset}",
        "" if finding.store is None else finding.store,
        "" if finding.entity is None else f"entity {finding.entity}",
        "" if finding.chunk is None else finding.chunk,
        "" if finding.column is None else f"column {finding.column}",
    ]
    place = ", ".join(filter(None, places))
    return f"{finding.level} {finding.rule}: {finding.message}" + (f" ({place})" if place else "")


def _verdict(errors: int, warnings: int) -> str:
    told = [_amount(errors, "error")] if errors else ["ok"]
    return ", ".join([*told, _amount(warnings, "warning")] if warnings else told)


def _amount(count: int, noun: str) -> str:
    return f"{format_count(count)} {noun}{'' if count == 1 else 's'}"


def _total(reports: list[VerifyReport]) -> str:
    wrong = sum(not report.ok for report in reports)
    warnings = sum(report.warnings for report in reports)
    chunks = sum(report.chunks for report in reports)
    rows = sum(report.rows for report in reports)
    verdict = f"{format_count(wrong)} with errors" if wrong else "all ok"
    told = f", {_amount(warnings, 'warning')}" if warnings else ""
    held = f"{_amount(chunks, 'chunk')}, {_amount(rows, 'row')}"
    return f"total: {_amount(len(reports), 'file')}, {verdict}{told}: {held}\n"
