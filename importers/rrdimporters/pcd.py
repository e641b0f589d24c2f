"""PCD files, the format of the Point Cloud Library: header and columns.

https://pointclouds.org/documentation/tutorials/pcd_file_format.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rrdimporters.protocol import DamagedInputError, UnsupportedInputError

if TYPE_CHECKING:
    from rrdimporters.ply import Columns

__all__ = ["read_pcd"]

_LONGEST_HEADER = 1 << 16
_TYPES = {"F": "f", "I": "i", "U": "u"}
_SIZES = {"F": (4, 8), "I": (1, 2, 4, 8), "U": (1, 2, 4, 8)}
_MOST_POINTS = 1 << 31


@dataclass(frozen=True, slots=True)
class _Header:
    """What a PCD file declares.

    Attributes:
        row: One point, packed; little endian.
        points: How many there are.
        storage: `ascii`, `binary` or `binary_compressed`.
        length: Length of the header (bytes).
    """

    row: np.dtype[Any]
    points: int
    storage: str
    length: int


def read_pcd(data: bytes) -> Columns:
    """The columns of a PCD file; packed colours become `red`, `green`, `blue` (and `alpha`).

    Raises:
        DamagedInputError: If it is none, or is cut off.
        UnsupportedInputError: If its data are stored in an unknown way.
    """
    header = _header(data)
    match header.storage:
        case "ascii":
            rows = _from_text(data[header.length :], header)
        case "binary":
            rows = _from_bytes(data[header.length :], header)
        case "binary_compressed":
            rows = _from_compressed(data[header.length :], header)
        case other:
            raise UnsupportedInputError(f"stores its points as {other!r}, which is not known")
    single = [name for name, kind in _fields(header.row) if not kind.shape and name[0] != "_"]
    return _with_colors({name: rows[name] for name in single})


def _header(data: bytes) -> _Header:
    words: dict[str, list[str]] = {}
    position = 0
    while "DATA" not in words:
        end = data.find(b"\n", position, _LONGEST_HEADER)
        if end < 0:
            raise DamagedInputError("is no PCD file: its header does not end")
        match data[position:end].decode("ascii", "replace").split():
            case [key, *rest] if not key.startswith("#"):
                words[key.upper()] = rest
            case _:
                pass
        position = end + 1
    try:
        row, points = _row_type(words), int(words["POINTS"][0])
        storage = words["DATA"][0].lower()
    except (KeyError, ValueError, IndexError) as error:
        raise DamagedInputError("has a PCD header that does not fit together") from error
    if not 0 <= points < _MOST_POINTS:
        raise DamagedInputError(f"claims to have {points} points")
    return _Header(row, points, storage, position)


def _row_type(words: dict[str, list[str]]) -> np.dtype[Any]:
    """A packed point.

    Raises:
        ValueError: If fields, sizes and types do not fit together.
    """
    fields: list[tuple[Any, ...]] = []
    counts = words.get("COUNT") or ["1"] * len(words["FIELDS"])
    told = zip(words["FIELDS"], words["SIZE"], words["TYPE"], counts, strict=True)
    for number, (name, size, kind, count) in enumerate(told):
        if int(size) not in _SIZES[kind] or int(count) < 1:
            raise ValueError(name)
        unique = f"_{number}" if name == "_" or name in [field[0] for field in fields] else name
        shape = () if int(count) == 1 else (int(count),)
        fields.append((unique, f"<{_TYPES[kind]}{size}", shape))
    return np.dtype(fields)


def _fields(row: np.dtype[Any]) -> list[tuple[str, np.dtype[Any]]]:
    """Names and types of a point's fields."""
    return [(name, row[name]) for name in row.names or ()]


def _from_bytes(data: bytes | bytearray, header: _Header) -> npt.NDArray[Any]:
    if len(data) < header.points * header.row.itemsize:
        raise DamagedInputError(
            f"ends after {len(data) // max(header.row.itemsize, 1)} of {header.points} points"
        )
    return np.frombuffer(data, header.row, header.points)


def _from_text(data: bytes, header: _Header) -> npt.NDArray[Any]:
    fields = _fields(header.row)
    widths = [int(np.prod(kind.shape, initial=1)) for _, kind in fields]
    try:
        numbers = np.array(data.split(), np.float64)
    except ValueError as error:
        raise DamagedInputError("has points that are not numbers") from error
    if len(numbers) < header.points * sum(widths):
        raise DamagedInputError(
            f"ends after {len(numbers) // max(sum(widths), 1)} of {header.points} points"
        )
    table = numbers[: header.points * sum(widths)].reshape(header.points, sum(widths))
    rows = np.zeros(header.points, header.row)
    start = 0
    for (name, _), width in zip(fields, widths, strict=True):
        values = table[:, start : start + width].reshape(rows[name].shape)
        with np.errstate(invalid="ignore"):
            rows[name] = values
        start += width
    return rows


def _from_compressed(data: bytes, header: _Header) -> npt.NDArray[Any]:
    """Points whose fields stand one after the other, compressed together."""
    if len(data) < 8:
        raise DamagedInputError("ends before its compressed points")
    compressed, size = (int(number) for number in np.frombuffer(data, "<u4", 2))
    if size != header.points * header.row.itemsize or compressed > len(data) - 8:
        raise DamagedInputError("has compressed points of another size than its header says")
    columns = _decompressed(data[8 : 8 + compressed], size)
    rows = np.zeros(header.points, header.row)
    start = 0
    for name, kind in _fields(header.row):
        count = header.points * kind.itemsize
        values = np.frombuffer(columns, kind.base, count // kind.base.itemsize, start)
        rows[name] = values.reshape(rows[name].shape)
        start += count
    return rows


def _decompressed(data: bytes, size: int) -> bytearray:
    """LZF: runs of literal bytes, and copies of up to 264 bytes from up to 8 KiB back."""
    out = bytearray()
    position = 0
    try:
        while position < len(data):
            control = data[position]
            position += 1
            if control < 32:
                out += data[position : position + control + 1]
                position += control + 1
                continue
            length = control >> 5
            if length == 7:
                length += data[position]
                position += 1
            start = len(out) - ((control & 31) << 8) - data[position] - 1
            position += 1
            if start < 0 or len(out) > size:
                raise IndexError(start)
            _copy(out, start, length + 2)
    except IndexError as error:
        raise DamagedInputError("has points that do not decompress") from error
    if len(out) != size:
        raise DamagedInputError("has points that do not decompress")
    return out


def _copy(out: bytearray, start: int, length: int) -> None:
    """Repeats bytes, which may overlap what they become."""
    distance = len(out) - start
    piece = out[start : start + length]
    out += (piece * (length // distance + 1))[:length]


def _with_colors(columns: Columns) -> Columns:
    """Columns in which a packed `rgb` or `rgba` is taken apart."""
    for name in ("rgb", "rgba"):
        packed = columns.get(name)
        if not isinstance(packed, np.ndarray) or packed.dtype.itemsize != 4:
            continue
        bits = np.ascontiguousarray(packed).view("<u4")
        del columns[name]
        shifts = {"red": 16, "green": 8, "blue": 0} | ({"alpha": 24} if name == "rgba" else {})
        columns |= {
            channel: (bits >> shift & 0xFF).astype(np.uint8) for channel, shift in shifts.items()
        }
    return columns
