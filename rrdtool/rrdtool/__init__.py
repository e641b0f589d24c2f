"""The logging API, `import rrdtool as rr`; and the library beneath the `rrd` command.

```
rrdtool.archetypes   what can be logged            rrdtool.recording    recording streams
rrdtool.components   values with a meaning         rrdtool.sinks        files, memory, connections
rrdtool.datatypes    values                        rrdtool.blueprint    how viewers show recordings
rrdtool.model        what these are made of
rrdtool.operations   one module per operation: pure functions that return dataclasses
rrdtool.cli          the Typer command line: parse, call one operation, render
```

Importing this package loads nothing else: each name is loaded when it is first used, and
`rrd --version` reads only one line.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rrdtool import archetypes, blueprint, components, datatypes, encodings
    from rrdtool.archetypes import (
        AnnotationContext,
        Arrows2D,
        Arrows3D,
        Asset3D,
        AssetAudio,
        AssetVideo,
        BarChart,
        Box2DFormat,
        Boxes2D,
        Boxes3D,
        Capsules3D,
        Clear,
        CoordinateFrame,
        Cylinders3D,
        DepthImage,
        Ellipses2D,
        Ellipsoids3D,
        EncodedDepthImage,
        EncodedImage,
        GaussianSplats3D,
        GeoLineStrings,
        GeoPoints,
        GraphEdges,
        GraphNodes,
        GridMap,
        Image,
        InstancePoses3D,
        LineStrips2D,
        LineStrips3D,
        McapChannel,
        McapMessage,
        McapSchema,
        McapStatistics,
        Measurements,
        Mesh3D,
        Pinhole,
        Points2D,
        Points3D,
        Scalars,
        SegmentationImage,
        SeriesLines,
        SeriesPoints,
        StateChange,
        StateConfiguration,
        Tensor,
        TextDocument,
        TextLog,
        Transform3D,
        TransformAxes3D,
        VideoFrameReference,
        VideoStream,
        ViewCoordinates,
        Volume3D,
        VoxelGridMap,
    )
    from rrdtool.blueprint.blueprints import BlueprintLike
    from rrdtool.components import (
        AlbedoFactor,
        GraphEdge,
        GraphType,
        MediaType,
        Radius,
        Scale3D,
        TensorDimensionIndexSelection,
        TextLogLevel,
        TransformRelation,
        VideoCodec,
    )
    from rrdtool.datatypes import (
        Angle,
        AnnotationInfo,
        ChannelDatatype,
        ClassDescription,
        ColorModel,
        PixelFormat,
        Quaternion,
        RotationAxisAngle,
        TensorData,
        TensorDimensionSelection,
        TimeInt,
        TimeRange,
        TimeRangeBoundary,
        VisibleTimeRange,
    )
    from rrdtool.model.custom import AnyBatchValue, AnyValues, DynamicArchetype
    from rrdtool.model.described import (
        ComponentBatchMixin,
        ComponentColumn,
        ComponentColumnList,
        ComponentDescriptor,
        ComponentMixin,
        DescribedComponentBatch,
    )
    from rrdtool.model.errors import RerunWarning, set_strict_mode, strict_mode
    from rrdtool.model.protocols import (
        AsComponents,
        ComponentBatchLike,
        ComponentValueLike,
        TimeColumnLike,
    )
    from rrdtool.recording.batcher_config import ChunkBatcherConfig
    from rrdtool.recording.blueprints import send_blueprint
    from rrdtool.recording.bundles import escape_entity_path_part, new_entity_path
    from rrdtool.recording.chunks import send_chunks, send_recording
    from rrdtool.recording.columns import TimeColumn, send_columns
    from rrdtool.recording.files import (
        EXTERNAL_IMPORTER_INCOMPATIBLE_EXIT_CODE,
        log_file_from_contents,
        log_file_from_path,
    )
    from rrdtool.recording.frames import send_dataframe, send_record_batch
    from rrdtool.recording.indexes import AUTO_INDEX
    from rrdtool.recording.lifecycle import (
        cleanup_if_forked_child,
        rerun_shutdown,
        shutdown_at_exit,
        unregister_shutdown,
    )
    from rrdtool.recording.log import log
    from rrdtool.recording.logging_handler import LoggingHandler
    from rrdtool.recording.names import (
        RECORDING_PROPERTIES_PATH,
        RERUN_KIND,
        RERUN_KIND_CONTROL,
        RERUN_KIND_INDEX,
        SORBET_ARCHETYPE_NAME,
        SORBET_COMPONENT,
        SORBET_COMPONENT_TYPE,
        SORBET_ENTITY_PATH,
        SORBET_INDEX_NAME,
        SORBET_IS_TABLE_INDEX,
    )
    from rrdtool.recording.notebook import legacy_notebook_show, notebook_show
    from rrdtool.recording.opening import (
        binary_stream,
        disconnect,
        memory_recording,
        save,
        set_sinks,
        stdout,
    )
    from rrdtool.recording.properties import (
        send_property,
        send_recording_name,
        send_recording_start_time_nanos,
    )
    from rrdtool.recording.script import script_add_args, script_setup, script_teardown
    from rrdtool.recording.selection import (
        get_application_id,
        get_data_recording,
        get_global_data_recording,
        get_recording_id,
        get_thread_local_data_recording,
        is_enabled,
        recording_stream_generator_ctx,
        set_global_data_recording,
        set_log_tick_enabled,
        set_log_time_enabled,
        set_thread_local_data_recording,
        thread_local_stream,
    )
    from rrdtool.recording.starting import init, version
    from rrdtool.recording.streams import RecordingStream
    from rrdtool.recording.times import disable_timeline, reset_time, set_time
    from rrdtool.recording.viewer import connect_grpc, login, logout, serve_grpc, spawn
    from rrdtool.recording.web_viewer import serve_web_viewer, start_web_viewer_server
    from rrdtool.sinks.file import FileSink
    from rrdtool.sinks.grpc import GrpcServerSink, GrpcSink
    from rrdtool.sinks.memory import BinaryStream, MemoryRecording

__version__ = "0.1.0"

_MODULES = ("archetypes", "blueprint", "components", "datatypes", "encodings")

_NAMES = {
    "archetypes": (
        "AnnotationContext Arrows2D Arrows3D Asset3D AssetAudio AssetVideo BarChart Box2DFormat "
        "Boxes2D Boxes3D Capsules3D Clear CoordinateFrame Cylinders3D DepthImage Ellipses2D "
        "Ellipsoids3D EncodedDepthImage EncodedImage GaussianSplats3D GeoLineStrings GeoPoints "
        "GraphEdges GraphNodes GridMap Image InstancePoses3D LineStrips2D LineStrips3D "
        "McapChannel McapMessage McapSchema McapStatistics Measurements Mesh3D Pinhole Points2D "
        "Points3D Scalars SegmentationImage SeriesLines SeriesPoints StateChange "
        "StateConfiguration Tensor TextDocument TextLog Transform3D TransformAxes3D "
        "VideoFrameReference VideoStream ViewCoordinates Volume3D VoxelGridMap"
    ),
    "components": (
        "AlbedoFactor GraphEdge GraphType MediaType Radius Scale3D "
        "TensorDimensionIndexSelection TextLogLevel TransformRelation VideoCodec"
    ),
    "datatypes": (
        "Angle AnnotationInfo ChannelDatatype ClassDescription ColorModel PixelFormat "
        "Quaternion RotationAxisAngle TensorData TensorDimensionSelection TimeInt TimeRange "
        "TimeRangeBoundary VisibleTimeRange"
    ),
    "model.custom": "AnyBatchValue AnyValues DynamicArchetype",
    "model.described": (
        "ComponentBatchMixin ComponentColumn ComponentColumnList ComponentDescriptor "
        "ComponentMixin DescribedComponentBatch"
    ),
    "model.errors": "RerunWarning set_strict_mode strict_mode",
    "model.protocols": "AsComponents ComponentBatchLike ComponentValueLike TimeColumnLike",
    "recording.batcher_config": "ChunkBatcherConfig",
    "blueprint.blueprints": "BlueprintLike",
    "recording.blueprints": "send_blueprint",
    "recording.bundles": "escape_entity_path_part new_entity_path",
    "recording.chunks": "send_chunks send_recording",
    "recording.columns": "TimeColumn send_columns",
    "recording.files": (
        "EXTERNAL_IMPORTER_INCOMPATIBLE_EXIT_CODE log_file_from_contents log_file_from_path"
    ),
    "recording.frames": "send_dataframe send_record_batch",
    "recording.indexes": "AUTO_INDEX",
    "recording.lifecycle": (
        "cleanup_if_forked_child rerun_shutdown shutdown_at_exit unregister_shutdown"
    ),
    "recording.log": "log",
    "recording.logging_handler": "LoggingHandler",
    "recording.names": (
        "RECORDING_PROPERTIES_PATH RERUN_KIND RERUN_KIND_CONTROL RERUN_KIND_INDEX "
        "SORBET_ARCHETYPE_NAME SORBET_COMPONENT SORBET_COMPONENT_TYPE SORBET_ENTITY_PATH "
        "SORBET_INDEX_NAME SORBET_IS_TABLE_INDEX"
    ),
    "recording.notebook": "legacy_notebook_show notebook_show",
    "recording.opening": "binary_stream disconnect memory_recording save set_sinks stdout",
    "recording.properties": "send_property send_recording_name send_recording_start_time_nanos",
    "recording.script": "script_add_args script_setup script_teardown",
    "recording.selection": (
        "get_application_id get_data_recording get_global_data_recording get_recording_id "
        "get_thread_local_data_recording is_enabled recording_stream_generator_ctx "
        "set_global_data_recording set_log_tick_enabled set_log_time_enabled "
        "set_thread_local_data_recording thread_local_stream"
    ),
    "recording.starting": "init version",
    "recording.streams": "RecordingStream",
    "recording.times": "disable_timeline reset_time set_time",
    "recording.viewer": "connect_grpc login logout serve_grpc spawn",
    "recording.web_viewer": "serve_web_viewer start_web_viewer_server",
    "sinks.file": "FileSink",
    "sinks.grpc": "GrpcServerSink GrpcSink",
    "sinks.memory": "BinaryStream MemoryRecording",
}
"""Public names by the module that they are loaded from."""

_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "AUTO_INDEX",
    "EXTERNAL_IMPORTER_INCOMPATIBLE_EXIT_CODE",
    "RECORDING_PROPERTIES_PATH",
    "RERUN_KIND",
    "RERUN_KIND_CONTROL",
    "RERUN_KIND_INDEX",
    "SORBET_ARCHETYPE_NAME",
    "SORBET_COMPONENT",
    "SORBET_COMPONENT_TYPE",
    "SORBET_ENTITY_PATH",
    "SORBET_INDEX_NAME",
    "SORBET_IS_TABLE_INDEX",
    "AlbedoFactor",
    "Angle",
    "AnnotationContext",
    "AnnotationInfo",
    "AnyBatchValue",
    "AnyValues",
    "Arrows2D",
    "Arrows3D",
    "AsComponents",
    "Asset3D",
    "AssetAudio",
    "AssetVideo",
    "BarChart",
    "BinaryStream",
    "BlueprintLike",
    "Box2DFormat",
    "Boxes2D",
    "Boxes3D",
    "Capsules3D",
    "ChannelDatatype",
    "ChunkBatcherConfig",
    "ClassDescription",
    "Clear",
    "ColorModel",
    "ComponentBatchLike",
    "ComponentBatchMixin",
    "ComponentColumn",
    "ComponentColumnList",
    "ComponentDescriptor",
    "ComponentMixin",
    "ComponentValueLike",
    "CoordinateFrame",
    "Cylinders3D",
    "DepthImage",
    "DescribedComponentBatch",
    "DynamicArchetype",
    "Ellipses2D",
    "Ellipsoids3D",
    "EncodedDepthImage",
    "EncodedImage",
    "FileSink",
    "GaussianSplats3D",
    "GeoLineStrings",
    "GeoPoints",
    "GraphEdge",
    "GraphEdges",
    "GraphNodes",
    "GraphType",
    "GridMap",
    "GrpcServerSink",
    "GrpcSink",
    "Image",
    "InstancePoses3D",
    "LineStrips2D",
    "LineStrips3D",
    "LoggingHandler",
    "McapChannel",
    "McapMessage",
    "McapSchema",
    "McapStatistics",
    "Measurements",
    "MediaType",
    "MemoryRecording",
    "Mesh3D",
    "Pinhole",
    "PixelFormat",
    "Points2D",
    "Points3D",
    "Quaternion",
    "Radius",
    "RecordingStream",
    "RerunWarning",
    "RotationAxisAngle",
    "Scalars",
    "Scale3D",
    "SegmentationImage",
    "SeriesLines",
    "SeriesPoints",
    "StateChange",
    "StateConfiguration",
    "Tensor",
    "TensorData",
    "TensorDimensionIndexSelection",
    "TensorDimensionSelection",
    "TextDocument",
    "TextLog",
    "TextLogLevel",
    "TimeColumn",
    "TimeColumnLike",
    "TimeInt",
    "TimeRange",
    "TimeRangeBoundary",
    "Transform3D",
    "TransformAxes3D",
    "TransformRelation",
    "VideoCodec",
    "VideoFrameReference",
    "VideoStream",
    "ViewCoordinates",
    "VisibleTimeRange",
    "Volume3D",
    "VoxelGridMap",
    "__version__",
    "archetypes",
    "binary_stream",
    "blueprint",
    "cleanup_if_forked_child",
    "components",
    "connect_grpc",
    "datatypes",
    "disable_timeline",
    "disconnect",
    "encodings",
    "escape_entity_path_part",
    "get_application_id",
    "get_data_recording",
    "get_global_data_recording",
    "get_recording_id",
    "get_thread_local_data_recording",
    "init",
    "is_enabled",
    "legacy_notebook_show",
    "log",
    "log_file_from_contents",
    "log_file_from_path",
    "login",
    "logout",
    "memory_recording",
    "new_entity_path",
    "notebook_show",
    "recording_stream_generator_ctx",
    "rerun_shutdown",
    "reset_time",
    "save",
    "script_add_args",
    "script_setup",
    "script_teardown",
    "send_blueprint",
    "send_chunks",
    "send_columns",
    "send_dataframe",
    "send_property",
    "send_record_batch",
    "send_recording",
    "send_recording_name",
    "send_recording_start_time_nanos",
    "serve_grpc",
    "serve_web_viewer",
    "set_global_data_recording",
    "set_log_tick_enabled",
    "set_log_time_enabled",
    "set_sinks",
    "set_strict_mode",
    "set_thread_local_data_recording",
    "set_time",
    "shutdown_at_exit",
    "spawn",
    "start_web_viewer_server",
    "stdout",
    "strict_mode",
    "thread_local_stream",
    "unregister_shutdown",
    "version",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        if name in _MODULES:
            return importlib.import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value  # the next time it is found without asking here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
