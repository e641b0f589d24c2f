"""From the columns of a point file to the fields of an archetype (fact sheet section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rrdimporters.emit import component_arrow
from rrdimporters.protocol import DamagedInputError

if TYPE_CHECKING:
    from rrdimporters.ply import Columns

__all__ = ["archetype_of"]

_Floats = npt.NDArray[np.float32]
_Fields = dict[str, Any]

_COLORS = ("red", "green", "blue")
_BASE_COLORS = ("f_dc_0", "f_dc_1", "f_dc_2")
_SCALES = ("scale_0", "scale_1", "scale_2")
_ROTATION = ("rot_1", "rot_2", "rot_3", "rot_0")
"""Files have w x y z, quaternions x y z w."""

_SPLAT = ("x", "y", "z", *_BASE_COLORS, "opacity", *_SCALES, *_ROTATION)
_REST = "f_rest_"
_BANDS = 15
"""Coefficients for each colour that the component can hold."""

_BASE_WEIGHT = np.float32(0.2820948)
"""Of the constant spherical harmonic: 1 / (2 sqrt(pi))."""


def archetype_of(columns: Columns) -> tuple[str, _Fields, list[str]]:
    """The archetype that the columns of a vertex fit, its fields, and which columns are unused.

    Raises:
        DamagedInputError: If they have no positions.
    """
    flat = {name: column for name, column in columns.items() if isinstance(column, np.ndarray)}
    if all(name in flat for name in _SPLAT):
        fields, used = _splats(flat)
        archetype = "GaussianSplats3D"
    elif "x" in flat and "y" in flat:
        axes = ("x", "y", "z") if "z" in flat else ("x", "y")
        fields, used = _points(flat, axes)
        labels = columns.get("label")
        if isinstance(labels, list):
            texts = [bytes(label.astype(np.uint8)).decode("utf-8", "replace") for label in labels]
            fields["labels"] = pa.array(texts, pa.utf8())
            used |= {"label"}
        archetype = f"Points{len(axes)}D"
    else:
        raise DamagedInputError("has points without x and y")
    return archetype, fields, [name for name in columns if name not in used]


def _joined(columns: dict[str, npt.NDArray[Any]], names: tuple[str, ...]) -> _Floats:
    """Columns side by side, `(n, k) float32`."""
    return np.stack([columns[name].astype(np.float32) for name in names], axis=1)


def _points(
    columns: dict[str, npt.NDArray[Any]], axes: tuple[str, ...]
) -> tuple[_Fields, set[str]]:
    fields: _Fields = {"positions": _joined(columns, axes)}
    used = set(axes)
    if all(name in columns for name in _COLORS):
        alpha = columns.get("alpha")
        used |= {*_COLORS, "alpha"} if alpha is not None else {*_COLORS}
        fields["colors"] = _packed([_channel(columns[name]) for name in _COLORS], alpha)
    if "radius" in columns:
        fields["radii"] = columns["radius"].astype(np.float32)
        used.add("radius")
    return fields, used


def _channel(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """A colour channel in 8 bits: the low byte of integers; of floats, 1.0 is 255."""
    if values.dtype.kind == "f":
        scaled = np.nan_to_num(values.astype(np.float32) * np.float32(255), nan=0.0)
        clamped: npt.NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)
        return clamped
    return values.astype(np.int64).astype(np.uint8)


def _packed(
    channels: list[npt.NDArray[np.uint8]], alpha: npt.NDArray[Any] | None
) -> npt.NDArray[np.uint32]:
    """Colours as 0xRRGGBBAA."""
    opacity = np.full(len(channels[0]), 255, np.uint8) if alpha is None else _channel(alpha)
    rows = np.stack([*channels, opacity], axis=1)
    packed: npt.NDArray[np.uint32] = np.ascontiguousarray(rows).view(">u4")[:, 0].astype(np.uint32)
    return packed


def _splats(columns: dict[str, npt.NDArray[Any]]) -> tuple[_Fields, set[str]]:
    base = np.float32(0.5) + _BASE_WEIGHT * _joined(columns, _BASE_COLORS)
    colors = [_rounded(base[:, i]) for i in range(3)]
    opacity = columns["opacity"].astype(np.float32)
    alpha = _rounded(np.float32(1) / (np.float32(1) + _exp(-opacity)))
    fields: _Fields = {
        "centers": _joined(columns, ("x", "y", "z")),
        "scales": _exp(_joined(columns, _SCALES)),
        "quaternions": _normalised(_joined(columns, _ROTATION)),
        "colors": _packed(colors, alpha),
    }
    rest = [name for name in columns if name.startswith(_REST)]
    if rest and len(rest) % 3 == 0:
        names = tuple(f"{_REST}{i}" for i in range(len(rest)))
        if all(name in columns for name in names):
            fields["sh_coefficients"] = _harmonics(_joined(columns, names))
            return fields, {*_SPLAT, *rest}
    return fields, set(_SPLAT)


def _exp(values: _Floats) -> _Floats:
    """The exponential rounded to the nearest float32: numpy's own differs in the last bit."""
    with np.errstate(over="ignore"):
        return np.exp(values.astype(np.float64)).astype(np.float32)


def _rounded(values: _Floats) -> npt.NDArray[np.uint8]:
    """Numbers in 0 … 1 as 8 bits, to the nearest."""
    clamped = np.clip(np.nan_to_num(values, nan=0.0), 0, 1)
    bits: npt.NDArray[np.uint8] = (clamped * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    return bits


def _normalised(quaternions: _Floats) -> _Floats:
    """Quaternions x y z w of length 1; of length 0, the identity."""
    squares = quaternions * quaternions
    x, y, z, w = squares.T
    lengths: npt.NDArray[Any] = np.sqrt(x + y + z + w)
    empty = ~(lengths > 0)
    scaled: npt.NDArray[Any] = quaternions / np.where(empty, np.float32(1), lengths)[:, None]
    scaled[empty] = (0, 0, 0, 1)
    result: _Floats = scaled
    return result


def _harmonics(rest: _Floats) -> pa.Array[Any]:
    """The higher bands, `(n, 15, 3) float16`; files have all of red, then green, then blue."""
    rows, found = len(rest), rest.shape[1] // 3
    bands = np.zeros((rows, _BANDS, 3), np.float16)
    kept = min(found, _BANDS)
    by_color = rest.reshape(rows, 3, found)[:, :, :kept]
    bands[:, :kept] = by_color.transpose(0, 2, 1)
    kind: Any = component_arrow("SphericalHarmonics3Rgb")
    flat: Any = pa.array(bands.reshape(-1))
    triples = pa.Array.from_buffers(kind.value_type, rows * _BANDS, [None], children=[flat])
    return pa.Array.from_buffers(kind, rows, [None], children=[triples])
