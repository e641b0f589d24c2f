"""Names that tables of recordings use: metadata of columns, and where properties stand."""

from __future__ import annotations

from typing import Final

__all__ = [
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
]

RECORDING_PROPERTIES_PATH: Final = "/__properties"
RERUN_KIND: Final = "rerun:kind"
RERUN_KIND_CONTROL: Final = "control"
RERUN_KIND_INDEX: Final = "index"
SORBET_ARCHETYPE_NAME: Final = "rerun:archetype"
SORBET_COMPONENT: Final = "rerun:component"
SORBET_COMPONENT_TYPE: Final = "rerun:component_type"
SORBET_ENTITY_PATH: Final = "rerun:entity_path"
SORBET_INDEX_NAME: Final = "rerun:index_name"
SORBET_IS_TABLE_INDEX: Final = "rerun:is_table_index"
