"""The rules of `rrd verify`: one row for each thing that can be wrong.

Ids are stable: scripts ignore and count by them. A rule keeps its level whatever the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["RULES", "Level", "Rule"]


class Level(Enum):
    """How bad a finding is; errors make `rrd verify` fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong.

    Attributes:
        id: Stable id, words joined by hyphens.
        level: How bad it is.
        meaning: What is wrong, in one sentence.
        advice: What to do about it.
    """

    id: str
    level: Level
    meaning: str
    advice: str


_E, _W, _I = Level.ERROR, Level.WARNING, Level.INFO

_RECOVER = "Recover what can be read: `rrd recover` makes a sound file of it."
_REWRITE = "Rewrite the file with `rrd merge` or `rrd optimize`, which make a new footer."
_WRITER = "Mend the program that wrote the file, and log again."
_REFUSED = "Readers drop or misread the chunk; mend the program that wrote it."

_ROWS: tuple[tuple[str, Level, str, str], ...] = (
    # streams
    ("stream-truncated", _E, "The bytes end inside a message or a trailer.", _RECOVER),
    ("stream-garbage", _E, "Bytes are neither a message nor a stream; nothing behind them is read.",
     _RECOVER),
    ("stream-unsupported", _E, "A stream behind the first is of a kind that cannot be read.",
     "Separate the streams, and convert the old one with the release that wrote it."),
    ("limit-exceeded", _E, "A length or count passes what any recording has.",
     "The file is damaged, or was made to exhaust its reader."),
    ("version-newer", _W, "A newer release than this program knows wrote the stream.",
     "Update this program; what it does not know it may misread."),
    ("version-older", _I, "An older release wrote the stream; chunks are converted when read.",
     "Rewriting the file with `rrd merge` converts it for good."),
    # messages
    ("message-invalid", _E, "A message is not what its kind demands.", _RECOVER),
    ("message-unsupported", _E, "A message uses an encoding or a compression that nobody reads.",
     _RECOVER),
    ("store-unnamed", _E, "A chunk names no application, and no store info before it does.",
     "Prepend the store info; readers drop the chunk."),
    ("store-info-missing", _W, "Messages belong to a store that no store info introduces.",
     "Merge the file with the one that introduces the store."),
    ("header-chunk-id", _E, "A message names another chunk id than its chunk.", _REWRITE),
    ("header-static", _E, "A message says static of a temporal chunk, or the reverse.", _REWRITE),
    # payloads
    ("payload-compression", _E, "A compressed payload does not decompress.", _RECOVER),
    ("payload-size", _W, "A message states another size than its payload has once decompressed.",
     _REWRITE),
    ("payload-arrow", _E, "A payload is not valid Arrow data.", _RECOVER),
    ("payload-extra", _W, "Data stand behind the record batch of a chunk; no reader looks at them.",
     "Write one record batch per message."),
    # chunks
    ("chunk-schema", _E, "Columns make no chunk: one is missing, misplaced or of a wrong type.",
     _REFUSED),
    ("chunk-version", _W, "A chunk states a schema version that this program does not know.",
     "Update this program; what it does not know it may misread."),
    ("column-duplicate", _E, "A timeline or a component has two columns in one chunk.", _REFUSED),
    ("chunk-id-duplicate", _E, "Two chunks of a store have the same id.",
     "Readers keep one of them; `rrd merge` does so for good."),
    # rows
    ("row-id-null", _E, "A row has no id.", _REFUSED),
    ("row-id-duplicate", _E, "Two rows of a chunk have the same id.", _WRITER),
    ("row-id-shared", _W, "Rows of two chunks of a store have the same id.",
     "If the file was joined with a copy of itself, merge the parts instead."),
    ("row-id-sorted-flag", _E, "Row ids are said to ascend, and do not.", _REWRITE),
    ("time-null", _E, "A row has no time on a timeline of its chunk.", _REFUSED),
    ("time-reserved", _E, "A time is the number that stands for static data.", _WRITER),
    ("time-sorted-flag", _E, "Times are said to ascend, and do not; readers will miss rows.",
     _REWRITE),
    ("timeline-kinds", _E, "A timeline counts different things in chunks of one store.",
     "Give one of the two another name; readers take one kind for the other."),
    # components
    ("component-unknown", _E, "A component type or archetype has a reserved name and is unknown.",
     "Give types of your own names that do not begin with `rerun.`."),
    ("component-field", _E, "A component is no field of its archetype, or of another type there.",
     "Use the archetype's own fields, or an archetype name of your own."),
    ("component-type", _E, "A column has another Arrow type than its component.", _WRITER),
    ("component-type-varies", _W, "A component has different Arrow types in chunks of one entity.",
     "Log one type, or use two components."),
    ("component-null", _E, "A value that its component type requires is null.", _WRITER),
    ("component-enum", _E, "A value is no variant of its enum.", _WRITER),
    # footers
    ("footer-missing", _E, "A stream has no footer, so reading anything means reading everything.",
     _REWRITE),
    ("footer-trailer", _E, "A trailer points elsewhere than to the footer before it.", _REWRITE),
    ("footer-checksum", _E, "A footer does not match its checksum.", _REWRITE),
    ("footer-invalid", _E, "A footer cannot be decoded.", _REWRITE),
    # manifests
    ("manifest-invalid", _E, "A manifest cannot be decoded, or lacks a column that all have.",
     _REWRITE),
    ("manifest-repeated", _E, "A footer has two manifests for one store.", _REWRITE),
    ("manifest-columns", _E, "Columns of a manifest are missing, unexplained or of a wrong type.",
     _REWRITE),
    ("manifest-chunk-missing", _E, "A chunk is in no manifest; readers may not find it.", _REWRITE),
    ("manifest-chunk-repeated", _E, "A manifest lists a chunk twice.", _REWRITE),
    ("manifest-chunk-unknown", _E, "A manifest lists a chunk where none stands.", _REWRITE),
    ("manifest-store", _E, "A manifest lists a chunk of another store.", _REWRITE),
    ("manifest-store-old", _W, "A manifest of 0.28 to 0.31 lists a chunk of another store.",
     _REWRITE),
    ("manifest-value", _E, "A manifest is wrong about a chunk's id, entity, rows or sizes.",
     _REWRITE),
    ("manifest-static", _E, "A manifest is wrong about which chunks hold a component statically.",
     _REWRITE),
    ("manifest-bounds", _E, "A manifest is wrong about times or rows of a chunk.", _REWRITE),
    ("manifest-schema", _E, "A manifest's schema lacks a column, has too many, or a wrong type.",
     _REWRITE),
    ("manifest-schema-flags", _W, "A manifest's schema is wrong about which columns are static.",
     _REWRITE),
    ("manifest-schema-hash", _W, "A manifest's schema does not match its digest.", _REWRITE),
)  # fmt: skip

RULES: dict[str, Rule] = {row[0]: Rule(*row) for row in _ROWS}
"""Every rule by its id, from the outside of a file to its inside."""
