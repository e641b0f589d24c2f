"""What all edits have in common: open, plan, check, write, report.

```
with opened(recordings, settings) as edit:   # inputs, and the plan that keeps everything
    …                                        # change the plan
    return edit.finish(file)                 # check it, write it
```
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from rrdformats.messages import StoreId
from rrdformats.reader import Recording
from rrdtool.operations.edit_duplicates import drop_duplicates
from rrdtool.operations.edit_inputs import EditInput, open_inputs
from rrdtool.operations.edit_plan import EditPlan, gather
from rrdtool.operations.edit_writing import EditReport, Progress, carry_out, describe
from rrdtool.operations.history import add_history

__all__ = ["Edit", "EditSettings", "opened"]


@dataclass(frozen=True, slots=True)
class EditSettings:
    """How every edit is done.

    Attributes:
        lossy: Whether damaged inputs are accepted, without what cannot be read of them.
        history: The command line that is noted in the output; None for none.
        allow_empty: Whether patterns may match nothing.
        progress: Told how many chunks are done, and how many there are.
    """

    lossy: bool = False
    history: str | None = None
    allow_empty: bool = False
    progress: Progress | None = None


@dataclass(slots=True)
class Edit:
    """An edit that is being planned.

    Attributes:
        inputs: What is read.
        settings: How it is done.
        plan: What will be written.
        notes: What a person should know.
    """

    inputs: list[EditInput]
    settings: EditSettings
    plan: EditPlan
    notes: list[str] = field(default_factory=list)

    def finish(self, file: BinaryIO | None) -> EditReport:
        """Checks the plan and carries it out; None for `file` only tells what would be done.

        Raises:
            EditRefusedError: If the plan cannot be carried out.
            InputError: If an input turns out to be damaged, unless the settings accept that.
            OSError: If something cannot be read or written.
        """
        duplicates = drop_duplicates(self.plan)
        self.plan.check_timelines()
        if self.settings.history is not None:
            add_history(self.plan, self.settings.history, self.inputs)
        report = describe(self.plan, self.inputs, duplicates)
        report.notes += self.notes
        if file is not None:
            settings = self.settings
            carry_out(self.plan, file, report, lossy=settings.lossy, progress=settings.progress)
        return report


@contextmanager
def opened(
    recordings: Iterable[Recording],
    settings: EditSettings,
    route: Callable[[list[EditInput]], Callable[[StoreId], StoreId]] | None = None,
) -> Generator[Edit]:
    """An edit of some recordings, planned to keep everything.

    Args:
        recordings: What to read.
        settings: How.
        route: Told the inputs, says into which store each of their stores goes.

    Raises:
        EditRefusedError: For damaged inputs, unless the settings accept them.
        InputError: If one is no recording that can be read at all.
    """
    with open_inputs(recordings, lossy=settings.lossy) as inputs:
        plan = gather(inputs) if route is None else gather(inputs, route(inputs))
        yield Edit(inputs, settings, plan)
