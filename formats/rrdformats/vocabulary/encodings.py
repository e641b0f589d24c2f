"""All datatypes: the reusable values that components are made of.

Up to 0.36 their namespace was `rerun.datatypes`, since 0.37 it is `rerun.encodings`; recordings
name components and archetypes only, so no file depends on it. A row may name the rows above it.
"""

from __future__ import annotations

from rrdformats.vocabulary.arrow_types import ArrowType, parse_arrow_type
from rrdformats.vocabulary.model import Datatype, EnumType, one_of

__all__ = ["ARROW_NAMES", "DATATYPES"]

_Row = tuple[str, str | EnumType, str]

_NUMBERS: tuple[_Row, ...] = (
    ("Bool", "bool", "True or false."),
    ("Float32", "float", "A 32-bit floating-point number."),
    ("Float64", "double", "A 64-bit floating-point number."),
    ("UInt16", "uint16", "A 16-bit unsigned integer."),
    ("UInt32", "uint32", "A 32-bit unsigned integer."),
    ("UInt64", "uint64", "A 64-bit unsigned integer."),
    ("Angle", "float", "An angle (radians)."),
    ("Rgba32", "uint32", "An sRGB color with linear alpha, packed as 0xRRGGBBAA."),
    ("Range1D", "fixed_size_list<item: double not null>[2]", "A lower and an upper bound."),
    (
        "Range2D",
        "struct<x_range: Range1D not null, y_range: Range1D not null>",
        "Bounds of an axis-aligned rectangle.",
    ),
)

_VECTORS: tuple[_Row, ...] = (
    ("Vec2D", "fixed_size_list<item: float not null>[2]", "Two 32-bit floats."),
    ("Vec3D", "fixed_size_list<item: float not null>[3]", "Three 32-bit floats."),
    ("Vec4D", "fixed_size_list<item: float not null>[4]", "Four 32-bit floats."),
    ("DVec2D", "fixed_size_list<item: double not null>[2]", "Two 64-bit floats."),
    ("UVec2D", "fixed_size_list<item: uint32 not null>[2]", "Two unsigned 32-bit integers."),
    ("UVec3D", "fixed_size_list<item: uint32 not null>[3]", "Three unsigned 32-bit integers."),
    ("UVec4D", "fixed_size_list<item: uint32 not null>[4]", "Four unsigned 32-bit integers."),
    ("IVec3D", "fixed_size_list<item: int32 not null>[3]", "Three signed 32-bit integers."),
    ("Mat3x3", "fixed_size_list<item: float not null>[9]", "A 3×3 matrix, column by column."),
    ("Mat4x4", "fixed_size_list<item: float not null>[16]", "A 4×4 matrix, column by column."),
    ("Quaternion", "fixed_size_list<item: float not null>[4]", "A rotation as x, y, z, w."),
    (
        "RotationAxisAngle",
        "struct<axis: Vec3D not null, angle: Angle not null>",
        "A rotation by an angle (radians) around an axis.",
    ),
    (
        "Plane3D",
        "fixed_size_list<item: float not null>[4]",
        "A plane as its normal x, y, z and its distance from the origin along it.",
    ),
    (
        "ViewDir",
        one_of(Up=1, Down=2, Right=3, Left=4, Forward=5, Back=6),
        "One of the six directions as a viewer sees them.",
    ),
    (
        "ViewCoordinates",
        "fixed_size_list<item: uint8 not null>[3]",
        "The `ViewDir` that each of the axes x, y and z points to.",
    ),
    (
        "SphericalHarmonics3Rgb",
        "fixed_size_list<item: fixed_size_list<item: halffloat not null>[3] not null>[15]",
        "RGB coefficients of the spherical harmonics of degrees 1 to 3.",
    ),
)

_TEXT_AND_BYTES: tuple[_Row, ...] = (
    ("Utf8", "string", "Text in UTF-8."),
    (
        "Utf8Pair",
        "struct<first: string not null, second: string not null>",
        "Two texts that belong together.",
    ),
    ("EntityPath", "string", "The path of an entity, as text."),
    ("Blob", "list<item: uint8 not null>", "Any number of bytes."),
    ("Uuid", "fixed_size_list<item: uint8 not null>[16]", "The 16 bytes of a UUID."),
)

