"""`rrd meta`: a recording's own properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest, readable_inputs, refusals_told
from rrdtool.cli.inputs import open_recording
from rrdtool.cli.outcome import Outcome, Problem, about
from rrdtool.cli.output import print_json, write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.sentences import complain
from rrdtool.cli.tables import Column, Table, print_table

if TYPE_CHECKING:
    from rrdtool.operations.meta import RecordingProperties

__all__ = ["meta"]

_GLOB_CHARACTERS = frozenset("*?[\\")

_File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="The recording; - is standard input.", show_default=False),
]
_Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME", help="Properties, by glob, such as episode.*.", show_default=False
    ),
]
_SomeNames = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME", help="Properties, by glob, such as episode.*.", show_default=False
    ),
]
_Values = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME=VALUE",
        help="New values, such as name=Lab, start_time=2024-05-01T12:00:00Z, episode.success=true. "
        'A value is JSON (5, 1.5, true, ["a", "b"]), or else text.',
        show_default=False,
    ),
]

meta: typer.Typer = typer.Typer(
    name="meta",
    help="Show and change a recording's own properties.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@meta.command()
def get(
    file: _File,
    names: _Names = None,
    store: options.Stores = None,
    allow_empty: options.AllowEmpty = False,
    json: options.Json = False,
) -> Outcome:
    """Show properties of a recording.

    Of a single property that is named in full only the value is shown.

    Examples:
        rrd meta get run.rrd
        rrd meta get run.rrd start_time
        rrd meta get run.rrd episode.* --json
    """
    from rrdtool.operations.meta import get_properties

    (item,) = readable_inputs([file])
    with about(item.name), open_recording(item) as recording, refusals_told():
        found = get_properties(recording, names or (), stores=store or (), allow_empty=allow_empty)
        damage = recording.contents.damage
    if json:
        print_json({"file": item.name, "recordings": found}, schema="rrd.meta.get/1")
    else:
        _print(found, names or [])
    for error in damage:
        complain(f"{item.name}: {error}; what could be read is shown")
    return Outcome.LOSS if damage else Outcome.DONE


def _print(found: list[RecordingProperties], names: list[str]) -> None:
    plain = len(names) == 1 and _GLOB_CHARACTERS.isdisjoint(names[0])
    if plain and len(found) == 1 and names[0] in found[0].properties:
        write(f"{printable(_text(found[0].properties[names[0]]))}\n")
        return
    for recording in found:
        title = recording.recording_id if len(found) > 1 else None
        table = Table([Column("property", style="cyan"), Column("value")], title=title)
        for name, value in recording.properties.items():
            table.add(name, _text(value))
        print_table(table)


def _text(value: object) -> str:
    return "too large to show" if value is None else str(value)


@meta.command(name="set")
def set_(
    file: _File,
    values: _Values,
    store: options.Stores = None,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Give a recording's properties other values.

    The old values are removed. With several recordings in the file, --store says which is meant.

    Examples:
        rrd meta set run.rrd name=Lab --in-place
        rrd meta set run.rrd episode.success=true episode.tags='["left", "fast"]' -o told.rrd
    """
    from rrdtool.operations.meta import set_properties

    pairs = dict(map(_pair, values))
    request = EditRequest(
        "meta set", [file], "meta", output, force=force, in_place=in_place, backup=backup,
        dry_run=dry_run, json=json, lossy=lossy, history=history,
    )  # fmt: skip
    return request.carry_out(
        lambda recordings, out, settings: set_properties(
            recordings[0], out, pairs, stores=store or (), settings=settings
        )
    )


@meta.command()
def unset(
    file: _File,
    names: _SomeNames,
    store: options.Stores = None,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    allow_empty: options.AllowEmpty = False,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Remove properties from a recording.

    Examples:
        rrd meta unset run.rrd episode.* --in-place
        rrd meta unset run.rrd name -o nameless.rrd
    """
    from rrdtool.operations.meta import unset_properties

    request = EditRequest(
        "meta unset", [file], "meta", output, force=force, in_place=in_place, backup=backup,
        dry_run=dry_run, json=json, lossy=lossy, allow_empty=allow_empty, history=history,
    )  # fmt: skip
    return request.carry_out(
        lambda recordings, out, settings: unset_properties(
            recordings[0], out, names, stores=store or (), settings=settings
        )
    )


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not (name and found):
        raise Problem(f"{text!r} sets nothing: write NAME=VALUE", outcome=Outcome.USAGE)
    return name, value
