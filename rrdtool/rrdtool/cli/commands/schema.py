"""`rrd schema`: entities, components and their types."""

from __future__ import annotations

import shutil
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rrdformats.descriptors import short_archetype, short_name
from rrdformats.quantities import format_count
from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome, worst
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import display_width, pad, printable
from rrdtool.cli.row_tables import cut, styled
from rrdtool.cli.selecting import EntityChoice
from rrdtool.cli.sentences import complain, note
from rrdtool.cli.session import session
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdtool.operations.schema import ComponentRow, RecordingSchema, StoreSchema

__all__ = ["schema"]

_SCHEMA = "rrd.schema/1"


def schema(
    files: options.Files = None,
    recursive: options.Recursive = False,
    entity: options.Entities = None,
    exclude: options.Exclude = None,
    allow_empty: options.AllowEmpty = False,
    archetypes: options.ByArchetype = False,
    json: options.Json = False,
) -> Outcome:
    """List entities, components and their types.

    Each component has its type, the Arrow type of one value, and when it holds: static, or the
    timelines of its entity. Component types that this version does not know, and Arrow types that
    are not those of the component type, are marked. -v shows full names and canonical Arrow types.

    Examples:
        rrd schema run.rrd
        rrd schema -e /world/** --archetypes run.rrd
        rrd schema --json run.rrd
    """
    from rrdtool.operations.schema import schema as read

    choice = EntityChoice(entity, exclude)
    several = recursive or len(files or ()) > 1
    shown = False

    def show(item: Input) -> Outcome:
        nonlocal shown
        with open_recording(item) as recording:
            found = read(recording, choice.selection)
        if found.scan_reason is not None and item.path is not None:
            note(f"{item.name}: read from front to back, because {found.scan_reason}")
        choice.meet(found.entities)
        if json:
            print_json(_report(item.name, found), schema=_SCHEMA)
        else:
            write("\n" if shown else "")
            write(f"file {printable(item.name)}\n" if several else "")
            for store in found.stores:
                _print(store, named=len(found.stores) > 1, archetypes=archetypes)
        shown = True
        for damage in found.damage:
            complain(f"{item.name}: {damage}; what could be read is listed")
        return Outcome.LOSS if found.damage else Outcome.DONE

    outcome = each(files, show, recursive=recursive)
    return worst([outcome, choice.check(allow_empty=allow_empty)])


def _print(store: StoreSchema, *, named: bool, archetypes: bool) -> None:
    if named:
        write(f"{printable(str(store.store_id))}\n")
    if archetypes:
        print_table(_by_archetype(store.components))
    elif session.shapes(sys.stdout):
        _print_by_entity(store.components)
    else:
        print_table(_by_entity(store.components))
    if store.timelines:
        lines = Table([Column("timeline", style="yellow"), Column("kind"), _ENTITIES])
        for line in store.timelines:
            lines.add(line.name, line.kind, format_count(line.entities))
        write("\n")
        print_table(lines)


_ENTITIES = Column("entities", "right")
_ARROW_TYPE = Column("Arrow type")
_NOTE = Column("note", style="yellow")


def _by_entity(rows: list[ComponentRow]) -> Table:
    columns = [Column("entity", style="cyan"), Column("component"), Column("type")]
    # The name of a component begins with that of its archetype, unless a user chose otherwise.
    with_archetype = session.verbosity > 0 or any(map(_hides_archetype, rows))
    columns += [Column("archetype")] * with_archetype
    noted = any(row.note for row in rows)
    table = Table([*columns, Column("when"), *[_NOTE] * noted, _ARROW_TYPE], fold=True)
    for row in rows:
        component, kind, archetype, arrow_type = _names(row)
        table.add(
            *(row.entity_path, component, kind, *[archetype] * with_archetype),
            *(_when(row), *[row.note or ""] * noted, arrow_type),
        )
    return table


def _print_by_entity(rows: list[ComponentRow]) -> None:
    """The same for a terminal: each entity a line, its components beneath."""
    room = shutil.get_terminal_size().columns
    with_archetype = session.verbosity > 0 or any(map(_hides_archetype, rows))
    cells = []
    for row in rows:
        component, kind, archetype, arrow_type = _names(row)
        static = "static, too" if row.is_temporal else "static"
        told = [component, kind, *[archetype] * with_archetype, static * row.is_static]
        cells.append([*map(printable, told), arrow_type])
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)][:-1]
    for path, beneath in groupby(enumerate(rows), key=lambda item: item[1].entity_path):
        alike = list(beneath)
        lines = " ".join(dict.fromkeys(line for _, row in alike for line in row.timelines))
        head = [styled(printable(path), "bold cyan"), styled(printable(lines), "yellow")]
        write("  ".join(filter(None, head)) + "\n")
        for index, row in alike:
            *first, last = cells[index]
            padded = [pad(cell, width, "left") for cell, width in zip(first, widths, strict=True)]
            text = "  ".join(["", *(cell for cell in padded if cell), last]).rstrip()
            mark = f"  ! {row.note}" if row.note else ""
            write(f"{cut(text, room)}{styled(mark, 'yellow')}\n")


def _by_archetype(rows: list[ComponentRow]) -> Table:
    """One line for each component, however many entities have it."""
    groups: dict[tuple[bool, tuple[str, str, str], str], list[ComponentRow]] = {}
    for row in rows:
        groups.setdefault((not row.archetype, row.key, row.arrow_type), []).append(row)
    columns = [Column("archetype", style="cyan"), Column("component"), Column("type"), _ENTITIES]
    noted = any(row.note for row in rows)
    table = Table([*columns, *[_NOTE] * noted, _ARROW_TYPE], fold=True)
    for _, alike in sorted(groups.items(), key=lambda group: group[0]):
        component, kind, archetype, arrow_type = _names(alike[0])
        count = format_count(len({row.entity_path for row in alike}))
        note_cells = [alike[0].note or ""] * noted
        table.add(archetype, component, kind, count, *note_cells, arrow_type)
    return table


def _hides_archetype(row: ComponentRow) -> bool:
    """Whether the component's name does not tell its archetype."""
    if row.archetype is None:
        return False
    return not row.component.startswith(f"{short_archetype(row.archetype)}:")


def _names(row: ComponentRow) -> list[str]:
    """Component, its type, archetype and Arrow type, in full with `-v`."""
    from rrdtool.operations.schema import short_type

    kind, archetype = row.component_type or "", row.archetype or ""
    if session.verbosity:
        return [row.component, kind, archetype, row.arrow_type]
    return [row.component, short_name(kind), short_archetype(archetype), short_type(row.type)]


def _when(row: ComponentRow) -> str:
    return " ".join([*["static"] * row.is_static, *row.timelines])


def _report(name: str, found: RecordingSchema) -> dict[str, Any]:
    return {
        "file": name,
        "scanned": found.scan_reason,
        "damage": found.damage,
        "stores": [
            {
                "kind": store.store_id.kind.label,
                "application_id": store.store_id.application_id,
                "recording_id": store.store_id.recording_id,
                "timelines": store.timelines,
                "components": [_component(row) for row in store.components],
            }
            for store in found.stores
        ],
    }


def _component(row: ComponentRow) -> dict[str, Any]:
    return {
        "entity_path": row.entity_path,
        "component": row.component,
        "archetype": row.archetype,
        "component_type": row.component_type,
        "arrow_type": row.arrow_type,
        "is_static": row.is_static,
        "is_temporal": row.is_temporal,
        "timelines": row.timelines,
        "note": row.note,
    }
