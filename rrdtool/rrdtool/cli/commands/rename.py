"""`rrd rename`: other names for entities and timelines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest
from rrdtool.cli.outcome import Outcome, Problem

__all__ = ["rename"]

_Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="OLD=NEW... FILE",
        help="New names for entities, by pattern, and recordings to read. A word with = in it is "
        "a file only if there is one.",
        show_default=False,
    ),
]
# The word is that of `options.TimelineName`; here it gives new names.
_Timelines = Annotated[
    list[str] | None,
    typer.Option(
        "--timeline",
        metavar="OLD=NEW",
        help="Give a timeline a new name; may be repeated.",
        show_default=False,
    ),
]


def rename(
    words: _Words = None,
    recursive: options.Recursive = False,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    timeline: _Timelines = None,
    allow_empty: options.AllowEmpty = False,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Give entities and timelines other names.

    In a pattern ** stands for any number of parts and * for any text in one part; what they stood
    for goes to the same places of the new name. Of several rules about an entity the first counts,
    and all of them apply at once. Blueprints are left as they are.

    Examples:
        rrd rename /a/**=/b/** run.rrd -o renamed.rrd
        rrd rename /robot/*/cam=/robot/*/camera --timeline frame_nr=frame run.rrd -o renamed.rrd
        rrd rename /**=/robot1/** --in-place run.rrd
    """
    from rrdtool.operations.rename import rename as give
    from rrdtool.operations.renaming import RenameRule

    texts = [word for word in words or () if "=" in word and not Path(word).exists()]
    files = [word for word in words or () if word not in texts]
    try:
        rules = [RenameRule.parse(text) for text in texts]
    except ValueError as error:
        raise Problem(str(error), outcome=Outcome.USAGE) from error
    lines = dict(map(_timeline, timeline or ()))
    if not rules and not lines:
        raise Problem("no new name is given", advice="write OLD=NEW", outcome=Outcome.USAGE)
    request = EditRequest(
        "rename",
        files,
        "renamed",
        output,
        recursive=recursive,
        force=force,
        in_place=in_place,
        backup=backup,
        dry_run=dry_run,
        json=json,
        lossy=lossy,
        allow_empty=allow_empty,
        history=history,
    )
    return request.carry_out(
        lambda recordings, file, settings: give(
            recordings, file, rules=rules, timelines=lines, settings=settings
        )
    )


def _timeline(text: str) -> tuple[str, str]:
    old, found, new = text.partition("=")
    if not (old and found and new):
        raise Problem(
            f"{text!r} is no new name for a timeline: write OLD=NEW", outcome=Outcome.USAGE
        )
    return old, new
