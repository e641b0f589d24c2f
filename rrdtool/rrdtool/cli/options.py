"""The options of all commands: declared once, and the index of all flags.

What only `rrd slice` or `rrd split` has, or what means something else there, is declared beside the
command, and listed here. `rrd mcap` has the reference's own flags, for which see its help.

What is read:

```
FILE                    recordings to read
```

Of every command (these may stand before or after the command's name):

```
-h, --help              show the help text
-q, --quiet             leave out notes and progress
-v, --verbose           say more
--color                 when to use colour: auto, always, never
--debug                 show a traceback for every error
```

Of `rrd` itself:

```
--version               show the version
--install-completion    install completion for the current shell
--show-completion       show completion for the current shell
```

Which part of it:

```
-r, --recursive         enter folders
-e, --entity, --include
                        entities to include, by glob
--exclude               entities to leave out, by glob
--allow-empty           accept patterns that match nothing
--store                 recordings and blueprints to include, by glob over their ids
--timeline              a timeline, by name
--start                 the first time
--end                   the last time
-n, --rows              how many rows
--no-decode             read message headers only
--migrate/--no-migrate  show chunks as this version writes them, or as they are
--continue-on-error, --lossy
                        go on after what cannot be read
```

How it is written:

```
--json                  report as JSON
--format                rows as table, ndjson or csv
--full                  values in full
--full-metadata         names and metadata in full
--transposed            columns as rows
--footers               the footers, too
--footers-lod           how much of a footer
--archetypes            group by archetype
--sort                  by name, or the largest first
--depth                 how deep a tree goes
--components/--no-components
                        whether components are listed
```

What `rrd verify` asks:

```
--check-footers/--no-check-footers
                        whether footers must be there and fit the chunks
--rule                  rules to check, by glob
--ignore                rules to leave out, by glob; in `rrd diff`: what does not count
--list-rules            show the rules
--max-findings          how many findings to show of a file
```

What an edit changes:

```
--application-id        the application of the output
--recording-id          the id of the one recording of the output
--into-recording        everything becomes one recording, blueprints too
--prefix                put the entities of an input beneath a path
--drop-entity           entities to leave out, by glob
--component             components to include, by glob
--exclude-component     components to leave out, by glob
--archetype             archetypes to include, by glob
--exclude-archetype     archetypes to leave out, by glob
--drop-timeline, --exclude-timeline
                        timelines to leave out, by glob
--exclude-store         recordings and blueprints to leave out, by glob over their ids
--drop-blueprints       leave out all blueprints
```

What `rrd slice` and `rrd split` ask:

```
--duration              how long the range is
--no-seed               leave out what was known before
--verify                compare answers of source and slice
-t, --time              divide at a time
--num-parts             divide into so many parts of equal duration
--every                 divide into parts of a duration
--drop-unused-timelines
                        keep only the timeline of the times
--statics-once          static data in the first part only
--seed                  begin each part with what was known before it
```

How two recordings are compared:

```
A, B                    the two recordings
--unordered             the order of chunks does not count
--full-dump             show all chunks of both
--ignore-chunks-without-components
                        accepted; they never count
--ignore-timeline       timelines that do not count
--by                    match rows by row id or by time
--atol                  how far numbers may differ
--rtol                  how far numbers may differ, relative to them
--max-differences       how many differences to show
```

What `rrd recover` and `rrd migrate` ask:

```
FILE                    the damaged recording
--check                 only say which files are old
```

What `rrd optimize` asks:

```
--profile               large chunks to store, or small ones to view live
--max-size              size up to which chunks are merged
--max-rows              rows up to which they are merged
--max-rows-if-unsorted  the same, for chunks out of order
--split-size-ratio      from which difference in size on archetypes part
--rebatch-videos/--no-rebatch-videos
                        whether chunks of video streams begin at keyframes
--fix-keyframe          replace keyframe flags by what the samples tell
--num-pass              accepted, and ignored
-j, --jobs              how many files at a time
```

What `rrd import` asks:

```
FILE                    files, folders or URLs to import
--each                  each input becomes a recording of its own
--entity-path-prefix    put all entities beneath a path
--static                data without times of their own hold at all times
--time_sequence, --time-sequence
                        a step at which data without times hold
--time_duration_nanos, --time-duration-nanos
                        a duration at which they hold
--time_timestamp_nanos, --time-timestamp-nanos
                        a moment at which they hold
--importer              the importer to use, by name
--video                 videos as assets, or as streams
--strict-reference      nothing that the reference does not make
-O, --option            an importer's own option
--plugin-timeout        how long an importer program may be silent
--strict                what is not understood is an error
--list-importers        show the importers
```

Where a recording goes:

```
-o, --output            the file; - is standard output
-d, --output-dir        the folder, for several files
--force                 replace what exists
--in-place              replace the input
--backup                keep the file that is replaced
--dry-run               say what would be done
--history               add to the recording how it was made
```
"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

import rrdtool
from rrdtool.cli.session import ColorChoice, session

__all__ = [
    "AbsoluteTolerance",
    "AllowEmpty",
    "ApplicationId",
    "Backup",
    "ByArchetype",
    "CheckFooters",
    "CheckOnly",
    "Color",
    "Components",
    "ContinueOnError",
    "DamagedFile",
    "Debug",
    "Depth",
    "DropBlueprints",
    "DropEntities",
    "DropTimelines",
    "DryRun",
    "EachInput",
    "End",
    "Entities",
    "EntityPathPrefix",
    "Exclude",
    "ExcludeArchetypes",
    "ExcludeComponents",
    "ExcludeStores",
    "Files",
    "FixKeyframe",
    "Footers",
    "FootersLod",
    "Force",
    "Full",
    "FullDump",
    "FullMetadata",
    "History",
    "IgnoreChunksWithoutComponents",
    "IgnoreRules",
    "IgnoreTimelines",
    "ImportFiles",
    "ImporterName",
    "ImporterOptions",
    "InPlace",
    "IncludeArchetypes",
    "IncludeComponents",
    "IntoRecording",
    "Jobs",
    "Json",
    "ListImporters",
    "ListRules",
    "MatchBy",
    "MaxDifferences",
    "MaxFindings",
    "MaxRows",
    "MaxRowsIfUnsorted",
    "MaxSize",
    "Migrate",
    "NoDecode",
    "NumPass",
    "Output",
    "OutputDir",
    "PluginTimeout",
    "Prefixes",
    "Profile",
    "Quiet",
    "RebatchVideos",
    "RecordingA",
    "RecordingB",
    "RecordingId",
    "Recursive",
    "RelativeTolerance",
    "RowCount",
    "RowFormat",
    "RowFormatChoice",
    "RuleGlobs",
    "SplitSizeRatio",
    "Start",
    "StaticImport",
    "Stores",
    "StrictImport",
    "StrictReference",
    "TimeDuration",
    "TimeSequence",
    "TimeTimestamp",
    "TimelineName",
    "Transposed",
    "TreeSort",
    "Unordered",
    "Verbose",
    "Version",
    "VideoMode",
    "common",
]

RowFormatChoice = Literal["table", "ndjson", "csv"]


def _set_quiet(value: bool) -> None:
    session.quiet |= value


def _set_verbosity(value: int) -> None:
    session.verbosity += value


def _set_color(value: ColorChoice | None) -> None:
    session.color = value or session.color


def _set_debug(value: bool) -> None:
    session.debug |= value


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"rrd {rrdtool.__version__}")
        raise typer.Exit


Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="Recordings (.rrd) or blueprints (.rbl) to read. "
        "- is standard input, which is also read when no FILE is given.",
        show_default=False,
    ),
]
Recursive = Annotated[
    bool, typer.Option("-r", "--recursive", help="Read the recordings in folders, too.")
]
Entities = Annotated[
    list[str] | None,
    typer.Option(
        "-e",
        "--entity",
        "--include",
        metavar="GLOB",
        help="Only entities that match, such as /world/**; may be repeated.",
        show_default=False,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="GLOB",
        help="Not the entities that match; may be repeated.",
        show_default=False,
    ),
]
AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Accept patterns that match nothing.")
]
Stores = Annotated[
    list[str] | None,
    typer.Option(
        "--store",
        metavar="GLOB",
        help="Only recordings and blueprints whose id matches; may be repeated.",
        show_default=False,
    ),
]
TimelineName = Annotated[
    str | None,
    typer.Option("--timeline", metavar="NAME", help="The timeline to use.", show_default=False),
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="TIME",
        help="Nothing before this time: 2024-05-01T12:00:00Z, 10s, 42 (as the timeline has it), "
        "+10s (after the start) or -5s (before the end).",
        show_default=False,
    ),
]
End = Annotated[
    str | None,
    typer.Option(
        "--end",
        metavar="TIME",
        help="Nothing after this time; written as for --start.",
        show_default=False,
    ),
]
RowCount = Annotated[int, typer.Option("-n", "--rows", min=0, help="Number of rows.")]
NoDecode = Annotated[
    bool,
    typer.Option("--no-decode", help="Read the headers of messages only: faster, and tells less."),
]
Migrate = Annotated[
    bool,
    typer.Option(
        "--migrate/--no-migrate",
        help="Show chunks as this version writes them, or as they are in the file.",
    ),
]
ContinueOnError = Annotated[
    bool,
    typer.Option(
        "--continue-on-error",
        "--lossy",
        help="Go on after what cannot be read; the exit code is 3 if anything was left out.",
    ),
]
Full = Annotated[bool, typer.Option("--full", help="Show values in full, however long.")]
FullMetadata = Annotated[
    bool, typer.Option("--full-metadata", help="Show full names in metadata, with prefixes.")
]
Transposed = Annotated[
    bool, typer.Option("--transposed", help="Show the columns of tables as rows.")
]
Footers = Annotated[bool, typer.Option("--footers", help="Show the footers at the end, too.")]
FootersLod = Annotated[
    int,
    typer.Option(
        "--footers-lod",
        min=0,
        max=2,
        help="How much of a footer: 0 the chunks, 1 also their times, 2 everything.",
    ),
]
TreeSort = Annotated[
    Literal["name", "size", "rows"],
    typer.Option("--sort", help="Sort by name, or by size or rows with the largest first."),
]
Depth = Annotated[
    int | None,
    typer.Option(
        "--depth",
        metavar="N",
        min=0,
        help="Add up what lies deeper than N parts of an entity path.",
        show_default=False,
    ),
]
Components = Annotated[
    bool,
    typer.Option("--components/--no-components", help="List the components of entities, or not."),
]
ByArchetype = Annotated[bool, typer.Option("--archetypes", help="Group by archetype.")]
Json = Annotated[
    bool, typer.Option("--json", help="Report as JSON, one object per input or message.")
]
RowFormat = Annotated[RowFormatChoice, typer.Option("--format", help="How rows are written.")]

Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help="Where to write; - is standard output. Without it the recording goes to standard "
        "output, or on a terminal to a new file beside the input.",
        show_default=False,
    ),
]
OutputDir = Annotated[
    str | None,
    typer.Option(
        "-d",
        "--output-dir",
        metavar="FOLDER",
        help="Write the files into this folder, which is made if it is missing.",
        show_default=False,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace the output if it exists; never an input.")
]
InPlace = Annotated[
    bool,
    typer.Option("--in-place", help="Replace the input with the output, once that is complete."),
]
Backup = Annotated[
    bool,
    typer.Option(
        "--backup", help="With --in-place: keep the old file as FILE.bak (or .bak1, .bak2, …)."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")
]
History = Annotated[
    bool,
    typer.Option(
        "--history",
        help="Add to the recording how it was made: command line, version, digests of the inputs.",
    ),
]

Profile = Annotated[
    Literal["object-store", "live"],
    typer.Option(
        "--profile",
        help="Large chunks to store and stream, or small ones to view while logging. The variables "
        "RERUN_CHUNK_MAX_BYTES, _ROWS and _ROWS_IF_UNSORTED and the options below override it.",
    ),
]
MaxSize = Annotated[
    str | None,
    typer.Option(
        "--max-size",
        metavar="SIZE",
        help="Size up to which chunks are merged: 2MiB, 500kB.",
        show_default=False,
    ),
]
MaxRows = Annotated[
    int | None,
    typer.Option(
        "--max-rows",
        metavar="N",
        min=1,
        help="Rows up to which chunks are merged.",
        show_default=False,
    ),
]
MaxRowsIfUnsorted = Annotated[
    int | None,
    typer.Option(
        "--max-rows-if-unsorted",
        metavar="N",
        min=1,
        help="The same for chunks in which the times of some timeline are out of order.",
        show_default=False,
    ),
]
SplitSizeRatio = Annotated[
    float | None,
    typer.Option(
        "--split-size-ratio",
        metavar="X",
        min=0,
        help="Archetypes of which one takes X times the bytes of another get chunks of their own, "
        "so that scalars can be read without images; 0 keeps all together.",
        show_default=False,
    ),
]
RebatchVideos = Annotated[
    bool,
    typer.Option(
        "--rebatch-videos/--no-rebatch-videos",
        help="Whether chunks of video streams begin at keyframes and hold whole groups.",
    ),
]
FixKeyframe = Annotated[
    bool,
    typer.Option(
        "--fix-keyframe",
        help="Replace keyframe flags that are wrong by what the samples tell; without it they are "
        "reported and kept.",
    ),
]
NumPass = Annotated[
    int | None,
    typer.Option(
        "--num-pass",
        metavar="N",
        min=0,
        help="Accepted for the reference's sake: one pass is enough.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "-j",
        "--jobs",
        metavar="N",
        min=1,
        help="How many files of a folder to work on at a time; by default one for each processor.",
        show_default=False,
    ),
]

DamagedFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="The damaged recording; - is standard input.", show_default=False
    ),
]
CheckOnly = Annotated[
    bool,
    typer.Option(
        "--check", help="Only say which files are old; the exit code is 1 if there are any."
    ),
]
RecordingA = Annotated[
    str,
    typer.Argument(
        metavar="A", help="The first recording; - is standard input.", show_default=False
    ),
]
RecordingB = Annotated[
    str,
    typer.Argument(
        metavar="B", help="The second recording; - is standard input.", show_default=False
    ),
]
Unordered = Annotated[
    bool,
    typer.Option(
        "--unordered",
        help="The order of chunks does not count. Without it they are compared by chunk id.",
    ),
]
FullDump = Annotated[
    bool, typer.Option("--full-dump", help="Show all chunks of both recordings first.")
]
IgnoreChunksWithoutComponents = Annotated[
    bool,
    typer.Option(
        "--ignore-chunks-without-components",
        help="Accepted for the reference's sake: chunks without components never count.",
    ),
]
IgnoreTimelines = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore-timeline",
        metavar="NAME",
        help="A timeline that does not count at all, there or not; may be repeated.",
        show_default=False,
    ),
]
MatchBy = Annotated[
    Literal["auto", "row-id", "time"],
    typer.Option(
        "--by",
        help="How rows are matched: by row id, or by their times and then their order. auto takes "
        "row ids if the recordings share any, as a recording and its copy do.",
    ),
]
AbsoluteTolerance = Annotated[
    float,
    typer.Option(
        "--atol", metavar="X", min=0, help="Floating-point numbers may differ by this much."
    ),
]
RelativeTolerance = Annotated[
    float,
    typer.Option(
        "--rtol", metavar="X", min=0, help="And by this much times the larger of the two."
    ),
]
MaxDifferences = Annotated[
    int, typer.Option("--max-differences", min=0, help="Differences to show; all are counted.")
]

ApplicationId = Annotated[
    str | None,
    typer.Option(
        "--application-id",
        metavar="ID",
        help="Application of the output, for viewers to tell whose layout to use.",
        show_default=False,
    ),
]
RecordingId = Annotated[
    str | None,
    typer.Option(
        "--recording-id",
        metavar="ID",
        help="Id of the output's recording: all recordings are joined into one. Blueprints keep "
        "their ids, unless there is nothing else.",
        show_default=False,
    ),
]
IntoRecording = Annotated[
    bool,
    typer.Option(
        "--into-recording",
        help="Make everything one recording; what blueprints hold is data then like any other.",
    ),
]
Prefixes = Annotated[
    list[str] | None,
    typer.Option(
        "--prefix",
        metavar="INPUT=/PATH",
        help="Put the entities of an input beneath a path. INPUT is a file's name, its ending may "
        "be left out. Further pairs may follow after a space.",
        show_default=False,
    ),
]
DropEntities = Annotated[
    list[str] | None,
    typer.Option(
        "--drop-entity",
        metavar="GLOB",
        help="Not the entities that match, as --exclude; may be repeated.",
        show_default=False,
    ),
]
IncludeComponents = Annotated[
    list[str] | None,
    typer.Option(
        "--component",
        metavar="GLOB",
        help="Only components that match, such as Points3D:*; may be repeated.",
        show_default=False,
    ),
]
ExcludeComponents = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-component",
        metavar="GLOB",
        help="Not the components that match; may be repeated.",
        show_default=False,
    ),
]
IncludeArchetypes = Annotated[
    list[str] | None,
    typer.Option(
        "--archetype",
        metavar="GLOB",
        help="Only components of archetypes that match, such as Points3D; may be repeated.",
        show_default=False,
    ),
]
ExcludeArchetypes = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-archetype",
        metavar="GLOB",
        help="Not the components of archetypes that match; may be repeated.",
        show_default=False,
    ),
]
DropTimelines = Annotated[
    list[str] | None,
    typer.Option(
        "--drop-timeline",
        "--exclude-timeline",
        metavar="GLOB",
        help="Not the timelines that match; may be repeated.",
        show_default=False,
    ),
]
ExcludeStores = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-store",
        metavar="GLOB",
        help="Not the recordings and blueprints whose id matches; may be repeated.",
        show_default=False,
    ),
]
DropBlueprints = Annotated[
    bool, typer.Option("--drop-blueprints", help="Leave out blueprints and what activates them.")
]

CheckFooters = Annotated[
    bool,
    typer.Option(
        "--check-footers/--no-check-footers",
        help="Whether footers must be there and fit the chunks.",
    ),
]
RuleGlobs = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="GLOB",
        help="Only rules that match, such as manifest-*; may be repeated.",
        show_default=False,
    ),
]
IgnoreRules = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="GLOB",
        help="Not the rules that match; may be repeated.",
        show_default=False,
    ),
]
ListRules = Annotated[bool, typer.Option("--list-rules", help="Show the rules, and read nothing.")]
MaxFindings = Annotated[
    int,
    typer.Option("--max-findings", min=0, help="Findings to show of a file; all are counted."),
]

Quiet = Annotated[
    bool,
    typer.Option(
        "-q", "--quiet", help="Leave out notes and progress.", callback=_set_quiet,
        expose_value=False,
    ),
]  # fmt: skip
Verbose = Annotated[
    int,
    typer.Option(
        "-v", "--verbose", help="Say more.", count=True, show_default=False,
        callback=_set_verbosity, expose_value=False,
    ),
]  # fmt: skip
Color = Annotated[
    ColorChoice | None,
    typer.Option(
        "--color", help="When to use colour; auto is on terminals.", callback=_set_color,
        expose_value=False,
    ),
]  # fmt: skip
Debug = Annotated[
    bool,
    typer.Option(
        "--debug", help="Show a traceback for every error.", callback=_set_debug,
        expose_value=False,
    ),
]  # fmt: skip
Version = Annotated[
    bool,
    typer.Option(
        "--version", help="Show the version.", callback=_show_version, is_eager=True,
        expose_value=False,
    ),
]  # fmt: skip


def common(
    quiet: Quiet = False,
    verbose: Verbose = 0,
    color: Color = None,
    debug: Debug = False,
) -> None:
    """Carries the options that every command has; the group adds them to each command."""


# import
ImportFiles = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="Files, folders or URLs to import. - is standard input, which is also read when no "
        "FILE is given.",
        show_default=False,
    ),
]
EachInput = Annotated[bool, typer.Option("--each", help="Make each input a recording of its own.")]
EntityPathPrefix = Annotated[
    str | None,
    typer.Option(
        "--entity-path-prefix",
        metavar="/PATH",
        help="Put all entities beneath this path.",
        show_default=False,
    ),
]
StaticImport = Annotated[
    bool,
    typer.Option("--static", help="Make data without times of their own static, as by default."),
]
TimeSequence = Annotated[
    list[str] | None,
    typer.Option(
        "--time_sequence",
        "--time-sequence",
        metavar="NAME=N",
        help="Give data without times of their own this step on a timeline; may be repeated.",
        show_default=False,
    ),
]
TimeDuration = Annotated[
    list[str] | None,
    typer.Option(
        "--time_duration_nanos",
        "--time-duration-nanos",
        metavar="NAME=NS",
        help="The same in nanoseconds since a start.",
        show_default=False,
    ),
]
TimeTimestamp = Annotated[
    list[str] | None,
    typer.Option(
        "--time_timestamp_nanos",
        "--time-timestamp-nanos",
        metavar="NAME=NS",
        help="The same in nanoseconds since 1970, UTC.",
        show_default=False,
    ),
]
ImporterName = Annotated[
    str | None,
    typer.Option(
        "--importer",
        metavar="NAME",
        help="Use this importer or importer program, whatever the suffix.",
        show_default=False,
    ),
]
VideoMode = Annotated[
    Literal["asset", "stream"] | None,
    typer.Option(
        "--video",
        help="Videos as a file with a reference to each frame (asset, as by default), or as their "
        "samples, which can be cut and merged (stream).",
        show_default=False,
    ),
]
StrictReference = Annotated[
    bool,
    typer.Option(
        "--strict-reference", help="Make nothing of MCAP channels that the reference would not."
    ),
]
ImporterOptions = Annotated[
    list[str] | None,
    typer.Option(
        "-O",
        "--option",
        metavar="NAME=VALUE",
        help="Set an option of an importer; --list-importers -v shows them. May be repeated.",
        show_default=False,
    ),
]
PluginTimeout = Annotated[
    float,
    typer.Option(
        "--plugin-timeout",
        metavar="SECONDS",
        min=0,
        help="How long an importer program may be silent before it is ended; 0 waits for ever.",
    ),
]
StrictImport = Annotated[
    bool,
    typer.Option("--strict", help="Fail if anything is not understood, and write nothing."),
]
ListImporters = Annotated[
    bool, typer.Option("--list-importers", help="Show the importers, and read nothing.")
]
