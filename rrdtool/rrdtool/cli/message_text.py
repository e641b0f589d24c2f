"""The messages of a recording as text for people: what `rrd print` writes.

How much of a chunk is shown depends on how often `-v` was given: a line; a line with types; all
metadata; all rows. The lines of a page are made set by set and written at once, since a page may
hold thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Protocol

from rrdformats.chunk_schema import CHUNK_ID_KEY, ComponentRole, IndexRole
from rrdformats.descriptors import short_name
from rrdformats.messages import BlueprintActivation, EncodedManifest, StoreInfo
from rrdformats.quantities import format_count, format_size
from rrdtool.cli.output import write
from rrdtool.cli.plain_text import printable
from rrdtool.cli.row_tables import print_rows, styled
from rrdtool.cli.tables import Column, Table, print_table
from rrdtool.operations.print_ import ChunkSet, Page, manifest_columns, manifest_texts

__all__ = ["MessageWriter", "TextMessages"]


class MessageWriter(Protocol):
    """Writes pages and footers to standard output."""

    def page(self, page: Page, end: int | None) -> None:
        """Writes the messages of `page`, in order, those before place `end` only."""
        ...

    def footer(self, manifest: EncodedManifest, detail: int) -> None:
        """Writes a manifest, more of its columns the greater `detail` (0 to 2)."""
        ...


class TextMessages:
    """Writes messages as text.

    Args:
        level: 0 for a line per chunk, 1 with types, 2 with metadata, 3 with rows.
        full_metadata: Whether names keep their prefixes.
        transposed: Whether tables of rows are turned.
    """

    def __init__(self, level: int, *, full_metadata: bool, transposed: bool) -> None:
        self._level = level
        self._full = full_metadata
        self._transposed = transposed

    def page(self, page: Page, end: int | None) -> None:
        """Writes the messages of `page`, in order, those before place `end` only."""
        if self._level < 2:
            lines: list[tuple[int, str]] = [
                *((place, _info_line(info)) for place, info in page.infos),
                *((place, _activation_line(what)) for place, what in page.activations),
            ]
            for chunks in page.chunks:
                lines += zip(chunks.messages, self._lines(chunks), strict=True)
            lines.sort(key=lambda line: line[0])
            write("".join([line for place, line in lines if end is None or place < end]))
            return
        for place, show in sorted(self._blocks(page), key=lambda block: block[0]):
            if end is None or place < end:
                show()

    def footer(self, manifest: EncodedManifest, detail: int) -> None:
        """Writes a manifest, more of its columns the greater `detail` (0 to 2)."""
        columns = manifest_columns(manifest, detail)
        table = Table([Column(name) for name in columns])
        table.rows = list(zip(*map(manifest_texts, columns.values()), strict=True))
        write(f"\nfooter of {printable(str(manifest.store_id))}\n")
        write(f"  schema_sha256  {manifest.schema_sha256.hex()}\n")
        write(f"  chunks         {format_count(len(table.rows))}\n")
        self._print(table, "chunk")

    def _print(self, table: Table, row_name: str) -> None:
        if not self._transposed:
            print_rows(table, row_name=row_name)
            return
        heads = [Column("column"), *(Column(f"{row_name} {i + 1}") for i in range(len(table.rows)))]
        names = [column.name for column in table.columns]
        turned = [list(cells) for cells in zip(names, *table.rows, strict=True)]
        print_rows(Table(heads, [*turned]), row_name="column")

    def _lines(self, chunks: ChunkSet) -> Iterator[str]:
        """One line for each chunk of a set."""
        counted = f"{chunks.rows:>6} {'row ' if chunks.rows == 1 else 'rows'}"
        before, after = styled("|", "dim").split("|")
        rest = f"  {self._what(chunks)}\n"
        for chunk_id, size in zip(chunks.ids, chunks.sizes, strict=True):
            yield f"{before}{chunk_id}{after} {counted} {_size(size)}{rest}"

    def _what(self, chunks: ChunkSet) -> str:
        """Entity, timelines and components."""
        typed = self._level == 1
        when = [
            f"{role.timeline.name}:{role.timeline.kind.value}" if typed else role.timeline.name
            for role in chunks.timelines
        ]
        held = [_component_text(role, typed=typed) for role in chunks.components]
        times = printable(f"[{' '.join(when) or 'static'}]")
        path = styled(printable(chunks.entity_path), "cyan")
        return "  ".join([path, times, *([printable(" ".join(held))] if held else [])])

    def _blocks(self, page: Page) -> Iterator[tuple[int, Callable[[], None]]]:
        """What writes each message, with its place."""
        for place, info in page.infos:
            yield place, partial(write, _info_line(info))
        for place, what in page.activations:
            yield place, partial(write, _activation_line(what))
        for chunks in page.chunks:
            rows = _rows(chunks) if self._level > 2 else []
            for index, (place, line) in enumerate(
                zip(chunks.messages, self._lines(chunks), strict=True)
            ):
                mine = rows[index * chunks.rows : (index + 1) * chunks.rows]
                yield place, partial(self._chunk, chunks, index, line, mine)

    def _chunk(self, chunks: ChunkSet, index: int, line: str, rows: list[tuple[str, ...]]) -> None:
        """Writes one chunk in several lines."""
        facts = {
            "store": str(chunks.stores[index]),
            "place": f"{format_count(chunks.stored[index])} bytes at byte {chunks.offsets[index]}",
            **self._metadata(chunks.metadata),
            self._key(CHUNK_ID_KEY): chunks.ids[index],
        }
        width = max(map(len, facts))
        write(f"\n{line}")
        write("".join(f"  {name:<{width}}  {printable(text)}\n" for name, text in facts.items()))
        print_table(self._columns(chunks))
        if self._level > 2:
            columns = [
                Column(self._name(column.name), style=_style(column.role))
                for column in chunks.columns
            ]
            table = Table(columns, [*rows])
            self._print(table, "row")

    def _columns(self, chunks: ChunkSet) -> Table:
        table = Table([Column("column"), Column("type"), Column("metadata")], fold=True)
        for column in chunks.columns:
            nullable = "" if column.field.nullable else " not null"
            metadata = self._metadata(column.metadata).items()
            told = ", ".join(f"{name}: {text}" for name, text in sorted(metadata))
            table.add(self._name(column.name), f"{column.field.type}{nullable}", told)
        return table

    def _metadata(self, metadata: Mapping[str, str]) -> dict[str, str]:
        return {self._key(key): self._name(text) for key, text in metadata.items()}

    def _key(self, key: str) -> str:
        known = key.startswith(("rerun:", "sorbet:"))
        return key.partition(":")[2] if known and not self._full else key

    def _name(self, name: str) -> str:
        return name if self._full else short_name(name)


def _rows(chunks: ChunkSet) -> list[tuple[str, ...]]:
    """The rows of all chunks of a set."""
    columns = zip(chunks.columns, chunks.batch().columns, strict=True)
    return list(zip(*(column.texts(cells) for column, cells in columns), strict=True))


def _component_text(role: ComponentRole, *, typed: bool) -> str:
    kind = role.descriptor.component_type
    return f"{role.descriptor.component}({kind})" if typed and kind else role.descriptor.component


def _style(role: object) -> str:
    match role:
        case IndexRole():
            return "yellow"
        case ComponentRole():
            return "cyan"
        case _:
            return "dim"


def _info_line(info: StoreInfo) -> str:
    version = "" if info.version is None else f", version {info.version}"
    text = f"{info.store_id}  {info.source.describe()}{version}"
    return f"{styled('store', 'bold')} {printable(text)}\n"


def _activation_line(activation: BlueprintActivation) -> str:
    text = (
        f"{activation.blueprint_id}  make_active: {str(activation.make_active).lower()}"
        f", make_default: {str(activation.make_default).lower()}"
    )
    return f"{styled('activation', 'bold')} {printable(text)}\n"


@lru_cache(maxsize=4096)
def _size(size: int) -> str:
    return f"{format_size(size):>10}"
