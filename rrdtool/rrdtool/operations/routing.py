"""Which store goes into which: application ids, recording ids, recordings joined into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rrdformats.messages import StoreId, StoreKind, normalized_application_id
from rrdtool.operations.edit_inputs import EditInput, EditRefusedError, Refusal

__all__ = ["Routing"]


@dataclass(frozen=True, slots=True)
class Routing:
    """New ids for stores.

    Attributes:
        application_id: The application of all stores; None leaves them theirs.
        recording_id: The id of the one recording that all recordings become; None leaves them
            theirs. Blueprints keep theirs, unless there is nothing else.
        into_recording: Whether everything becomes one recording, blueprints included.
    """

    application_id: str | None = None
    recording_id: str | None = None
    into_recording: bool = False

    def __call__(self, inputs: list[EditInput]) -> Callable[[StoreId], StoreId]:
        """The new id of each store of some inputs.

        Raises:
            EditRefusedError: If an id is empty.
        """
        for option, value in (
            ("--application-id", self.application_id),
            ("--recording-id", self.recording_id),
        ):
            if value == "":
                raise EditRefusedError(Refusal("an empty id names nothing", option))
        stores = list(dict.fromkeys(s for found in inputs for s in found.contents.stores))
        recordings = [store_id for store_id in stores if store_id.kind is StoreKind.RECORDING]
        joined = stores if self.into_recording else recordings or stores
        if not stores or (self.recording_id is None and not self.into_recording):
            return self._in_application
        first = self._in_application((recordings or stores)[0])
        target = replace(first, recording_id=self.recording_id or first.recording_id)
        if self.into_recording:
            target = replace(target, kind=StoreKind.RECORDING)
        moved = frozenset(joined)
        return lambda store_id: target if store_id in moved else self._in_application(store_id)

    def _in_application(self, store_id: StoreId) -> StoreId:
        if self.application_id is None:
            return store_id
        return replace(store_id, application_id=normalized_application_id(self.application_id))

    def notes(self, inputs: list[EditInput]) -> list[str]:
        """What a person should know of the new ids."""
        told = []
        if self.application_id is not None:
            normal = normalized_application_id(self.application_id)
            if normal != self.application_id:
                told.append(f"application id {self.application_id!r} is written as {normal!r}")
        route = self(inputs)
        applications: dict[StoreId, set[str]] = {}
        for found in inputs:
            for store_id in found.contents.stores:
                names = applications.setdefault(route(store_id), set())
                names.add(store_id.application_id or "?")
        for store_id, names in applications.items():
            if len(names) > 1 and self.application_id is None:
                told.append(
                    f"recordings of several applications ({', '.join(sorted(names))}) become "
                    f"one of {store_id.application_id}"
                )
        return told
