"""HDF5 files: groups as entities, datasets as columns of rows (fact sheet section 8).

The rows of all datasets are numbered on `row_index`. Nothing outside of the file is read: links,
and datasets that are stored in or made of other files, are reported and left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rrdformats.entity_path import EntityPath
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    MissingDependencyError,
    Piece,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.report import ImportReport

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from rrdformats.chunk import Chunk
    from rrdformats.timeline import Timeline
    from rrdimporters.emit import Emitter

__all__ = ["Hdf5Importer"]

_MAGIC = b"\x89HDF\r\n\x1a\n"
_PROPERTIES = "__hdf5_properties"
_CHUNK_BYTES = 32 << 20
_SEVERAL = "data"
_EXPANSION = 1100  # no filter that files are written with packs more tightly
_PAGE = 1 << 12


class Hdf5Importer:
    """One chunk for each group; large groups are read in parts."""

    name = "hdf5"
    summary = "HDF5 files: groups as entities, datasets as columns (.h5, .hdf5); needs h5py."
    suffixes = (".h5", ".hdf5")
    options: Mapping[str, str] = {
        "index": "path of a dataset of whole numbers that has the times, instead of row_index",
    }

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by the first eight bytes."""
        return path.suffix.lower() in self.suffixes or head.startswith(_MAGIC)

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields the attributes as static data, then the datasets group by group.

        Raises:
            MissingDependencyError: Without h5py.
            DamagedInputError: If the file is none, or its structure cannot be read.
            UnsupportedInputError: If the index is no dataset of whole numbers.
        """
        try:
            import h5py
        except ImportError as error:
            raise MissingDependencyError("h5py", "reading HDF5 files") from error
        from rrdimporters.emit import Emitter

        with path.open("rb"):  # what the system refuses is told in its words, not in the library's
            pass
        emitter = Emitter.for_file(path, settings)
        try:
            with h5py.File(path, "r", locking=False) as file:
                tree = _Tree(file, path.stat().st_size, report)
                groups = tree.groups
                for place in groups:
                    yield from tree.attributes(place, emitter)
                index = tree.index(settings.options.get("index"))
                for number, place in enumerate(groups, 1):
                    yield from tree.rows(place, emitter, index)
                    yield from tree.statics(place, emitter)
                    progress(number, len(groups))
        except (OSError, RuntimeError, KeyError) as error:  # how h5py says that a file is damaged
            raise DamagedInputError(f"cannot be read as HDF5: {error}") from error


class _Tree:
    """What is in the file, by group; paths are tuples of names."""

    def __init__(self, file: Any, size: int, report: ImportReport) -> None:
        self._most = _EXPANSION * max(size, _PAGE)
        self._report = report
        self._seen: set[Any] = set()
        self._groups: dict[tuple[str, ...], Any] = {}
        self._datasets: dict[tuple[str, ...], dict[str, Any]] = {}
        self._walk(file, ())

    def _walk(self, group: Any, place: tuple[str, ...]) -> None:
        import h5py

        pending = [(group, place)]
        while pending:  # no recursion: a file can nest as deep as it likes
            found, where = pending.pop()
            info = cast("Any", h5py).h5o.get_info(found.id)
            if (info.fileno, info.addr) in self._seen:
                continue  # a hard link to a group above
            self._seen.add((info.fileno, info.addr))
            self._groups[where] = found
            datasets = self._datasets[where] = {}
            for key in found:
                name = _text(key)
                told = "/" + "/".join((*where, name))
                if not isinstance(found.get(key, getlink=True), h5py.HardLink):
                    self._report.skipped(told, "a link; links are not followed")
                    continue
                member = found[key]
                if isinstance(member, h5py.Group):
                    pending.append((member, (*where, name)))
                elif isinstance(member, h5py.Dataset) and self._is_usable(told, member):
                    datasets[name] = member

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """All groups, parents before children, by name."""
        return sorted(self._groups)

    def _is_usable(self, told: str, dataset: Any) -> bool:
        from rrdimporters.hdf5_values import why_not

        reason = None
        if dataset.external or dataset.is_virtual:
            reason = "its values are in other files, which are not read"
        elif dataset.shape is None:
            reason = "it has no values"
        elif math.prod(dataset.shape) * dataset.dtype.itemsize > self._most:
            reason = f"its shape {dataset.shape} is more than the file can hold"
        else:
            reason = why_not(dataset.dtype)
        if reason is not None:
            self._report.skipped(told, reason)
        return reason is None

    def attributes(self, place: tuple[str, ...], emitter: Emitter) -> Iterator[Chunk]:
        """The attributes of a group and of its datasets, as static components."""
        owners = [(place, self._groups[place])]
        owners += [((*place, name), found) for name, found in self._datasets[place].items()]
        for where, owner in owners:
            yield from self._static(
                (_PROPERTIES, *where), _values_of(owner.attrs, where, self._report), emitter
            )

    def statics(self, place: tuple[str, ...], emitter: Emitter) -> Iterator[Chunk]:
        """The datasets of a group that have no axes."""
        from rrdimporters.hdf5_values import arrow_value

        found = {
            name: arrow_value(dataset[()])
            for name, dataset in self._datasets[place].items()
            if not dataset.shape
        }
        yield from self._static(place, found, emitter)

    def _static(
        self, place: tuple[str, ...], values: Mapping[str, pa.Array[Any]], emitter: Emitter
    ) -> Iterator[Chunk]:
        from rrdformats.descriptors import ComponentDescriptor
        from rrdimporters.emit import one_per_row

        if not values:
            return
        entity = emitter.settings.prefixed(EntityPath.from_parts(place))
        columns = [(ComponentDescriptor(name), one_per_row(v)) for name, v in values.items()]
        yield emitter.custom(entity, columns, times={})
        self._report.mapped("/" + "/".join(place), entity, None, rows=1)

    def index(self, name: str | None) -> tuple[Timeline, npt.NDArray[np.int64]] | None:
        """The times that a dataset has."""
        if name is None:
            return None
        from rrdimporters.hdf5_values import arrow_rows
        from rrdimporters.tables import index_times

        *place, last = name.strip("/").split("/")
        dataset = self._datasets.get(tuple(place), {}).pop(last, None)
        if dataset is None or len(dataset.shape) != 1 or dataset.dtype.kind not in "ui":
            raise UnsupportedInputError(f"there is no dataset {name!r} of whole numbers in a row")
        return index_times(last, arrow_rows(dataset[()]))

    def rows(
        self,
        place: tuple[str, ...],
        emitter: Emitter,
        index: tuple[Timeline, npt.NDArray[np.int64]] | None,
    ) -> Iterator[Chunk]:
        """The datasets of a group that have axes; those of equal length become one struct."""
        by_length: dict[int, dict[str, Any]] = {}
        for name, dataset in self._datasets[place].items():
            if dataset.shape:
                by_length.setdefault(dataset.shape[0], {})[name] = dataset
        entity = emitter.settings.prefixed(EntityPath.from_parts(place))
        for length, datasets in by_length.items():
            if index is not None and length != len(index[1]):
                for name in datasets:
                    told = "/" + "/".join((*place, name))
                    self._report.skipped(
                        told, f"{length} rows, but there are {len(index[1])} times"
                    )
                continue
            is_struct = len(by_length) == 1 and len(datasets) > 1
            yield from self._parts(entity, length, datasets, emitter, index, is_struct=is_struct)

    def _parts(
        self,
        entity: EntityPath,
        length: int,
        datasets: Mapping[str, Any],
        emitter: Emitter,
        index: tuple[Timeline, npt.NDArray[np.int64]] | None,
        *,
        is_struct: bool,
    ) -> Iterator[Chunk]:
        import numpy as np
        import pyarrow as pa

        from rrdformats.descriptors import ComponentDescriptor
        from rrdimporters.emit import one_per_row
        from rrdimporters.hdf5_values import arrow_rows
        from rrdimporters.tables import ROW_INDEX

        row_bytes = sum(d.size * d.dtype.itemsize for d in datasets.values()) // max(1, length)
        step = max(1, _CHUNK_BYTES // max(1, row_bytes))
        for start in range(0, length, step):
            end = min(length, start + step)
            columns = {name: arrow_rows(d[start:end]) for name, d in datasets.items()}
            if is_struct:
                fields = [pa.field(name, column.type) for name, column in columns.items()]
                arrays = list(columns.values())
                columns = {_SEVERAL: pa.StructArray.from_arrays(arrays, fields=fields)}
            times = (
                {ROW_INDEX: np.arange(start, end)}
                if index is None
                else {index[0]: index[1][start:end]}
            )
            described = [
                (ComponentDescriptor(name), one_per_row(values)) for name, values in columns.items()
            ]
            yield emitter.custom(entity, described, times=times)
        for dataset in datasets.values():
            self._report.mapped(dataset.name, entity, None, rows=length)


def _text(name: str | bytes) -> str:
    """A name; h5py gives bytes where it is not UTF-8."""
    return name.decode(errors="replace") if isinstance(name, bytes) else name


def _values_of(
    attributes: Any, place: tuple[str, ...], report: ImportReport
) -> dict[str, pa.Array[Any]]:
    from rrdimporters.hdf5_values import arrow_value, why_not

    values = {}
    for name in sorted(attributes, key=_text):
        told = f"attribute {_text(name)} of /{'/'.join(place)}"
        kind = attributes.get_id(name).dtype
        reason = why_not(kind)
        shape = attributes.get_id(name).shape
        if reason is None and shape is None:
            reason = "it has no value"
        if reason is not None:
            report.skipped(told, reason)
        else:
            values[_text(name)] = arrow_value(attributes[name])
    return values
