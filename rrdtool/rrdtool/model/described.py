"""Batches with their meaning, and whole columns of them.

```
ComponentDescriptor       what a component is: its name, its archetype, its type
DescribedComponentBatch   the values of one row
ComponentColumn           the values of many rows
ComponentColumnList       what `columns()` of a bundle returns
ComponentBatchMixin       makes a class with `as_arrow_array` and `component_type` a full batch
ComponentMixin            the same for a class of single values
```
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from rrdformats.descriptors import ComponentDescriptor as _StoredDescriptor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt
    import pyarrow as pa

    from rrdtool.model.batches import BaseBatch
    from rrdtool.model.protocols import ComponentBatchLike

__all__ = [
    "ComponentBatchMixin",
    "ComponentColumn",
    "ComponentColumnList",
    "ComponentDescriptor",
    "ComponentMixin",
    "DescribedComponentBatch",
]


class ComponentDescriptor(_StoredDescriptor):
    """What a component is: its identifier, and optionally its archetype and its type.

    >>> ComponentDescriptor("positions").with_builtin_archetype("rerun.archetypes.Points3D")
    ComponentDescriptor('Points3D:positions', archetype='rerun.archetypes.Points3D')
    """

    __slots__ = ()

    def __init__(
        self, component: str, archetype: str | None = None, component_type: str | None = None
    ) -> None:
        _check_text("component", component)
        if archetype is not None:
            _check_text("archetype", archetype)
        if component_type is not None:
            _check_text("component_type", component_type)
        if not component:
            raise RuntimeError("the name of a component must not be empty")
        super().__init__(component, archetype, component_type)

    def with_overrides(
        self, archetype: str | None = None, component_type: str | None = None
    ) -> ComponentDescriptor:
        """A descriptor with what is given replaced."""
        return ComponentDescriptor(
            self.component,
            self.archetype if archetype is None else archetype,
            self.component_type if component_type is None else component_type,
        )

    def or_with_overrides(
        self, archetype: str | None = None, component_type: str | None = None
    ) -> ComponentDescriptor:
        """A descriptor with what is missing filled in."""
        return ComponentDescriptor(
            self.component,
            archetype if self.archetype is None else self.archetype,
            component_type if self.component_type is None else self.component_type,
        )

    def with_builtin_archetype(self, archetype: str) -> ComponentDescriptor:
        """The descriptor of a field of that archetype, whose short name comes first."""
        _check_text("archetype", archetype)
        short_name = archetype.rpartition(".")[2]
        return replace(self, component=f"{short_name}:{self.component}", archetype=archetype)

    def __repr__(self) -> str:
        parts = [repr(self.component)]
        parts += [
            f"{name}={value!r}"
            for name, value in (
                ("archetype", self.archetype),
                ("component_type", self.component_type),
            )
            if value is not None
        ]
        return f"ComponentDescriptor({', '.join(parts)})"


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"argument '{name}': {type(value).__name__!r} object is not text")


class DescribedComponentBatch:
    """The values of one component, and what they are."""

    __slots__ = ("_batch", "_descriptor")

    def __init__(self, batch: ComponentBatchLike, descriptor: ComponentDescriptor) -> None:
        self._batch = batch
        self._descriptor = descriptor

    @property
    def batch(self) -> ComponentBatchLike:
        """The values, as they were given."""
        return self._batch

    def component_descriptor(self) -> ComponentDescriptor:
        """What the values are."""
        return self._descriptor

    def as_arrow_array(self) -> pa.Array[Any]:
        """The values, one element each."""
        return self._batch.as_arrow_array()

    def partition(self, lengths: npt.ArrayLike | None = None) -> ComponentColumn:
        """The values as a column whose rows hold `lengths` values each; one each without it."""
        return ComponentColumn(self._descriptor, self._batch, lengths=lengths)


class ComponentColumn:
    """The values of one component over many rows.

    Args:
        descriptor: What the values are; a text is the name of a component and nothing else.
        component_batch: The values of all rows.
        lengths: The number of values in each row; what is left over at the end is dropped.
        offsets: Where each row begins, and where the last one ends.

    Raises:
        ValueError: If both `lengths` and `offsets` are given, or `lengths` has not one dimension.
    """

    def __init__(
        self,
        descriptor: str | ComponentDescriptor,
        component_batch: ComponentBatchLike,
        *,
        lengths: npt.ArrayLike | None = None,
        offsets: npt.NDArray[np.int32] | None = None,
    ) -> None:
        if lengths is not None and offsets is not None:
            raise ValueError("a column takes `lengths` or `offsets`, not both")
        if isinstance(descriptor, str):
            descriptor = ComponentDescriptor(descriptor)
        self._descriptor = descriptor
        self._batch = component_batch
        if lengths is not None:
            offsets = _offsets_of(lengths)
        elif offsets is None:
            offsets = np.arange(len(component_batch.as_arrow_array()) + 1, dtype=np.int32)
        self._offsets = offsets

    def component_descriptor(self) -> ComponentDescriptor:
        """What the values are."""
        return self._descriptor

    def as_arrow_array(self) -> pa.Array[Any]:
        """One list of values per row: `list<item: T>`.

        Raises:
            pyarrow.ArrowInvalid: If the rows need more values than there are.
        """
        import pyarrow as pa

        offsets: Any = pa.array(self._offsets, pa.int32())
        return pa.ListArray.from_arrays(offsets, self._batch.as_arrow_array())

    def partition(self, lengths: npt.ArrayLike) -> ComponentColumn:
        """The same values in rows of other lengths."""
        return ComponentColumn(self._descriptor, self._batch, lengths=lengths)


def _offsets_of(lengths: npt.ArrayLike) -> npt.NDArray[np.int32]:
    counts = np.asarray(lengths)
    if counts.ndim != 1:
        raise ValueError(f"lengths must have one dimension, not {counts.ndim}")
    offsets = np.zeros(len(counts) + 1, np.int32)
    offsets[1:] = np.cumsum(counts)
    return offsets


class ComponentColumnList:
    """The columns of a bundle of components; can be iterated over, but is no list."""

    def __init__(self, columns: Iterable[ComponentColumn]) -> None:
        self._columns = list(columns)

    def __iter__(self) -> Iterator[ComponentColumn]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def partition(self, lengths: npt.ArrayLike) -> ComponentColumnList:
        """The same values in rows of other lengths, in every column."""
        return ComponentColumnList([column.partition(lengths) for column in self._columns])


class ComponentBatchMixin:
    """Makes a class that has `as_arrow_array` and `component_type` a full batch."""

    _COMPONENT_TYPE: ClassVar[str]

    def as_arrow_array(self) -> pa.Array[Any]:
        """The values, one element each."""
        raise NotImplementedError

    def component_type(self) -> str:
        """The full name of the component, `rerun.components.Radius`."""
        return self._COMPONENT_TYPE

    def described(self, descriptor: ComponentDescriptor) -> DescribedComponentBatch:
        """The batch together with what it is."""
        return DescribedComponentBatch(self, descriptor)

    def partition(self, lengths: npt.ArrayLike | None = None) -> ComponentColumn:
        """The values as a column, named like the component, of `lengths` values per row."""
        return ComponentColumn(self.component_type(), self, lengths=lengths)


class ComponentMixin:
    """Makes a class of single values a component, by way of its class of batches.

    Attributes:
        _BATCH_TYPE: The class whose instances hold many of these values.
    """

    _BATCH_TYPE: ClassVar[type[BaseBatch[Any]]]

    @classmethod
    def arrow_type(cls) -> pa.DataType:
        """How one value is stored."""
        return cls._BATCH_TYPE.arrow_type()

    @classmethod
    def component_type(cls) -> str:
        """The full name of the component, `rerun.components.Radius`."""
        name: str = vars(cls._BATCH_TYPE)["_COMPONENT_TYPE"]
        return name

    def as_arrow_array(self) -> pa.Array[Any]:
        """The value as an array of one element."""
        return self._BATCH_TYPE([self], strict=True).as_arrow_array()