_TIMES: tuple[_Row, ...] = (
    ("TimeInt", "int64", "A time: a sequence number, or nanoseconds."),
    ("VideoTimestamp", "int64", "A time within a video (nanoseconds from its start)."),
    (
        "AbsoluteTimeRange",
        "struct<min: TimeInt not null, max: TimeInt not null>",
        "A range of times, both ends included.",
    ),
    (
        "TimeRangeBoundary",
        (
            "dense_union<_null_markers: null=0, CursorRelative: TimeInt not null=1,"
            " Absolute: TimeInt not null=2, Infinite: null=3>"
        ),
        "An end of a time range: a fixed time, a distance from the time cursor, or unbounded.",
    ),
    (
        "TimeRange",
        "struct<start: TimeRangeBoundary, end: TimeRangeBoundary>",
        "A range of times whose ends may move with the time cursor.",
    ),
    (
        "VisibleTimeRange",
        "struct<timeline: string not null, range: TimeRange not null>",
        "The range of one timeline that a view shows.",
    ),
)

_ANNOTATIONS: tuple[_Row, ...] = (
    ("ClassId", "uint16", "The number of a class in an annotation context."),
    ("KeypointId", "uint16", "The number of a keypoint within its class."),
    (
        "KeypointPair",
        "struct<keypoint0: KeypointId not null, keypoint1: KeypointId not null>",
        "Two keypoints that a line connects.",
    ),
    (
        "AnnotationInfo",
        "struct<id: uint16 not null, label: string, color: Rgba32>",
        "The label and the color that stand for a number.",
    ),
    (
        "ClassDescription",
        (
            "struct<info: AnnotationInfo not null,"
            " keypoint_annotations: list<item: AnnotationInfo not null> not null,"
            " keypoint_connections: list<item: KeypointPair not null> not null>"
        ),
        "How a class, its keypoints and the lines between them are shown.",
    ),
    (
        "ClassDescriptionMapElem",
        "struct<class_id: ClassId not null, class_description: ClassDescription not null>",
        "An entry of an annotation context: a class and its description.",
    ),
)

_IMAGES: tuple[_Row, ...] = (
    (
        "ChannelDatatype",
        one_of(
            U8=6,
            I8=7,
            U16=8,
            I16=9,
            U32=10,
            I32=11,
            U64=12,
            I64=13,
            F16=33,
            F32=34,
            F64=35,
            default="U8",
        ),
        "The number type of one channel of a pixel.",
    ),
    (
        "ColorModel",
        one_of(L=1, RGB=2, RGBA=3, BGR=4, BGRA=5, default="L"),
        "Which channels a pixel has, in which order.",
    ),
    (
        "PixelFormat",
        one_of(
            Y_U_V12_LimitedRange=20,
            NV12=26,
            YUY2=27,
            Y8_FullRange=30,
            Y_U_V24_LimitedRange=39,
            Y_U_V24_FullRange=40,
            Y8_LimitedRange=41,
            Y_U_V12_FullRange=44,
            Y_U_V16_LimitedRange=49,
            Y_U_V16_FullRange=50,
            BayerRGGB8=128,
            BayerBGGR8=129,
            BayerGBRG8=130,
            BayerGRBG8=131,
            default="NV12",
        ),
        "A pixel layout with subsampled or mosaicked channels.",
    ),
    (
        "ImageFormat",
        (
            "struct<width: uint32 not null, height: uint32 not null, pixel_format: PixelFormat,"
            " color_model: ColorModel, channel_datatype: ChannelDatatype>"
        ),
        "Size and pixel layout of an image: a pixel format, or a color model with a channel type.",
    ),
)

_TENSORS: tuple[_Row, ...] = (
    (
        "TensorBuffer",
        (
            "dense_union<_null_markers: null=0, U8: list<item: uint8 not null> not null=1,"
            " U16: list<item: uint16 not null> not null=2,"
            " U32: list<item: uint32 not null> not null=3,"
            " U64: list<item: uint64 not null> not null=4,"
            " I8: list<item: int8 not null> not null=5,"
            " I16: list<item: int16 not null> not null=6,"
            " I32: list<item: int32 not null> not null=7,"
            " I64: list<item: int64 not null> not null=8,"
            " F16: list<item: halffloat not null> not null=9,"
            " F32: list<item: float not null> not null=10,"
            " F64: list<item: double not null> not null=11>"
        ),
        "The numbers of a tensor, of any one number type.",
    ),
    (
        "TensorData",
        (
            "struct<shape: list<item: uint64 not null> not null,"
            " names: list<item: string not null>, buffer: TensorBuffer>"
        ),
        "An n-dimensional array in row-major order, its dimensions optionally named.",
    ),
    (
        "TensorDimensionSelection",
        "struct<dimension: uint32 not null, invert: bool not null>",
        "A dimension of a tensor, to be shown forwards or backwards.",
    ),
    (
        "TensorDimensionIndexSelection",
        "struct<dimension: uint32 not null, index: uint64 not null>",
        "The index at which a dimension of a tensor is held.",
    ),
)

