"""A 64-bit hash for each cell of a column, without a loop over cells.

Equal values have equal hashes whatever chunk they stand in, however they were sliced, and whether
their offsets are 32 or 64 bits wide. What counts as equal:

- NaN equals NaN, whatever its bits; -0.0 equals 0.0.
- A null is no value: it differs from an empty list and from zero, and what stands beneath it does
  not count.
- Binary values and lists of bytes with the same bytes are equal, texts by their UTF-8 bytes.
- The members of structs count by their place, the arms of unions by their type code;
  a null is the same in every arm.
- Types are not part of the hash: compare them beside it (`type_names`).

Two different values have equal hashes by chance once in 2^64. The hashes are for comparing within
a run: they may change from version to version.
"""

from __future__ import annotations

from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from rrdformats.arrow_bridge import array_of

__all__ = ["Hashes", "fixed_width", "mixed", "plain_array", "salt", "text_hash", "value_hashes"]

Hashes: TypeAlias = "npt.NDArray[np.uint64]"
_Array: TypeAlias = "pa.Array[Any]"
_Ints: TypeAlias = "npt.NDArray[np.int64]"
_Bytes: TypeAlias = "npt.NDArray[np.uint8]"

_LONG = 128
"""Values from this length on (bytes) are hashed one call each; shorter ones all together."""

_STEP = np.uint64(0x9E37_79B9_7F4A_7C15)
_FIRST, _SECOND = np.uint64(0xBF58_476D_1CE4_E5B9), np.uint64(0x94D0_49BB_1331_11EB)
_SALT, _STRUCT = np.uint64(0xD6E8_FEB8_6659_FD93), np.uint64(0x7374_7275_6374_7374)
_NULL = np.uint64(0x6E75_6C6C_6E75_6C6C)


def mixed(values: Hashes) -> Hashes:
    """A new array of well-mixed bits; different values stay different."""
    result = values * _FIRST
    result ^= result >> np.uint64(32)
    result *= _SECOND
    result ^= result >> np.uint64(29)
    return result


def salt(number: int) -> np.uint64:
    """A constant of its own for each number from 0 on, with no pattern to them."""
    return np.uint64(mixed(np.array([number], np.uint64) * _STEP + _SALT)[0])


