"""Data of the user's own: components that no archetype declares.

`AnyValues` logs named values, `DynamicArchetype` the same under the name of an archetype. Types
are guessed from the first value of a name and kept, see `rrdtool.model.inference`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from rrdformats.descriptors import short_archetype
from rrdtool.model.described import (
    ComponentColumn,
    ComponentColumnList,
    ComponentDescriptor,
    DescribedComponentBatch,
)
from rrdtool.model.errors import catch_and_log_exceptions, report_error
from rrdtool.model.inference import Rows, rows_of, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from rrdtool.model.protocols import ComponentValueLike

__all__ = ["AnyBatchValue", "AnyValues", "DynamicArchetype"]


class AnyBatchValue:
    """Values of one component, of whatever type they turn out to be.

    Args:
        descriptor: The name of the component, or all that is known about it.
        value: Anything that has an Arrow form.
        drop_untyped_nones: Whether None is silently nothing while the type is not known.
        expect_column: Whether the value is to be read as many rows.
    """

    def __init__(
        self,
        descriptor: str | ComponentDescriptor,
        value: Any,
        *,
        drop_untyped_nones: bool = True,
        expect_column: bool = False,
    ) -> None:
        self.descriptor: ComponentDescriptor = _described(descriptor)
        self.pa_array: pa.Array[Any] | None = None
        self._rows: Rows | None = None
        with catch_and_log_exceptions(f"Converting data for '{self.descriptor}'"):
            if expect_column:
                self._rows = rows_of(self.descriptor, value, drop_untyped_nones=drop_untyped_nones)
                self.pa_array = None if self._rows is None else self._rows.values
            else:
                self.pa_array = values_of(
                    self.descriptor, value, drop_untyped_nones=drop_untyped_nones
                )

    def is_valid(self) -> bool:
        """Whether there is anything to log."""
        return self.pa_array is not None

    def component_descriptor(self) -> ComponentDescriptor:
        """What the values are."""
        return self.descriptor

    def as_arrow_array(self) -> pa.Array[Any] | None:
        """The values, one element each; None if nothing was converted."""
        return self.pa_array

    @classmethod
    def column(
        cls,
        descriptor: str | ComponentDescriptor,
        value: Any,
        drop_untyped_nones: bool = True,
    ) -> ComponentColumn | None:
        """The value as many rows: one per element, which may be a list of values itself."""
        batch = cls(descriptor, value, drop_untyped_nones=drop_untyped_nones, expect_column=True)
        rows = batch._rows
        if rows is None:
            return None
        return ComponentColumn(batch.descriptor, _Values(rows.values), lengths=rows.lengths)


def _described(descriptor: str | ComponentDescriptor) -> ComponentDescriptor:
    return ComponentDescriptor(descriptor) if isinstance(descriptor, str) else descriptor


class _Values:
    """An Arrow array as a batch."""

    def __init__(self, array: pa.Array[Any]) -> None:
        self._array = array

    def as_arrow_array(self) -> pa.Array[Any]:
        return self._array


class _Bundle:
    """Components that are added one by one."""

    def __init__(self) -> None:
        self.component_batches: list[DescribedComponentBatch] = []
        """The components so far."""

    def _add(
        self, descriptor: ComponentDescriptor, value: ComponentValueLike | None, drop: bool
    ) -> Self:
        batch = AnyBatchValue(descriptor, value, drop_untyped_nones=drop)
        if batch.pa_array is not None:
            self.component_batches.append(
                DescribedComponentBatch(_Values(batch.pa_array), descriptor)
            )
        return self

    def as_component_batches(self) -> list[DescribedComponentBatch]:
        """The components, each with what it is.

        Raises:
            ValueError: If there are none, in strict mode; otherwise that is a warning.
        """
        if not self.component_batches:
            report_error(type(self).__name__, ValueError("there is no component to log"))
        return self.component_batches


class AnyValues(_Bundle):
    """Named values without an archetype.

    Args:
        drop_untyped_nones: Whether a value of None is silently nothing while the type of its name
            is not known.
        kwargs: The values by their names; a sequence holds several values of its component.

    >>> AnyValues(confidence=0.9, tags=["car", "red"])
    AnyValues(confidence=[0.9], tags=['car', 'red'])
    """

    def __init__(
        self, drop_untyped_nones: bool = True, **kwargs: ComponentValueLike | None
    ) -> None:
        super().__init__()
        with catch_and_log_exceptions("AnyValues"):
            _check_flag(drop_untyped_nones)
            for name, value in kwargs.items():
                self._add(ComponentDescriptor(name), value, drop_untyped_nones)

    def with_component_from_data(
        self,
        descriptor: str,
        value: ComponentValueLike | None,
        *,
        drop_untyped_nones: bool = True,
    ) -> AnyValues:
        """Adds a component of that name; returns the same object."""
        return self._add(ComponentDescriptor(descriptor), value, drop_untyped_nones)

    def with_component_override(
        self,
        field: str,
        component_type: str,
        value: ComponentValueLike | None,
        *,
        drop_untyped_nones: bool = True,
    ) -> AnyValues:
        """Adds a component of that name and component type; returns the same object."""
        descriptor = ComponentDescriptor(field, component_type=component_type)
        return self._add(descriptor, value, drop_untyped_nones)

    @classmethod
    def columns(
        cls, drop_untyped_nones: bool = True, **kwargs: ComponentValueLike | None
    ) -> ComponentColumnList:
        """Named columns for `send_columns`, one row per element of each value."""
        with catch_and_log_exceptions("AnyValues"):
            _check_flag(drop_untyped_nones)
            named = {ComponentDescriptor(name): value for name, value in kwargs.items()}
            return _columns(named, drop_untyped_nones)
        return ComponentColumnList([])

    def __repr__(self) -> str:
        return f"AnyValues({_listed(self.component_batches)})"


class DynamicArchetype(_Bundle):
    """Named values as the fields of an archetype that only the user knows.

    Args:
        archetype: The full name of the archetype.
        drop_untyped_nones: Whether a value of None is silently nothing while the type of its field
            is not known.
        components: The values by the names of their fields.
    """

    def __init__(
        self,
        archetype: str,
        drop_untyped_nones: bool = True,
        components: Mapping[str, ComponentValueLike | None] | None = None,
    ) -> None:
        super().__init__()
        self._archetype = archetype
        with catch_and_log_exceptions("DynamicArchetype"):
            _check_flag(drop_untyped_nones)
            for field, value in (components or {}).items():
                self._add(_field(archetype, field), value, drop_untyped_nones)

    def with_component_from_data(
        self,
        field: str,
        value: ComponentValueLike | None,
        *,
        drop_untyped_nones: bool = True,
    ) -> DynamicArchetype:
        """Adds a field; returns the same object."""
        return self._add(_field(self._archetype, field), value, drop_untyped_nones)

    def with_component_override(
        self,
        field: str,
        component_type: str,
        value: ComponentValueLike | None,
        *,
        drop_untyped_nones: bool = True,
    ) -> DynamicArchetype:
        """Adds a field of that component type; returns the same object."""
        descriptor = _field(self._archetype, field).with_overrides(component_type=component_type)
        return self._add(descriptor, value, drop_untyped_nones)

    @classmethod
    def columns(
        cls,
        archetype: str,
        drop_untyped_nones: bool = True,
        components: Mapping[str, ComponentValueLike | None] | None = None,
    ) -> ComponentColumnList:
        """Columns for `send_columns`, one row per element of each value."""
        with catch_and_log_exceptions("DynamicArchetype"):
            _check_flag(drop_untyped_nones)
            fields = {_field(archetype, name): value for name, value in (components or {}).items()}
            return _columns(fields, drop_untyped_nones)
        return ComponentColumnList([])

    def __repr__(self) -> str:
        return f"DynamicArchetype({self._archetype!r}, {_listed(self.component_batches)})"


def _field(archetype: str, field: str) -> ComponentDescriptor:
    return ComponentDescriptor(f"{short_archetype(archetype)}:{field}", archetype)


def _check_flag(drop_untyped_nones: object) -> None:
    """Catches a value that was given by position."""
    if not isinstance(drop_untyped_nones, bool):
        kind = type(drop_untyped_nones).__name__
        raise ValueError(f"values are given by name, not as a positional {kind}")


def _columns(
    values: Mapping[ComponentDescriptor, ComponentValueLike | None], drop: bool
) -> ComponentColumnList:
    columns = [AnyBatchValue.column(name, value, drop) for name, value in values.items()]
    return ComponentColumnList([column for column in columns if column is not None])


def _listed(batches: list[DescribedComponentBatch]) -> str:
    return ", ".join(
        f"{batch.component_descriptor().field}={batch.as_arrow_array().to_pylist()}"
        for batch in batches
    )
