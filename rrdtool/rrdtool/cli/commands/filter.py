"""`rrd filter`: a part of recordings."""

from __future__ import annotations

from typing import Annotated

import typer

from rrdtool.cli import options
from rrdtool.cli.editing import EditRequest
from rrdtool.cli.outcome import Outcome
from rrdtool.cli.selecting import name_selection

__all__ = ["filter_"]

# The word is that of `options.TimelineName`; here it selects.
_Timelines = Annotated[
    list[str] | None,
    typer.Option(
        "--timeline",
        metavar="GLOB",
        help="Only timelines that match; may be repeated.",
        show_default=False,
    ),
]


def filter_(
    files: options.Files = None,
    recursive: options.Recursive = False,
    output: options.Output = None,
    force: options.Force = False,
    in_place: options.InPlace = False,
    backup: options.Backup = False,
    entity: options.Entities = None,
    exclude: options.Exclude = None,
    drop_entity: options.DropEntities = None,
    component: options.IncludeComponents = None,
    exclude_component: options.ExcludeComponents = None,
    archetype: options.IncludeArchetypes = None,
    exclude_archetype: options.ExcludeArchetypes = None,
    timeline: _Timelines = None,
    drop_timeline: options.DropTimelines = None,
    store: options.Stores = None,
    exclude_store: options.ExcludeStores = None,
    drop_blueprints: options.DropBlueprints = False,
    allow_empty: options.AllowEmpty = False,
    dry_run: options.DryRun = False,
    history: options.History = False,
    lossy: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Keep a part of recordings: entities, components, timelines, stores.

    What is included concerns recordings, not blueprints, and leaves a recording's own properties
    (/__properties) alone; exclusions concern everything. Rows that lose all their timelines become
    static. A pattern that matches nothing is an error.

    Examples:
        rrd filter -e /world/** run.rrd -o world.rrd
        rrd filter --drop-timeline log_time --drop-entity /debug/** run.rrd -o small.rrd
        rrd filter --exclude-archetype Image --in-place --backup run.rrd
        rrd filter --drop-blueprints run.rrd | rrd info -
    """
    from rrdtool.operations.edit_selection import EditSelection
    from rrdtool.operations.filter import filter_ as select

    selection = EditSelection(
        entities=name_selection(entity, [*(exclude or ()), *(drop_entity or ())], entities=True),
        components=name_selection(component, exclude_component),
        archetypes=name_selection(archetype, exclude_archetype),
        timelines=name_selection(timeline, drop_timeline),
        stores=name_selection(store, exclude_store),
    )
    request = EditRequest(
        "filter",
        files,
        "filtered",
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
        lambda recordings, file, settings: select(
            recordings, file, selection, drop_blueprints=drop_blueprints, settings=settings
        )
    )