_MCAP: tuple[_Row, ...] = (
    (
        "ChannelCountPair",
        "struct<channel_id: uint16 not null, message_count: uint64 not null>",
        "How many messages a channel has.",
    ),
)

_BLUEPRINT: tuple[_Row, ...] = (
    (
        "ColumnType",
        "struct<component: string, component_type_name: string>",
        "The component as which the values of a table column are shown.",
    ),
    (
        "ComponentColumnSelector",
        "struct<entity_path: string not null, component: string not null>",
        "A component column of a dataframe view.",
    ),
    (
        "ComponentSourceKind",
        one_of(SourceComponent=1, Override=2, Default=3, AnnotationContext=4),
        "Where a visualizer takes the values of a component from.",
    ),
    (
        "FilterByRange",
        "struct<start: TimeInt not null, end: TimeInt not null>",
        "Keeps rows whose time lies in the range, both ends included.",
    ),
    (
        "FilterIsNotNull",
        "struct<active: bool not null, column: blueprint.ComponentColumnSelector not null>",
        "Keeps rows in which a column has a value, while the filter is active.",
    ),
    (
        "SelectedColumns",
        (
            "struct<time_columns: list<item: string not null> not null,"
            " component_columns: list<item: blueprint.ComponentColumnSelector not null> not null>"
        ),
        "The columns that a dataframe view shows.",
    ),
    (
        "SortDirection",
        one_of(Ascending=1, Descending=2),
        "Whether rows rise or fall.",
    ),
    (
        "SortBy",
        "struct<column: string not null, direction: blueprint.SortDirection>",
        "The column by which a table is sorted, and in which direction.",
    ),
    (
        "TensorDimensionIndexSlider",
        "struct<dimension: uint32 not null>",
        "A dimension of a tensor whose index has a slider.",
    ),
    (
        "TextLogColumnKind",
        one_of(EntityPath=1, LogLevel=2, Body=3, default="EntityPath"),
        "What a column of a text log view shows.",
    ),
    (
        "TextLogColumn",
        "struct<visible: bool not null, kind: blueprint.TextLogColumnKind not null>",
        "A column of a text log view, shown or hidden.",
    ),
    (
        "TimelineColumn",
        "struct<visible: bool not null, timeline: string not null>",
        "A timeline column of a text log view, shown or hidden.",
    ),
    (
        "VisualizerComponentMapping",
        (
            "struct<target: string not null,"
            " source_kind: blueprint.ComponentSourceKind not null,"
            " source_component: string, selector: string>"
        ),
        "Where one component of a visualizer comes from.",
    ),
)

_CORE = (
    *_NUMBERS,
    *_VECTORS,
    *_TEXT_AND_BYTES,
    *_TIMES,
    *_ANNOTATIONS,
    *_IMAGES,
    *_TENSORS,
    *_MCAP,
)

ARROW_NAMES: dict[str, ArrowType] = {}
"""Arrow type by the name that rows use: `Vec3D`, `blueprint.SortBy`."""

DATATYPES: dict[str, Datatype] = {}
"""Datatype by the name that rows use."""


def _declare(namespace: str, rows: tuple[_Row, ...]) -> None:
    for short_name, value, doc in rows:
        enum = value if isinstance(value, EnumType) else None
        text = value.storage if isinstance(value, EnumType) else value
        arrow = parse_arrow_type(text, ARROW_NAMES)
        name = f"{namespace}{short_name}"
        ARROW_NAMES[name] = arrow
        DATATYPES[name] = Datatype(f"rerun.{namespace}encodings.{short_name}", arrow, doc, enum)


_declare("", _CORE)
_declare("blueprint.", _BLUEPRINT)
