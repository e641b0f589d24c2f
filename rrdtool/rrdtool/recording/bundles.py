"""What can be logged, taken apart: components and their values."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from rrdformats.entity_path import EntityPath, escape_part
from rrdtool.model.batches import BaseBatch
from rrdtool.model.described import DescribedComponentBatch
from rrdtool.model.errors import report_misuse
from rrdtool.recording.environment import logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from rrdtool.model.described import ComponentDescriptor
    from rrdtool.model.protocols import AsComponents
    from rrdtool.recording.rows import Cell

__all__ = [
    "Bundle",
    "components_of",
    "escape_entity_path_part",
    "new_entity_path",
    "owned",
    "path_text",
]

_DOUBTFUL = re.compile(r"\\(.)|(\s)", re.DOTALL)
_ESCAPES = "nrtu"

Bundle: TypeAlias = "AsComponents | Iterable[DescribedComponentBatch]"
"""What `log` takes: an archetype, or anything else that knows its components."""


def escape_entity_path_part(part: str) -> str:
    r"""The text of one part of an entity path, so that it stands for itself.

    >>> print(escape_entity_path_part("my image!"))
    my\ image\!
    """
    return escape_part(part)


def new_entity_path(entity_path: list[Any]) -> str:
    r"""The entity path of parts of any kind, each escaped.

    >>> print(new_entity_path(["world", 42, "my image!"]))
    /world/42/my\ image\!
    """
    return str(EntityPath.from_parts(map(str, entity_path)))


def path_text(entity_path: object) -> str:
    """The canonical text of an entity path, given as text or as a list of parts.

    Raises:
        TypeError: If it is given as something else.
    """
    if isinstance(entity_path, str):
        return _canonical(entity_path)
    if isinstance(entity_path, list):
        return new_entity_path(entity_path)
    raise TypeError(
        f"an entity path is a text or a list of parts, not {type(entity_path).__name__!r}"
    )


@lru_cache(maxsize=16_384)
def _canonical(text: str) -> str:
    path = str(EntityPath.parse(text))
    for escape, space in _DOUBTFUL.findall(text):
        if space or (escape.isalnum() and escape not in _ESCAPES):
            what = "white space without a backslash" if space else f"the unknown escape \\{escape}"
            logger.warning("the entity path %r has %s; it is taken for %s", text, what, path)
            break
    return path


def components_of(
    bundles: Iterable[Bundle],
) -> tuple[tuple[ComponentDescriptor, ...], tuple[Cell, ...]]:
    """The components of all bundles, and their values in memory that nobody changes any more.

    A component that occurs again is left out, with a warning.

    Raises:
        TypeError: If something is no bundle of components.
        AttributeError: Likewise.
        ValueError: If a component occurs twice, in strict mode.
    """
    descriptors: list[ComponentDescriptor] = []
    cells: list[Cell] = []
    for bundle in bundles:
        for batch in _batches_of(bundle):
            descriptor = batch.component_descriptor()
            if descriptor in descriptors:
                report_misuse(f"the component {descriptor} is given twice; the first one counts")
                continue
            descriptors.append(descriptor)
            cells.append(_cell_of(batch))
    return tuple(descriptors), tuple(cells)


def _batches_of(bundle: Any) -> Iterator[DescribedComponentBatch]:
    if hasattr(bundle, "as_component_batches"):
        bundle = bundle.as_component_batches()
    if isinstance(bundle, str | bytes):
        raise TypeError(f"{type(bundle).__name__!r} cannot be logged; did you mean TextLog?")
    batches: Iterator[DescribedComponentBatch] = iter(bundle)
    return batches


def _cell_of(batch: Any) -> Cell:
    values = batch.batch if isinstance(batch, DescribedComponentBatch) else None
    if isinstance(values, BaseBatch):
        return values.detached()
    return owned(batch.as_arrow_array())


def owned(array: Any) -> pa.Array[Any]:
    """A copy of the values: what an Arrow array shows may belong to a numpy array.

    Raises:
        TypeError: If this is no Arrow array.
    """
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if not isinstance(array, pa.Array):
        raise TypeError(f"an Arrow array was expected, not {type(array).__name__!r}")
    copy: pa.Array[Any] = pa.concat_arrays([array, array.slice(0, 0)])  # of one alone it is none
    return copy
