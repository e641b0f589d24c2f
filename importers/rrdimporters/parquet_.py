"""Parquet files: rows on `row_index`, columns grouped by name (fact sheet section 6)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rrdformats.wire import encode_varint
from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    Piece,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.report import ImportReport

if TYPE_CHECKING:
    import pyarrow as pa

    from rrdformats.chunk import Chunk
    from rrdimporters.emit import Emitter

__all__ = ["ParquetImporter"]

_MAGIC = b"PAR1"
_THRIFT_TEXT = b"\x18"  # how the first field of a struct begins, if that is text


class ParquetImporter:
    """One chunk for each group of columns and 1024 rows; row groups are read piece by piece."""

    name = "parquet"
    summary = "Parquet tables: rows on row_index, columns grouped by prefix (.parquet)."
    suffixes = (".parquet",)
    options: Mapping[str, str] = {"index": "the column that has the times, instead of row_index"}

    def claims(self, path: Path, head: bytes) -> bool:
        """By suffix, or by the first four bytes."""
        return path.suffix.lower() in self.suffixes or head.startswith(_MAGIC)

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields the file's metadata, then the rows.

        Raises:
            UnsupportedInputError: If it is encrypted, or compressed in an unknown way.
            DamagedInputError: If it cannot be read, or not to its end.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        from rrdimporters.emit import Emitter
        from rrdimporters.tables import BATCH_ROWS, TableChunks, rebatched

        size = path.stat().st_size
        emitter = Emitter.for_file(path, settings)
        try:
            with pq.ParquetFile(path) as file:
                yield from _metadata(path, file.metadata.metadata, emitter, report)
                names = file.schema_arrow.names
                table = TableChunks(names, emitter, report, index=settings.options.get("index"))
                total = file.metadata.num_rows
                batches = (_without_views(batch) for batch in file.iter_batches(BATCH_ROWS))
                for batch in rebatched(batches):
                    yield from table.take(batch)
                    progress(size * table.rows // max(1, total), size)
        except UnicodeDecodeError as error:
            raise DamagedInputError("a name in it is not UTF-8") from error
        except (pa.ArrowNotImplementedError, NotImplementedError) as error:
            raise UnsupportedInputError(_first_line(error)) from error
        except (pa.ArrowInvalid, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise DamagedInputError(_first_line(error)) from error


def _without_views(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with texts and bytes in Arrow's plain layouts: not all readers know the views."""
    import pyarrow as pa

    plain: dict[pa.DataType, pa.DataType] = {
        pa.string_view(): pa.string(),
        pa.binary_view(): pa.binary(),
    }
    if plain.keys().isdisjoint(batch.schema.types):
        return batch
    fields = [
        pa.field(field.name, plain.get(field.type) or field.type, field.nullable, field.metadata)
        for field in batch.schema
    ]
    return batch.cast(pa.schema(fields))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _metadata(
    path: Path, found: Mapping[bytes, bytes] | None, emitter: Emitter, report: ImportReport
) -> Iterator[Chunk]:
    """The key-value pairs of the file, as a property of the recording; nothing without any."""
    import pyarrow as pa

    from rrdformats.descriptors import ComponentDescriptor
    from rrdformats.properties import PROPERTIES_PATH
    from rrdimporters.emit import component_arrow, one_per_row

    if not found:
        return
    pairs = [
        {"first": key.decode(errors="replace"), "second": found[key].decode(errors="replace")}
        for key in _in_file_order(path, found)
    ]
    name = "rerun.components.KeyValuePairs"
    descriptor = ComponentDescriptor("file_metadata", "ParquetMetadata", name)
    values = cast("pa.Array[Any]", pa.array([pairs], component_arrow(name)))
    yield emitter.custom(PROPERTIES_PATH, [(descriptor, one_per_row(values))], times={})
    report.mapped("metadata", PROPERTIES_PATH, "ParquetMetadata", rows=1)


def _in_file_order(path: Path, keys: Iterable[bytes]) -> list[bytes]:
    """Keys as they stand in the footer: pyarrow gives them in the order of a hash table."""
    with path.open("rb") as file:
        file.seek(-8, os.SEEK_END)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-8 - length, os.SEEK_END)
        footer = file.read(length)
    return sorted(keys, key=lambda key: footer.rfind(_THRIFT_TEXT + encode_varint(len(key)) + key))
