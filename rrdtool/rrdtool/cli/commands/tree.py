"""`rrd tree`: entities and components, with how much each holds and how fast it came."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rrdformats.quantities import format_count, format_percent, format_rate, format_size
from rrdformats.selectors import Selector, near_miss
from rrdformats.timeline import TimeKind
from rrdformats.times import format_duration, format_time
from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome, Problem, worst
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import display_width, printable
from rrdtool.cli.selecting import EntityChoice, check_timeline
from rrdtool.cli.sentences import complain, note
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdformats.descriptors import ComponentDescriptor
    from rrdformats.messages import StoreId
    from rrdformats.timeline import Timeline
    from rrdtool.operations.amounts import Amount
    from rrdtool.operations.tree import Node, SortOrder, StoreTree, TreeReport

__all__ = ["tree"]

_BAR_CELLS = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
# Terminal cells that must be left beside the names for a column to be shown.
_ROOM_FOR_BAR = 58
_ROOM_FOR_UNCOMPRESSED = 76
_ROOM_FOR_TIMES = 104
_SECOND = 10**9


def tree(
    files: options.Files = None,
    recursive: options.Recursive = False,
    entity: options.Entities = None,
    exclude: options.Exclude = None,
    allow_empty: options.AllowEmpty = False,
    store: options.Stores = None,
    timeline: options.TimelineName = None,
    sort: options.TreeSort = "name",
    depth: options.Depth = None,
    components: options.Components = True,
    json: options.Json = False,
) -> Outcome:
    """Show the tree of entities, and what each holds.

    Everything is read from the footer. The numbers of an entity include all that is beneath it;
    those of a component are its own, and its size is left out where chunks hold others, too. Rates
    are rows per second, or per step, from the first time to the last on one timeline.

    On a terminal the tree is drawn, with as many columns as fit; into a pipe every line has the
    complete path. Sizes are those in the file; -v shows them in bytes.

    Examples:
        rrd tree run.rrd
        rrd tree --sort size --depth 2 --no-components run.rrd
        rrd tree -e /robot/** --timeline frame run.rrd
        rrd tree --json run.rrd | jq '.stores[].entities[] | select(.rate > 100) | .path'
    """
    from rrdtool.operations.tree import TreeOptions
    from rrdtool.operations.tree import tree as measure

    choice = EntityChoice(entity, exclude)
    stores = _selector(store)
    wanted = TreeOptions(choice.selection, stores, timeline, sort, depth)
    timelines: set[str] = set()
    store_ids: set[str] = set()
    shown = False

    def show(item: Input) -> Outcome:
        nonlocal shown
        with open_recording(item) as recording:
            report = measure(recording, wanted)
            is_file = recording.source.size is not None
        if report.scanned is not None and is_file:
            note(f"{item.name}: read from front to back, because {report.scanned}")
        if json:
            print_json(_json_report(report, sort, components=components), schema="rrd.tree/1")
        else:
            write("\n" if shown else "")
            _print(report, sort, components=components)
            shown = True
        for told in report.stores:
            choice.meet(told.paths)
            timelines.update(told.timelines)
        store_ids.update(s.recording_id for s in report.left_out)
        store_ids.update(told.store_id.recording_id for told in report.stores)
        for damage in report.damage:
            complain(f"{item.name}: {damage}; the tree covers what could be read")
        return Outcome.LOSS if report.damage else Outcome.DONE

    outcome = each(files, show, recursive=recursive)
    return worst(
        [
            outcome,
            choice.check(allow_empty=allow_empty),
            _check_stores(stores, store_ids, allow_empty=allow_empty),
            check_timeline(timeline, timelines, allow_empty=allow_empty),
        ]
    )


def _selector(patterns: list[str] | None) -> Selector | None:
    try:
        return Selector.names(*patterns) if patterns else None
    except ValueError as error:
        raise Problem(str(error), outcome=Outcome.USAGE) from error


def _check_stores(wanted: Selector | None, met: set[str], *, allow_empty: bool) -> Outcome:
    """Tells of every pattern that matches no store of any input."""
    missed = wanted.unmatched(met) if wanted is not None and met and not allow_empty else []
    for pattern in missed:
        close = near_miss(pattern, sorted(met))
        Problem(
            f"no store has an id that matches {pattern}",
            advice=f"did you mean {close}?" if close else "`rrd info` lists the stores",
            outcome=Outcome.USAGE,
        ).tell()
    return Outcome.USAGE if missed else Outcome.DONE


def _print(report: TreeReport, order: SortOrder, *, components: bool) -> None:
    for number, told in enumerate(report.stores):
        write("\n" if number else "")
        _print_store(report.file, told, order, components=components)
    kinds = [store_id.kind.label for store_id in report.left_out]
    for kind in dict.fromkeys(kinds):
        count = kinds.count(kind)
        many = "" if count == 1 else "s"
        note(f"{report.file}: {count} {kind}{many} left out; --store '*' shows all stores")


def _print_store(file: str, told: StoreTree, order: SortOrder, *, components: bool) -> None:
    total = told.total
    count = sum(node.entities for node in told.nodes if node.level == 0)
    facts = [
        f"{format_count(count)} entit{'y' if count == 1 else 'ies'}",
        f"{format_count(total.rows)} row{'' if total.rows == 1 else 's'}",
        f"{format_count(total.chunks)} chunk{'' if total.chunks == 1 else 's'}",
        _size(total.bytes),
    ]
    store_id = told.store_id
    write(f"{printable(file)}: {store_id.kind.label} {printable(store_id.recording_id)}\n")
    write(f"{', '.join(facts)}\n{_times_line(told)}\n")
    if told.nodes:
        write("\n")
        print_table(_Layout(told, order, components=components).table())


def _times_line(told: StoreTree) -> str:
    timeline, total = told.timeline, told.total
    if timeline is None:
        return "no timeline"
    if total.start is None or total.end is None:
        return f"on {printable(timeline.name)}: no times"
    first, last = (format_time(time, timeline.kind) for time in (total.start, total.end))
    length = _length(total.end - total.start, timeline.kind)
    return f"on {printable(timeline.name)}: {first} to {last}, {length}"


def _length(length: int, kind: TimeKind) -> str:
    if kind is TimeKind.SEQUENCE:
        return f"{format_count(length + 1)} step{'' if length == 0 else 's'}"
    return _short(length)


def _short(time: int) -> str:
    """A duration, not finer than a thousandth of a second from one second on."""
    rounded = (time + 500_000) // 1_000_000 * 1_000_000 if abs(time) >= _SECOND else time
    return format_duration(rounded)


def _size(size: int) -> str:
    return f"{format_count(size)} B" if session.verbosity else format_size(size)


class _Layout:
    """Which columns the tree of a store has, and what is in them."""

    def __init__(self, told: StoreTree, order: SortOrder, *, components: bool) -> None:
        self.told = told
        self.order: SortOrder = order
        self.components = components
        self.drawn = session.shapes(sys.stdout)
        self.has_rate = self.has_times = told.timeline is not None
        self.has_uncompressed = True
        self.has_bar = self.drawn

    def table(self) -> Table:
        rows = list(self.rows())
        if self.drawn:
            longest = max(display_width(printable(name)) for name, _ in rows)
            room = shutil.get_terminal_size().columns - longest
            self.has_bar = room >= _ROOM_FOR_BAR
            self.has_uncompressed = room >= _ROOM_FOR_UNCOMPRESSED
            self.has_times = self.has_times and room >= _ROOM_FOR_TIMES
        names = ["rows", "chunks", "size"] + ["uncompressed"] * self.has_uncompressed + ["share"]
        columns = [Column("entity", style="cyan"), *(Column(name, "right") for name in names)]
        columns += [Column("", style="green")] * self.has_bar
        columns += [Column("rate", "right")] * self.has_rate
        columns += [Column(name, "right") for name in ("first", "last")] * self.has_times
        table = Table(columns)
        for name, amount in rows:
            table.add(name, *self.cells(amount))
        return table

    def rows(self) -> Iterator[tuple[str, Amount]]:
        guides: list[str] = []  # what stands before the names beneath each level
        for node in self.told.nodes:
            del guides[node.level :]
            yield self.name(node, "".join(guides[1:])), node.total
            guides.append("   " if node.last else "│  ")
            for descriptor, amount in node.components(self.order) if self.components else ():
                yield self.component(node, descriptor, "".join(guides[1:])), amount

    def name(self, node: Node, before: str) -> str:
        beneath = "" if not node.folded else "**" if node.path == "/" else "/**"
        if not self.drawn:
            return node.path + beneath
        branch = "" if node.level == 0 else "└─ " if node.last else "├─ "
        return f"{before}{branch}{node.label}{beneath}"

    def component(self, node: Node, descriptor: ComponentDescriptor, before: str) -> str:
        if not self.drawn:
            return f"{node.path}:{descriptor.component}"
        return f"{before}  {descriptor.component}"

    def cells(self, amount: Amount) -> list[str]:
        whole = self.told.total.bytes
        cells = [format_count(amount.rows), format_count(amount.chunks)]
        if amount.shared:
            cells += [""] * (2 + self.has_uncompressed + self.has_bar)
        else:
            cells.append(_size(amount.bytes))
            cells += [_size(amount.bytes_uncompressed)] * self.has_uncompressed
            cells.append(format_percent(amount.bytes, whole))
            cells += [_bar(amount.bytes, whole)] * self.has_bar
        timeline = self.told.timeline
        if timeline is not None:
            cells.append(_rate(amount, timeline.kind))
            cells += self.times(amount, timeline.kind) if self.has_times else []
        return cells

    def times(self, amount: Amount, kind: TimeKind) -> list[str]:
        """First and last time: on a terminal those of the day count from the first of all."""
        if amount.start is None or amount.end is None:
            return ["", ""]
        times = (amount.start, amount.end)
        if self.drawn and kind is not TimeKind.SEQUENCE:
            origin = (self.told.total.start or 0) if kind is TimeKind.TIMESTAMP else 0
            sign = "+" if kind is TimeKind.TIMESTAMP else ""
            return [f"{sign}{_short(time - origin)}" for time in times]
        return [format_time(time, kind) for time in times]


def _rate(amount: Amount, kind: TimeKind) -> str:
    rate = amount.rate(kind)
    if rate is None:
        return ""
    text = format_rate(rate)
    return text.replace(" Hz", "/step") if kind is TimeKind.SEQUENCE else text


def _bar(part: int, whole: int) -> str:
    """A bar whose length is the share of `part`, in eighths of a cell."""
    eighths = -(-part * _BAR_CELLS * 8 // whole) if whole else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def _json_report(report: TreeReport, order: SortOrder, *, components: bool) -> dict[str, Any]:
    return {
        "file": report.file,
        "scanned": report.scanned,
        "damage": report.damage,
        "left_out": [_json_store(store_id) for store_id in report.left_out],
        "stores": [_json_tree(told, order, components=components) for told in report.stores],
    }


def _json_store(store_id: StoreId) -> dict[str, Any]:
    return {
        "kind": store_id.kind.label,
        "application_id": store_id.application_id,
        "recording_id": store_id.recording_id,
    }


def _json_tree(told: StoreTree, order: SortOrder, *, components: bool) -> dict[str, Any]:
    timeline = told.timeline
    entities = []
    for node in told.nodes:
        entity: dict[str, Any] = {"path": node.path, "level": node.level, "folded": node.folded}
        entity |= {"entities": node.entities, **_json_amount(node.total, timeline)}
        entity["own"] = None if node.own is None else _json_amount(node.own.all, timeline)
        if components:
            entity["components"] = [
                _json_component(descriptor, amount, timeline)
                for descriptor, amount in node.components(order)
            ]
        entities.append(entity)
    return {
        **_json_store(told.store_id),
        "timeline": timeline and {"name": timeline.name, "kind": timeline.kind.value},
        **_json_amount(told.total, timeline),
        "entities": entities,
    }


def _json_component(
    descriptor: ComponentDescriptor, amount: Amount, timeline: Timeline | None
) -> dict[str, Any]:
    return {
        "component": descriptor.component,
        "archetype": descriptor.archetype,
        "component_type": descriptor.component_type,
        **_json_amount(amount, timeline),
    }


def _json_amount(amount: Amount, timeline: Timeline | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rows": amount.rows,
        "chunks": amount.chunks,
        "bytes": None if amount.shared else amount.bytes,
        "bytes_uncompressed": None if amount.shared else amount.bytes_uncompressed,
    }
    if timeline is not None:
        unit = "" if timeline.kind is TimeKind.SEQUENCE else "_ns"
        found |= {"timed_rows": amount.timed_rows, "rate": amount.rate(timeline.kind)}
        found |= {f"start{unit}": amount.start, f"end{unit}": amount.end}
    return found
