"""What all commands have in common that write recordings out of recordings.

```
def filter_(files: options.Files = None, …) -> Outcome:
    request = EditRequest(files, "filtered", output=output, …)
    return request.carry_out(lambda recordings, file, settings: work(recordings, file, …))
```

All inputs must be readable before anything is written. The report goes to standard error in
sentences, or to standard output as JSON; a dry run says on standard output what would be done.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from rrdformats.quantities import format_count, format_size
from rrdtool.cli.inputs import Input, expand, open_recording
from rrdtool.cli.outcome import Outcome, Problem, about, worst
from rrdtool.cli.output import print_json, write
from rrdtool.cli.outputs import OutputTarget, resolve_output
from rrdtool.cli.plain_text import printable
from rrdtool.cli.progress import progress
from rrdtool.cli.sentences import complain, detail, note
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdformats.reader import Recording
    from rrdtool.operations.edit_writing import EditReport
    from rrdtool.operations.editing import EditSettings
    from rrdtool.operations.split import SplitReport

    Work: TypeAlias = Callable[[list[Recording], BinaryIO | None, EditSettings], EditReport]

__all__ = [
    "EditRequest",
    "allow_descriptors",
    "chunks_told",
    "readable_inputs",
    "refusals_told",
    "say_inputs",
]

_SHOWN = 6
"""Entities that are named; with `-v` all are."""

_SPARE_DESCRIPTORS = 64


@dataclass(frozen=True, slots=True)
class EditRequest:
    """What the command line asks of every edit.

    Attributes:
        command: Name of the command.
        files: What to read.
        word: What is put into a derived name of the output.
        output: What `-o` says.
        recursive: Whether folders are entered.
        force: Whether an existing output may be replaced.
        in_place: Whether the input is replaced.
        backup: Whether the replaced input is kept.
        dry_run: Whether to say only what would be done.
        json: Whether the report is JSON.
        lossy: Whether damaged inputs are accepted.
        allow_empty: Whether patterns may match nothing.
        history: Whether the command line is noted in the output.
        show: Says what the work came to, or in a dry run would; None for what all edits say.
    """

    command: str
    files: Sequence[str] | None
    word: str
    output: str | None = None
    recursive: bool = False
    force: bool = False
    in_place: bool = False
    backup: bool = False
    dry_run: bool = False
    json: bool = False
    lossy: bool = False
    allow_empty: bool = False
    history: bool = False
    show: Callable[[Any], None] | None = None

    def carry_out(self, work: Work) -> Outcome:
        """Opens the inputs and the output, does `work`, and tells what it did.

        Raises:
            Problem: If it cannot be done; then nothing is written.
        """
        inputs = readable_inputs(self.files, recursive=self.recursive)
        if self.dry_run:
            if self.output is not None or self.in_place or self.backup:
                self._target(inputs)  # refuses what the run itself would refuse
            return self.tell(self._work(inputs, work, None))
        target = self._target(inputs)
        if self.json and target.path is None:
            raise Problem(
                "--json has no room beside a recording on standard output",
                advice="give -o PATH",
                outcome=Outcome.USAGE,
            )
        with target.open() as file:
            report = self._work(inputs, work, file)
        return self.tell(report)

    def _target(self, inputs: list[Input]) -> OutputTarget:
        return resolve_output(
            self.output,
            inputs,
            self.word,
            force=self.force,
            in_place=self.in_place,
            keep_backup=self.backup,
        )

    def _work(self, inputs: list[Input], work: Work, file: BinaryIO | None) -> EditReport:
        from rrdtool.operations.editing import EditSettings

        allow_descriptors(len(inputs))
        with ExitStack() as stack, refusals_told():
            recordings = []
            for item in inputs:
                with about(item.name):
                    recordings.append(stack.enter_context(open_recording(item)))
            settings = EditSettings(
                lossy=self.lossy,
                history=shlex.join(["rrd", *session.words]) if self.history else None,
                allow_empty=self.allow_empty,
                progress=stack.enter_context(progress(self.command, "chunks")),
            )
            return work(recordings, file, settings)

    def tell(self, report: EditReport) -> Outcome:
        """Says what the work came to."""
        if self.json:
            print_json(report, schema=f"rrd.{self.command.replace(' ', '.')}/1")
        elif self.show is not None:
            self.show(report)
        elif report.dry_run:
            _print_plan(report)
        _say(report)
        return Outcome.LOSS if report.lost_something else Outcome.DONE


def readable_inputs(files: Sequence[str] | None, *, recursive: bool = False) -> list[Input]:
    """All inputs, if all of them are there.

    Raises:
        Problem: If one is missing, or a folder that was not asked for; the others are told.
    """
    found = list(expand(files, recursive=recursive))
    problems = [item for item in found if isinstance(item, Problem)]
    if problems:
        for problem in problems[1:]:
            problem.tell()
        problems[0].outcome = worst(problem.outcome for problem in problems)
        raise problems[0]
    return [item for item in found if isinstance(item, Input)]


@contextmanager
def refusals_told() -> Generator[None]:
    """Turns refusals of an edit, and inputs that cannot be read, into problems."""
    from rrdtool.operations.edit_inputs import EditRefusedError, InputError

    try:
        yield
    except InputError as error:
        raise Problem.of(error.error, error.name) from error
    except EditRefusedError as error:
        outcome = Outcome.USAGE if error.is_usage else Outcome.FAILED
        problems = [
            Problem(reason.what, place=reason.place, advice=reason.advice, outcome=outcome)
            for reason in error.reasons
        ]
        for problem in problems[1:]:
            problem.tell()
        raise problems[0] from error


def allow_descriptors(count: int) -> None:
    """Raises the limit of open files where many inputs need that and the system allows it."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = count + _SPARE_DESCRIPTORS
        if soft != resource.RLIM_INFINITY and wanted > soft:
            limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _print_plan(report: EditReport) -> None:
    columns = [Column("store", style="cyan"), Column("chunks", "right"), Column("rows", "right")]
    table = Table(columns)
    for store in report.stores:
        name = f"{store.kind} {store.application_id or '?'}/{store.recording_id}"
        table.add(name, format_count(store.chunks), format_count(store.rows))
    print_table(table)
    facts = [f"would copy {format_size(report.bytes)}"]
    if report.edited_chunks:
        facts.append(f"change up to {chunks_told(report.edited_chunks)}")
    if report.left_out_chunks:
        facts.append(f"leave out {chunks_told(report.left_out_chunks, report.left_out_rows)}")
    if report.left_out_stores:
        facts.append(f"leave out {', '.join(map(printable, report.left_out_stores))}")
    write(", ".join(facts) + "\n")