_SALTS = mixed(np.arange(1, _LONG // 8 + 1, dtype=np.uint64) * _STEP)


def text_hash(*parts: str) -> np.uint64:
    """One hash for some texts in order."""
    return np.uint64(xxhash.xxh3_64_intdigest("\0".join(parts).encode()))


def value_hashes(array: _Array) -> Hashes:
    """One hash per cell of `array`, which must be valid Arrow data."""
    array = plain_array(array)
    if pa.types.is_null(array.type):
        return np.full(len(array), _NULL)
    hashes = _hashes(array)
    if array.null_count:
        hashes[_nulls(array)] = _NULL
    return hashes


def plain_array(array: _Array) -> _Array:
    """`array` without encodings that do not concern its values."""
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return plain_array(array.storage)
    if isinstance(array, pa.DictionaryArray):
        return plain_array(array.dictionary_decode())
    if isinstance(array, pa.RunEndEncodedArray):
        decoded: _Array = cast("Any", pc).run_end_decode(array)
        return plain_array(decoded)
    if pa.types.is_string_view(kind):
        return array.cast(pa.large_utf8())
    if pa.types.is_binary_view(kind):
        return array.cast(pa.large_binary())
    if isinstance(array, pa.ListViewArray):
        return array.cast(pa.list_(kind.value_type))
    if isinstance(array, pa.LargeListViewArray):
        return array.cast(pa.large_list(kind.value_type))
    return array


def _hashes(array: _Array) -> Hashes:
    """Hashes of a plain array; those of nulls mean nothing."""
    kind = array.type
    if isinstance(array, pa.ListArray | pa.LargeListArray):
        return _list_hashes(array)
    width = fixed_width(kind)
    if width is not None:
        hashes = _equal_length_hashes(_flat_bytes(array), len(array), width)
        if isinstance(array, pa.FixedSizeListArray):
            having = _null_items(array)
            if having is not None:
                hashes[having] = _item_hashes(array)[having]
        return hashes
    if isinstance(array, pa.FixedSizeListArray):
        size = kind.list_size
        offsets = np.arange(len(array) + 1, dtype=np.int64) * size
        return _combined(value_hashes(_fixed_values(array)), offsets)
    if isinstance(array, pa.StructArray):
        total = np.full(len(array), _STRUCT)
        for i in range(kind.num_fields):
            total += mixed(value_hashes(array.field(i)) + salt(i))
        return total
    if isinstance(array, pa.UnionArray):
        return _union_hashes(array)
    large = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
    if large or pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _text_hashes(array, np.dtype(np.int64 if large else np.int32))
    raise TypeError(f"values of type {kind} cannot be compared")


def _nulls(array: _Array) -> npt.NDArray[np.bool_]:
    nulls: npt.NDArray[np.bool_] = array.is_null().to_numpy(zero_copy_only=False)
    return nulls


# --- lists --------------------------------------------------------------------------------------


def _list_hashes(array: pa.ListArray[Any] | pa.LargeListArray[Any]) -> Hashes:
    offsets: _Ints = array.offsets.to_numpy().astype(np.int64)
    first = int(offsets[0]) if len(offsets) else 0
    last = int(offsets[-1]) if len(offsets) else 0
    offsets -= first
    values = plain_array(array.values.slice(first, last - first))
    width = fixed_width(values.type)
    if width is None:
        return _combined(value_hashes(values), offsets)
    hashes = _ragged_hashes(_flat_bytes(values), offsets * width)
    nulls = _null_items(values)
    if nulls is not None:
        # The bytes beneath a null do not count, so rows that have one are hashed item by item.
        before = np.concatenate(([0], np.cumsum(nulls)))
        having = before[offsets[1:]] > before[offsets[:-1]]
        hashes[having] = _combined(_item_hashes(values), offsets)[having]
    return hashes


def _item_hashes(values: _Array) -> Hashes:
    """Hashes of fixed-width items, of which some are null or hold nulls."""
    if not isinstance(values, pa.FixedSizeListArray):
        return value_hashes(values)
    size = values.type.list_size
    inner = _item_hashes(plain_array(_fixed_values(values)))
    hashes = _combined(inner, np.arange(len(values) + 1, dtype=np.int64) * size)
    hashes[_nulls(values)] = _NULL
    return hashes


def _combined(items: Hashes, offsets: _Ints) -> Hashes:
    """One hash per list from the hashes of its items, in order."""
    lengths = np.diff(offsets)
    place = np.arange(len(items)) - np.repeat(offsets[:-1], lengths)
    return _summed(mixed(items + (place + 1).astype(np.uint64) * _STEP), offsets) + _tail(lengths)


def _summed(terms: Hashes, offsets: _Ints) -> Hashes:
    """Sums of the terms between consecutive offsets, modulo 2^64."""
    if len(terms) == len(offsets) - 1 and bool((np.diff(offsets) == 1).all()):
        return terms
    running = np.zeros(len(terms) + 1, np.uint64)
    np.cumsum(terms, out=running[1:])
    sums: Hashes = running[offsets[1:]] - running[offsets[:-1]]
    return sums


def _tail(lengths: _Ints) -> Hashes:
    """What the length of a value adds to its hash."""
    return (lengths + 1).astype(np.uint64) * _STEP


# --- bytes --------------------------------------------------------------------------------------


def fixed_width(kind: pa.DataType) -> int | None:
    """Bytes per value of a type whose values stand behind each other; a boolean counts as one."""
    if isinstance(kind, pa.FixedSizeListType):
        inner = fixed_width(kind.value_type)
        return inner * kind.list_size if inner and kind.list_size else None
    if pa.types.is_boolean(kind):
        return 1
    if (
        pa.types.is_primitive(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_interval(kind)
    ):
        return kind.bit_width // 8 or None
    return None


def _fixed_values(array: pa.FixedSizeListArray[Any]) -> _Array:
    """The items of all lists, those beneath nulls included."""
    size = array.type.list_size
    return array.values.slice(array.offset * size, len(array) * size)


def _flat_bytes(array: _Array) -> _Bytes:
    """The values of a fixed-width array behind each other, floats in canonical form."""
    if isinstance(array, pa.FixedSizeListArray):
        return _flat_bytes(plain_array(_fixed_values(array)))
    kind = array.type
    if pa.types.is_boolean(kind):
        bits: _Bytes = array.fill_null(False).to_numpy(zero_copy_only=False).view(np.uint8)
        return bits
    width = kind.bit_width // 8
    buffer: Any = array.buffers()[1]
    if buffer is None or not len(array):
        return np.zeros(len(array) * width, np.uint8)
    raw = np.frombuffer(buffer, np.uint8, len(array) * width, array.offset * width)
    if not pa.types.is_floating(kind):
        return raw
    numbers = raw.view(f"f{width}") + 0  # which turns -0.0 into 0.0
    numbers[np.isnan(numbers)] = np.nan
    canonical: _Bytes = numbers.view(np.uint8)
    return canonical


def _null_items(array: _Array) -> npt.NDArray[np.bool_] | None:
    """Which fixed-width values are null or hold a null; None if none is."""
    nulls: npt.NDArray[np.bool_] | None = _nulls(array) if array.null_count else None
    if isinstance(array, pa.FixedSizeListArray):
        inner = _null_items(plain_array(_fixed_values(array)))
        if inner is not None:
            held: npt.NDArray[np.bool_] = np.any(inner.reshape(len(array), -1), axis=1)
            return held if nulls is None else held | nulls
    return nulls


def _text_hashes(array: _Array, offset_type: np.dtype[Any]) -> Hashes:
    _, offset_buffer, data_buffer = cast("list[Any]", array.buffers())
    if not len(array) or offset_buffer is None:
        return np.zeros(len(array), np.uint64)
    place = array.offset * offset_type.itemsize
    offsets = np.frombuffer(offset_buffer, offset_type, len(array) + 1, place).astype(np.int64)
    first, last = int(offsets[0]), int(offsets[-1])
    empty = np.empty(0, np.uint8)
    data = empty if data_buffer is None else np.frombuffer(data_buffer, np.uint8)[first:last]
    return _ragged_hashes(data, offsets - first)


def _ragged_hashes(data: _Bytes, offsets: _Ints) -> Hashes:
    """One hash per byte string; `offsets` ascend from 0 to the length of `data`."""
    lengths = np.diff(offsets)
    if not len(lengths):
        return np.zeros(0, np.uint64)
    if (lengths == lengths[0]).all():
        return _equal_length_hashes(data, len(lengths), int(lengths[0]))
    hashes = np.empty(len(lengths), np.uint64)
    long = lengths >= _LONG
    for i in np.flatnonzero(long).tolist():  # a call for each is cheap beside hashing its bytes
        hashes[i] = xxhash.xxh3_64_intdigest(data[offsets[i] : offsets[i + 1]].data)
    short = ~long
    hashes[short] = _short_hashes(data, offsets[:-1][short], lengths[short])
    return hashes


def _short_hashes(data: _Bytes, starts: _Ints, lengths: _Ints) -> Hashes:
    """Hashes of short byte strings, from their 8-byte words, the last padded with zeros."""
    counts = (lengths + 7) // 8
    ends = np.concatenate(([0], np.cumsum(counts)))
    place = np.arange(ends[-1]) - np.repeat(ends[:-1], counts)
    padded = np.concatenate((data, np.zeros(8, np.uint8)))
    every = np.ndarray((len(padded) - 7,), np.dtype("<u8"), padded, strides=(1,))
    words = every[np.repeat(starts, counts) + 8 * place].astype(np.uint64)
    left = np.repeat(lengths, counts) - 8 * place
    cut = left < 8
    words[cut] &= (np.uint64(1) << (8 * left[cut]).astype(np.uint64)) - np.uint64(1)
    return _summed(mixed(words ^ _SALTS[place]), ends) + _tail(lengths)


def _equal_length_hashes(data: _Bytes, count: int, length: int) -> Hashes:
    """As `_ragged_hashes` where all byte strings are of one length."""
    if length >= _LONG:
        pieces = data.reshape(count, length)
        digests = [xxhash.xxh3_64_intdigest(piece.data) for piece in pieces]
        return np.array(digests, np.uint64)
    total = np.full(count, _tail(np.array([length]))[0])
    for place, word in enumerate(_words(data, count, length)):
        total += mixed(word ^ _SALTS[place])
    return total


def _words(data: _Bytes, count: int, length: int) -> list[Hashes]:
    """The 8-byte words of byte strings of one length: first words, second words, and so on."""
    if length in (1, 2, 4):
        return [np.ascontiguousarray(data).view(f"<u{length}").astype(np.uint64)]
    words = -(-length // 8)
    if length % 8:
        padded = np.zeros((count, 8 * words), np.uint8)
        padded[:, :length] = data.reshape(count, length)
        data = padded.reshape(-1)
    matrix = np.ascontiguousarray(data).view(np.uint64).reshape(count, words)
    return [matrix[:, place] for place in range(words)]


# --- unions -------------------------------------------------------------------------------------


def _union_hashes(array: pa.UnionArray) -> Hashes:
    if array.offset:  # which type codes and offsets of a slice ignore
        array = array.take(array_of(np.arange(len(array))))
    codes = array.type_codes.to_numpy()
    dense = array.type.mode == "dense"
    places = array.offsets.to_numpy() if dense else np.arange(len(array))
    hashes = np.zeros(len(array), np.uint64)
    for arm, code in enumerate(array.type.type_codes):
        mine = codes == code
        values = array.field(arm).take(array_of(places[mine]))
        inner = value_hashes(values)
        hashes[mine] = np.where(inner == _NULL, _NULL, mixed(inner + salt(code)))
    return hashes
