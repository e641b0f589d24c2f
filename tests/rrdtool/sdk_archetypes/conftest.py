"""The reference beside our library: the same call to both, and what each of them stores."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

import rrdtool.archetypes
import rrdtool.components
import rrdtool.datatypes
from rrdtool.model import errors


class Library(NamedTuple):
    """One of the two libraries: its archetypes, components, value types and format of boxes."""

    a: Any
    c: Any
    d: Any
    box_format: Any


Case = Callable[[Library], Any]
"""A call to a library that returns an archetype, columns or batches."""

Stored = list[tuple[str, str | None, str | None, str, str]]
"""Descriptor, Arrow type and values of each component, as text."""

OURS = Library(
    rrdtool.archetypes,
    rrdtool.components,
    rrdtool.datatypes,
    rrdtool.archetypes.Box2DFormat,
)


class Pair:
    """Both libraries."""

    def __init__(self) -> None:
        rerun = pytest.importorskip("rerun")
        self.ours = OURS
        self.theirs = Library(
            rerun.archetypes, rerun.components, rerun.encodings, rerun.Box2DFormat
        )
        self.rerun = rerun

    def set_strict(self, strict: bool) -> None:
        """Switches both libraries."""
        self.rerun.set_strict_mode(strict)
        errors.set_strict_mode(strict)

    def assert_same(self, case: Case) -> None:
        """Both store the same, or raise the same builtin kind of error."""
        assert outcome(case, self.ours) == outcome(case, self.theirs)

    def assert_stored(self, case: Case) -> None:
        """Both store the same, and neither raises."""
        expected = outcome(case, self.theirs)
        assert isinstance(expected, list), expected
        assert outcome(case, self.ours) == expected


def outcome(case: Case, lib: Library) -> Stored | type[BaseException]:
    """What a call stores, or the builtin kind of the error that it ends with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return stored(case(lib))
        except Exception as error:  # noqa: BLE001 - the reference raises whatever it likes
            return next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")


def stored(bundle: Any) -> Stored:
    """What an archetype, a list of columns or a list of batches stores."""
    has_batches = hasattr(bundle, "as_component_batches")
    found = []
    for batch in bundle.as_component_batches() if has_batches else bundle:
        descriptor = batch.component_descriptor()
        array = batch.as_arrow_array()
        array.validate(full=True)
        name = (descriptor.component, descriptor.archetype, descriptor.component_type)
        found.append((*name, str(array.type), repr(array.to_pylist())))
    return found


@pytest.fixture(scope="session")
def libraries() -> Pair:
    """Both libraries; without the reference, the test is skipped."""
    return Pair()


@pytest.fixture(params=["strict", "lax"])
def pair(request: pytest.FixtureRequest, libraries: Pair) -> Iterator[Pair]:
    """Both libraries in strict mode, then in lax mode."""
    libraries.set_strict(request.param == "strict")
    yield libraries
    libraries.set_strict(False)


@pytest.fixture
def strict_pair(libraries: Pair) -> Iterator[Pair]:
    """Both libraries in strict mode."""
    libraries.set_strict(True)
    yield libraries
    libraries.set_strict(False)
