"""Tables as text (`.csv`, `.tsv`): rows on `row_index`, columns grouped by name."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from rrdimporters.protocol import (
    DamagedInputError,
    ImportSettings,
    Piece,
    Progress,
    UnsupportedInputError,
)
from rrdimporters.report import ImportReport

if TYPE_CHECKING:
    import pyarrow.csv as pacsv
    from _typeshed import WriteableBuffer

__all__ = ["CsvImporter"]

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_BLOCK = 1 << 22  # bytes that are parsed at a time, and from whose first part types are inferred
_LINES_TOLD = 5
_REPLACED = "\ufffd"


class CsvImporter:
    """The first line names the columns; types are inferred from the first four mebibytes."""

    name = "csv"
    summary = "Comma- or tab-separated tables, columns grouped by prefix (.csv, .tsv)."
    suffixes = tuple(_DELIMITERS)
    options: Mapping[str, str] = {
        "delimiter": "one character between two values; , or a tab by suffix",
        "encoding": "how the text is stored; utf-8 unless given",
        "header": "no, if the first line is data: columns are then called f0, f1, …",
        "index": "the column that has the times, instead of row_index",
        "types": "text, to keep all values as text",
    }

    def claims(self, path: Path, head: bytes) -> bool:  # noqa: ARG002 - text has no magic bytes
        """By suffix alone."""
        return path.suffix.lower() in self.suffixes

    def chunks(
        self,
        path: Path,
        settings: ImportSettings,
        progress: Progress,
        report: ImportReport,
    ) -> Iterator[Piece]:
        """Yields one chunk for each group of columns and 1024 rows.

        Raises:
            UnsupportedInputError: If an option makes no sense for the file.
            DamagedInputError: If it is empty, or a value does not fit its column's type.
        """
        import pyarrow as pa

        from rrdimporters.emit import Emitter
        from rrdimporters.tables import TableChunks, rebatched

        size = path.stat().st_size
        emitter = Emitter.for_file(path, settings)
        skipped: list[str] = []
        try:
            with (
                _Decoded(path, _encoding(settings)) as file,
                _open(file, path, settings, skipped) as reader,
            ):
                table = TableChunks(
                    reader.schema.names, emitter, report, index=settings.options.get("index")
                )
                for batch in rebatched(iter(reader)):
                    yield from table.take(batch)
                    progress(file.done, size)
                    _tell(skipped, report)
                if file.is_damaged:
                    report.lost(f"what is not {file.encoding} text was replaced")
        except pa.ArrowInvalid as error:
            reason = (str(error).splitlines() or ["cannot be parsed"])[0].removeprefix(
                "CSV parse error: "
            )
            _tell(skipped, report)
            raise DamagedInputError(reason) from error
        _tell(skipped, report)


class _Decoded(io.RawIOBase):
    """A text file as UTF-8, whatever it is stored as; what cannot be decoded is replaced.

    Attributes:
        encoding: How it is stored.
        done: Bytes read so far.
        is_damaged: Whether something was replaced.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self.encoding = encoding
        self.done = 0
        self.is_damaged = False
        self._file = path.open("rb")
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """The next bytes; 0 at the end."""
        room = memoryview(buffer)
        while not self._left:
            data = self._file.read(max(len(room), 1))
            self.done += len(data)
            text = self._decoder.decode(data, final=not data)
            self.is_damaged |= _REPLACED in text
            self._left = memoryview(text.encode())
            if not data and not text:
                return 0
        count = min(len(room), len(self._left))
        room[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        super().close()


def _encoding(settings: ImportSettings) -> str:
    """The encoding that the caller names; a byte order mark of UTF-8 is no text."""
    name = settings.options.get("encoding", "utf-8")
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except LookupError as error:
        raise UnsupportedInputError(f"{name} is no encoding of text") from error
    return "utf-8-sig" if found == "utf-8" else found


def _open(
    file: Any, path: Path, settings: ImportSettings, skipped: list[str]
) -> pacsv.CSVStreamingReader:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    def skip(row: pacsv.InvalidRow) -> Literal["skip"]:  # what it raises would vanish
        if len(skipped) < _LINES_TOLD:
            place = "a line" if row.number is None else f"line {row.number}"
            skipped.append(
                f"{place}: {row.actual_columns} values for {row.expected_columns} columns"
            )
        elif len(skipped) == _LINES_TOLD:
            skipped.append("further lines with too few or too many values")
        return "skip"

    options = settings.options
    names_are_given = _choice(options, "header", "yes", "no") == "yes"
    delimiter = options.get("delimiter", _DELIMITERS.get(path.suffix.lower(), ","))
    if len(delimiter) != 1:
        raise UnsupportedInputError(f"{delimiter!r} is no single character to separate values")
    read = pacsv.ReadOptions(
        use_threads=False,  # only then do lines have numbers
        block_size=_BLOCK,
        autogenerate_column_names=not names_are_given,
    )
    parse = pacsv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip
    )
    convert = pacsv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    if _choice(options, "types", "infer", "text") == "text":
        with (
            _Decoded(path, _encoding(settings)) as ahead,
            pacsv.open_csv(cast("IO[bytes]", ahead), read, parse) as reader,
        ):
            convert.column_types = dict.fromkeys(reader.schema.names, pa.string())
        skipped.clear()
    return pacsv.open_csv(file, read, parse, convert)


def _tell(skipped: list[str], report: ImportReport) -> None:
    """Reports the lines that were left out and have not been reported."""
    for line in skipped:
        if line not in report.losses:
            report.lost(line)


def _choice(options: Mapping[str, str], name: str, default: str, other: str) -> str:
    value = options.get(name, default)
    if value not in (default, other):
        raise UnsupportedInputError(f"option {name} is {default} or {other}, not {value}")
    return value
