"""Numpy arrays (`.npy`, `.npz`): tensors, rows of scalars, or tables.

Arrays of Python objects are refused: loading them would run code out of the file.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from rrdformats.entity_path import EntityPath
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    Piece,
    Progress,
    UnsupportedInputError,
    entity_of_name,
)
from rrdimporters.report import ImportReport
from rrdimporters.whole_files import LARGEST_CELL

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rrdimporters.emit import Emitter

__all__ = ["NumpyImporter"]

_MAGIC = b"\x93NUMPY"
_FORMS = ("tensor", "rows")
_CHUNK_BYTES = 1 << 22
_HEADER_ERRORS = (ValueError, TypeError, SyntaxError, TokenError, RecursionError, MemoryError)


class NumpyImporter:
    """One tensor for each array, or with `as=rows` one row for each index of the first axis."""

    name = "numpy"
    summary = "Numpy arrays as tensors, or row by row (.npy, .npz)."
    suffixes = (".npy", ".npz")
    options: Mapping[str, str] = {
        "as": "tensor, or rows: the first axis becomes the timeline row_index",
    }

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by the first six bytes; `.npz` is a zip archive like many others."""
        return path.suffix.lower() in self.suffixes or head.startswith(_MAGIC)

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields the arrays.

        Raises:
            UnsupportedInputError: If an array's values have no place in a recording.
            DamagedInputError: If the file is none of numpy's, or is cut.
        """
        from rrdimporters.emit import Emitter

        form = settings.options.get("as", _FORMS[0])
        if form not in _FORMS:
            raise UnsupportedInputError(f"option as is {' or '.join(_FORMS)}, not {form}")
        emitter = Emitter.for_file(path, settings)
        entity = settings.entity_of(path)
        size = path.stat().st_size
        with path.open("rb") as file:
            is_archive = file.read(2) == b"PK"
        if is_archive:
            yield from _archive(path, entity, form, emitter, progress, report)
        else:
            with path.open("rb") as file:
                yield from _pieces(file, size, entity, form, emitter, report.source, report)
        progress(size, size)


def _archive(
    path: Path,
    entity: EntityPath,
    form: str,
    emitter: Emitter,
    progress: Progress,
    report: ImportReport,
) -> Iterator[Piece]:
    """The arrays of an archive, each beneath the archive's entity; a bad one spares the others."""
    done, total = 0, path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = member.filename.removesuffix(".npy")
                source = f"{report.source}[{name}]"
                place = EntityPath(entity.parts + entity_of_name(name).parts)
                try:
                    with archive.open(member) as opened:
                        file = cast("BinaryIO", opened)
                        size = member.file_size
                        yield from _pieces(file, size, place, form, emitter, source, report)
                except UnsupportedInputError as error:
                    report.skipped(source, error.reason)
                except (DamagedInputError, zipfile.BadZipFile, zlib.error, EOFError) as error:
                    report.lost(f"{source}: {error}")
                done += member.compress_size
                progress(done, total)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DamagedInputError(f"cannot be read as an archive: {error}") from error


