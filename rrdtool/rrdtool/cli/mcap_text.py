"""How `rrd mcap info` and `rrd mcap check` look: as the same commands of the reference do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rrdformats.timeline import TimeKind
from rrdformats.times import format_time
from rrdtool.cli.plain_text import display_width, pad, printable

if TYPE_CHECKING:
    from rrdtool.operations.mcap_check import CheckReport, TopicRow
    from rrdtool.operations.mcap_info import ChannelRow, CodecRow, McapReport

__all__ = ["check_text", "info_text"]

_NONE = "—"
_LABEL_WIDTH = 25
_KIB = 1024
_UNITS = ("KiB", "MiB", "GiB")
_MOST_WITH_DECIMAL = 102.4
_SECOND = 1_000_000_000
_MILLISECOND = 1_000_000
_THIN_SPACE = "\u2009"
_HINT = "Message times only; --full looks at all timelines."


def info_text(report: McapReport) -> str:
    """The report on what a file holds."""
    chunks = [
        ("Count", str(report.chunks)),
        ("Max uncompressed size", _optional_bytes(report.largest_uncompressed)),
        ("Max compressed size", _optional_bytes(report.largest_compressed)),
        ("Overlapping time ranges", "yes" if report.chunks_overlap else "no"),
    ]
    sections = [
        printable(report.file) + "\n",
        _section("Recording", _facts(report)),
        _section("Chunks", chunks),
    ]
    if report.compression:
        headings = ("Codec", "Chunks", "Compressed", "Uncompressed", "Savings", "Rate")
        rows = [_codec_cells(row) for row in report.compression]
        sections.append("Compression\n" + _table(headings, "lrrrrr", rows))
    headings = ("ID", "Topic", "Messages", "Rate", "Schema", "Encoding")
    rows = [_channel_cells(row) for row in report.channel_rows]
    sections.append("Channels\n" + _table(headings, "rlrrll", rows))
    return "\n".join(sections)


def check_text(report: CheckReport) -> str:
    """The report on what is out of order."""
    lines = [printable(report.file), "", f"Timelines: {', '.join(report.timelines)}"]
    if not report.full:
        lines.append(_HINT)
    headings = ("Status", "ID", "Chunks", "Topic", "Issues")
    rows = [
        (
            "ok" if row.is_ok else "PROBLEM",
            "?" if row.id is None else str(row.id),
            str(row.chunks),
            row.topic,
            _issues(row),
        )
        for row in report.topics
    ]
    return "\n".join(lines) + "\n\n" + _table(headings, "lrrll", rows)


def _facts(report: McapReport) -> list[tuple[str, str]]:
    return [
        ("Profile", printable(report.profile) or _NONE),
        ("Library", printable(report.library) or _NONE),
        ("Messages", str(report.messages)),
        ("Duration", _NONE if report.duration_ns is None else _duration(report.duration_ns)),
        ("Start", _instant(report.start_ns)),
        ("End", _instant(report.end_ns)),
        ("Schemas", str(report.schemas)),
        ("Channels", str(report.channels)),
        ("Attachments", str(report.attachments)),
        ("Metadata", str(report.metadata)),
        ("Summary", report.summary),
    ]


def _section(title: str, facts: Sequence[tuple[str, str]]) -> str:
    lines = [f"  {label:<{_LABEL_WIDTH}}{text}\n" for label, text in facts]
    return "".join([title + "\n", *lines])


def _table(headings: Sequence[str], aligns: str, rows: Sequence[Sequence[str]]) -> str:
    lines = [list(headings), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(display_width, cells)) for cells in zip(*lines, strict=True)]
    names = ["right" if align == "r" else "left" for align in aligns]
    texts = ["  ".join(map(pad, cells, widths, names)).rstrip() for cells in lines]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([texts[0], rule, *texts[1:]]) + "\n"


def _codec_cells(row: CodecRow) -> Sequence[str]:
    return (
        row.codec or "none",
        str(row.chunks),
        _bytes(row.compressed),
        _bytes(row.uncompressed),
        _NONE if row.savings is None else f"{row.savings:.1f}%",
        _NONE if row.rate is None else _byte_rate(row.rate),
    )


def _channel_cells(row: ChannelRow) -> Sequence[str]:
    rate = _NONE if row.rate is None else f"{row.rate[0]:.2f}–{row.rate[1]:.2f} Hz"
    encoding = row.message_encoding
    if row.schema_encoding is not None and row.schema_encoding != encoding:
        encoding = f"{row.schema_encoding} / {encoding}"
    return str(row.id), row.topic, str(row.messages), rate, row.schema or _NONE, encoding


def _issues(row: TopicRow) -> str:
    found = []
    if row.row_conflicts:
        found.append(f"{row.row_conflicts} chunk row-order conflicts")
    if row.is_conflicting:
        found.append("whole-topic row-order conflict")
    found += [f"{count} unordered chunks on {name}" for name, count in row.unordered.items()]
    return ", ".join(found) or _NONE


def _instant(time: int | None) -> str:
    return _NONE if time is None else format_time(time, TimeKind.TIMESTAMP)


def _duration(nanoseconds: int) -> str:
    milliseconds = (nanoseconds + _MILLISECOND // 2) // _MILLISECOND
    seconds, rest = divmod(milliseconds, 1_000)
    digits = f"{rest // 100}" if rest % 100 == 0 else f"{rest:03}"
    return f"{seconds:,}".replace(",", _THIN_SPACE) + f".{digits}s"


def _optional_bytes(size: int | None) -> str:
    return _NONE if size is None else _bytes(size)


def _bytes(size: float) -> str:
    if size < _KIB:
        return f"{size:.0f} B"
    unit = -1
    while size >= _KIB and unit < len(_UNITS) - 1:
        size /= _KIB
        unit += 1
    return f"{size:.{int(size < _MOST_WITH_DECIMAL)}f} {_UNITS[unit]}"


def _byte_rate(rate: float) -> str:
    if rate >= _KIB:
        return f"{_bytes(rate)}/s"
    if rate >= _MOST_WITH_DECIMAL:
        return f"{rate:.0f} B/s"
    if rate >= 1:
        return f"{rate:.1f}".removesuffix(".0") + " B/s"
    return f"{rate!r} B/s"