def _say(report: EditReport) -> None:
    """Says what the user did not ask for in so many words."""
    say_inputs(report)
    if report.shared_entities:
        names = report.shared_entities if session.verbosity else report.shared_entities[:_SHOWN]
        more = ", …" if len(names) < len(report.shared_entities) else ""
        count = len(report.shared_entities)
        note(
            f"{format_count(count)} {'entity is' if count == 1 else 'entities are'} in several of "
            f"the joined recordings: {', '.join(names)}{more}"
        )
    if report.untimed_chunks:
        told = chunks_told(report.untimed_chunks, report.untimed_rows)
        note(f"left out, because they have no time on the timeline of the range: {told}")
    for sentence in report.notes:
        note(sentence)
    if not report.dry_run:
        _detail(report)


def say_inputs(report: EditReport | SplitReport) -> None:
    """Says what was found out about the inputs, and what became of chunks without being asked."""
    for found in report.inputs:
        if found.scanned is not None and found.size is not None:
            note(f"{found.file}: read from front to back, because {found.scanned}")
        for damage in found.damage:
            complain(f"{found.file}: {damage}; what could be read was kept")
    if report.duplicate_chunks:
        note(f"{chunks_told(report.duplicate_chunks)} with an id that occurred before: kept once")
    if report.differing_duplicates:
        told = chunks_told(report.differing_duplicates)
        complain(f"{told} of these with other data than the one that is kept, the first one")
    if report.static_chunks:
        told = chunks_told(report.static_chunks, report.static_rows)
        note(f"without any timeline left, and so static now: {told}")


def _detail(report: EditReport) -> None:
    if report.left_out_chunks:
        detail(f"left out {chunks_told(report.left_out_chunks, report.left_out_rows)}")
    if report.edited_chunks:
        detail(f"changed {chunks_told(report.edited_chunks)}")
    if report.emptied_chunks:
        told = chunks_told(report.emptied_chunks, report.emptied_rows)
        detail(f"left out {told}, of which nothing was to be kept")


def chunks_told(count: int, rows: int | None = None) -> str:
    """A number of chunks in words, and of their rows."""
    told = f"{format_count(count)} {'chunk' if count == 1 else 'chunks'}"
    if rows is None:
        return told
    return f"{told} ({format_count(rows)} {'row' if rows == 1 else 'rows'})"