@dataclass(frozen=True, slots=True)
class _Stored:
    """An array as it stands in a file, whose position is that of the first value."""

    file: BinaryIO
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    is_fortran: bool

    @property
    def nbytes(self) -> int:
        """Size of all values (bytes)."""
        return math.prod(self.shape) * self.dtype.itemsize

    def whole(self) -> npt.NDArray[Any]:
        """All values.

        Raises:
            UnsupportedInputError: If they are too many for one piece.
            DamagedInputError: If the file ends before them.
        """
        import numpy as np

        if self.nbytes > LARGEST_CELL:
            raise UnsupportedInputError(
                f"its {self.nbytes} bytes are more than one value can hold",
                advice="try -O as=rows",
            )
        flat = np.frombuffer(self._read(self.nbytes), self.dtype)
        if self.is_fortran:
            return flat.reshape(self.shape[::-1]).transpose()
        return flat.reshape(self.shape)

    def parts(self, step: int) -> Iterator[npt.NDArray[Any]]:
        """The values, `step` indices of the first axis at a time; bounded memory in C order.

        Raises:
            UnsupportedInputError: If they are in Fortran order and too many for one piece.
            DamagedInputError: If the file ends before them.
        """
        import numpy as np

        count = self.shape[0]
        if self.is_fortran:
            whole = self.whole()
            yield from (whole[start : start + step] for start in range(0, count, step))
            return
        for start in range(0, count, step):
            shape = (min(step, count - start), *self.shape[1:])
            data = self._read(math.prod(shape) * self.dtype.itemsize)
            yield np.frombuffer(data, self.dtype).reshape(shape)

    def step(self, most: int) -> int:
        """How many indices of the first axis make a chunk of reasonable size, at most `most`."""
        return max(1, min(most, _CHUNK_BYTES * self.shape[0] // max(1, self.nbytes)))

    def _read(self, length: int) -> bytes:
        data = self.file.read(length)
        if len(data) < length:
            raise DamagedInputError(f"the values end {length - len(data)} bytes too early")
        return data


def _stored(file: BinaryIO, size: int) -> _Stored:
    """The array that a file holds; reads its header.

    Raises:
        DamagedInputError: If it holds none, or not as many bytes as the header says.
        UnsupportedInputError: If it holds Python objects.
    """
    from numpy.lib import format as npy

    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = read(file)
    except _HEADER_ERRORS as error:
        line = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise DamagedInputError(f"is no array of numpy's: {line}") from error
    if dtype.hasobject:
        raise UnsupportedInputError("holds Python objects, which are not loaded from files")
    if any(extent < 0 for extent in shape):
        raise DamagedInputError(f"has the impossible shape {shape}")
    stored = _Stored(file, dtype, shape, is_fortran and len(shape) > 1)
    there = size - file.tell()
    if stored.nbytes != there:
        raise DamagedInputError(f"an array of {stored.nbytes} bytes has {there}")
    return stored


def _pieces(
    file: BinaryIO,
    size: int,
    entity: EntityPath,
    form: str,
    emitter: Emitter,
    source: str,
    report: ImportReport,
) -> Iterator[Piece]:
    """The chunks of one array, whose header is next in `file`, which has `size` bytes."""
    stored = _stored(file, size)
    if stored.dtype.names is not None:
        yield from _table(stored, entity, emitter, report)
        return
    if stored.dtype.kind not in "buif" or stored.dtype.itemsize > 8:
        raise UnsupportedInputError(f"values of type {stored.dtype} have no place in a recording")
    if form == "rows" and stored.shape:
        yield from _rows(stored, entity, emitter, source, report)
        return
    from rrdimporters.tensor_values import tensors

    yield emitter.row(entity, "Tensor", data=tensors(_numbers(stored.whole())[None]))
    report.mapped(source, entity, "Tensor", rows=1)


def _numbers(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array itself, truth values as bytes."""
    return array.view("u1") if array.dtype.kind == "b" else array


def _rows(
    stored: _Stored, entity: EntityPath, emitter: Emitter, source: str, report: ImportReport
) -> Iterator[Piece]:
    """Up to two axes as scalars, more as one tensor for each row."""
    import numpy as np

    from rrdformats.arrow_bridge import array_of
    from rrdimporters.emit import batches, one_per_row
    from rrdimporters.tables import BATCH_ROWS, ROW_INDEX
    from rrdimporters.tensor_values import tensors

    rows = 0
    for part in stored.parts(stored.step(BATCH_ROWS)):
        times = {ROW_INDEX: np.arange(rows, rows + len(part))}
        rows += len(part)
        if part.ndim <= 2:
            width = math.prod(part.shape[1:])
            scalars = array_of(np.ascontiguousarray(part, np.float64).reshape(-1))
            column = batches(scalars, np.arange(len(part) + 1) * width)
            yield emitter.chunk(entity, "Scalars", {"scalars": column}, times=times)
        else:
            column = one_per_row(tensors(_numbers(part)))
            yield emitter.chunk(entity, "Tensor", {"data": column}, times=times)
    archetype = "Scalars" if len(stored.shape) <= 2 else "Tensor"
    report.mapped(source, entity, archetype, rows=rows)


def _table(
    stored: _Stored, entity: EntityPath, emitter: Emitter, report: ImportReport
) -> Iterator[Piece]:
    """A structured array as a table beneath its entity.

    Raises:
        UnsupportedInputError: If it has several axes, or a field that is no plain number or text.
    """
    import numpy as np
    import pyarrow as pa

    from rrdimporters.tables import BATCH_ROWS, TableChunks

    names = list(stored.dtype.names or ())
    if len(stored.shape) != 1:
        axes = len(stored.shape)
        raise UnsupportedInputError(f"a structured array with {axes} axes is no table")
    table = TableChunks(names, emitter, report, base=entity)
    for part in stored.parts(BATCH_ROWS):
        try:
            columns = [pa.array(np.ascontiguousarray(part[name])) for name in names]
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            raise UnsupportedInputError(f"a field is no plain column: {error}") from error
        yield from table.take(cast("Any", pa.RecordBatch).from_arrays(columns, names))
