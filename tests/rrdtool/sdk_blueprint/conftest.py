"""Blueprints of the reference and of ours, and what their files hold."""

from __future__ import annotations

import itertools
import uuid
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rrdformats.messages import StoreKind
from rrdformats.reader import Recording

APPLICATION = "blueprint tests"


class Library(NamedTuple):
    """One of the two libraries: the logging API, and its blueprints."""

    rr: Any
    rrb: Any


Program = Callable[[Library], Any]
"""Makes a blueprint, or something else that can be saved or sent."""

Contents = Counter[tuple[str, ...]]
"""Each chunk as text: its entity and timelines, and descriptor, type and values of its columns."""


ReadContents = Callable[[Path], Contents]


def numbered_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has views and containers get the same ids whenever they are made in the same order."""
    numbers = itertools.count(1)
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=next(numbers), version=4))


def read_contents(path: Path) -> Contents:
    """The chunks of all blueprints in a file; times of logging left out."""
    found: Contents = Counter()
    with Recording.open(path) as recording:
        for store_chunk in recording.chunks():
            if store_chunk.store_id.kind is StoreKind.BLUEPRINT:
                found[_as_text(store_chunk.chunk)] += 1
    return found


def _as_text(chunk: Any) -> tuple[str, ...]:
    times = sorted(
        (timeline.name, "" if timeline.name == "log_time" else str(values.tolist()))
        for timeline, values in chunk.timelines.items()
    )
    columns = sorted(
        f"{descriptor.component} {descriptor.archetype} {descriptor.component_type} "
        f"{values.type} {values.to_pylist()}"
        for descriptor, values in chunk.components.items()
    )
    return (str(chunk.entity_path), str(times), *columns)


class Pair:
    """Both libraries."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rerun = pytest.importorskip("rerun")
        import rerun.blueprint as reference_blueprints  # type: ignore[import-untyped, unused-ignore]  # where it has no types

        import rrdtool
        import rrdtool.blueprint

        self.folder = folder
        self.ours = Library(rrdtool, rrdtool.blueprint)
        self.theirs = Library(rerun, reference_blueprints)
        self._monkeypatch = monkeypatch

    def saved(self, library: Library, program: Program) -> Path:
        """The file of the blueprint that a program makes."""
        path = self.folder / f"{library.rr.__name__}.rbl"
        with self._monkeypatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            numbered_ids(patch)
            made = program(library)
            blueprint = made.to_blueprint() if hasattr(made, "to_blueprint") else made
            patch.setattr(uuid, "uuid4", _store_id_then(uuid.uuid4, library is self.ours))
            blueprint.save(APPLICATION, path)
        return path

    def assert_same(self, program: Program) -> None:
        """Both libraries write the same chunks, and at least one."""
        expected = read_contents(self.saved(self.theirs, program))
        assert expected
        assert read_contents(self.saved(self.ours, program)) == expected

    def assert_refused(self, program: Program) -> None:
        """Both libraries refuse with the same builtin kind of error."""
        kinds = [self._refusal(library, program) for library in (self.theirs, self.ours)]
        assert kinds[0] is kinds[1]

    def _refusal(self, library: Library, program: Program) -> type[BaseException]:
        with pytest.raises((ArithmeticError, LookupError, TypeError, ValueError)) as caught:
            self.saved(library, program)
        return next(kind for kind in caught.type.__mro__ if kind.__module__ == "builtins")


def _store_id_then(numbered: Callable[[], uuid.UUID], has_store_id: bool) -> Callable[[], Any]:
    """Ours takes the id of its store from Python, so that it must not count."""
    store_ids = iter([uuid.UUID(int=0)] if has_store_id else [])
    return lambda: next(store_ids, None) or numbered()


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Both libraries; without the reference, the test is skipped."""
    return Pair(tmp_path, monkeypatch)


@pytest.fixture
def contents_of() -> ReadContents:
    """Reads the chunks of all blueprints in a file."""
    return read_contents
