"""`rrd print`: the messages of a recording, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.cli import options
from rrdtool.cli.inputs import Input, each, open_recording
from rrdtool.cli.outcome import Outcome, worst
from rrdtool.cli.output import write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.selecting import EntityChoice
from rrdtool.cli.sentences import complain
from rrdtool.cli.session import session

if TYPE_CHECKING:
    from rrdtool.cli.message_text import MessageWriter
    from rrdtool.operations.print_ import Page

__all__ = ["print_"]

_ADVICE = "; what stands before it is printed, --continue-on-error prints the rest, too"


def print_(
    files: options.Files = None,
    recursive: options.Recursive = False,
    entity: options.Entities = None,
    exclude: options.Exclude = None,
    allow_empty: options.AllowEmpty = False,
    footers: options.Footers = False,
    footers_lod: options.FootersLod = 0,
    transposed: options.Transposed = False,
    full_metadata: options.FullMetadata = False,
    migrate: options.Migrate = True,
    continue_on_error: options.ContinueOnError = False,
    json: options.Json = False,
) -> Outcome:
    """Print the messages of recordings in file order.

    A chunk is one line: its id, rows, size once decompressed, entity, timelines and components.
    -v adds the types of timelines and components, -vv all metadata, -vvv all rows; their values
    are shortened, which those of --json never are.

    What cannot be read ends the output of a recording, unless --continue-on-error.

    Examples:
        rrd print run.rrd
        rrd print -vvv -e /world/** run.rrd
        rrd print --footers --footers-lod 1 run.rrd
        rrd print --json run.rrd | head
    """
    from rrdtool.operations.print_ import print_ as read

    choice = EntityChoice(entity, exclude)
    several = recursive or len(files or ()) > 1

    def show(item: Input) -> Outcome:
        writer = _writer(item, json=json, full_metadata=full_metadata, transposed=transposed)
        if several and not json:
            write(f"file {printable(item.name)}\n")
        manifests = []
        outcome = Outcome.DONE
        with open_recording(item) as recording:
            pages = read(
                recording,
                choice.selection,
                migrated=migrate,
                values=session.verbosity > 2,
            )
            for page in pages:
                choice.meet(page.entities)
                manifests += page.footers
                if not _print_page(page, writer, item, go_on=continue_on_error):
                    outcome = Outcome.LOSS
                    if not continue_on_error:
                        return outcome
        if footers:
            for manifest in manifests:
                writer.footer(manifest, footers_lod)
        return outcome

    outcome = each(files, show, recursive=recursive)
    return worst([outcome, choice.check(allow_empty=allow_empty)])


def _writer(item: Input, *, json: bool, full_metadata: bool, transposed: bool) -> MessageWriter:
    if json:
        from rrdtool.cli.message_json import JsonMessages

        return JsonMessages(item.name, session.verbosity)
    from rrdtool.cli.message_text import TextMessages

    return TextMessages(session.verbosity, full_metadata=full_metadata, transposed=transposed)


def _print_page(page: Page, writer: MessageWriter, item: Input, *, go_on: bool) -> bool:
    """Prints a page up to the first damage, or around all of it; whether there was none."""
    from rrdtool.operations.print_ import END_OF_PAGE

    page.damage.sort(key=lambda found: found[0])
    end = page.damage[0][0] if page.damage and not go_on else None
    writer.page(page, end)
    for place, error in page.damage if go_on else page.damage[:1]:
        could_go_on = place != END_OF_PAGE and not go_on
        complain(f"{item.name}: {error}{_ADVICE if could_go_on else ''}")
    return not page.damage
