"""What objects must offer to be logged; nobody needs to inherit any of these.

```
AsComponents         a bundle of components: every archetype, `AnyValues`, classes of the user
ComponentBatchLike   one component's values: batches, components, classes of the user
TimeColumnLike       the times of rows: `TimeColumn`, classes of the user
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from rrdtool.model.described import DescribedComponentBatch

__all__ = [
    "AsComponents",
    "ComponentBatchLike",
    "ComponentValueLike",
    "SupportsDLPack",
    "TimeColumnLike",
]


@runtime_checkable
class AsComponents(Protocol):
    """Anything that can be logged as a bundle of components."""

    def as_component_batches(self) -> list[DescribedComponentBatch]:
        """The bundle's components, each with what it means."""
        ...


@runtime_checkable
class ComponentBatchLike(Protocol):
    """Anything that holds values of one component."""

    def as_arrow_array(self) -> pa.Array[Any]:
        """The values, one element each."""
        ...


@runtime_checkable
class TimeColumnLike(Protocol):
    """Anything that holds the times of rows on one timeline."""

    def timeline_name(self) -> str:
        """The name of the timeline."""
        ...

    def as_arrow_array(self) -> pa.Array[Any]:
        """One time per row: `int64`, `timestamp[ns]` or `duration[ns]`, without nulls."""
        ...


class SupportsDLPack(Protocol):
    """An array of another library that shares its memory by the DLPack protocol."""

    def __dlpack__(self) -> object: ...

    def __dlpack_device__(self) -> tuple[int, int]: ...


ComponentValueLike: TypeAlias = (
    "ComponentBatchLike | pa.Array[Any] | npt.ArrayLike | SupportsDLPack"
)
"""What custom components take as their values."""
