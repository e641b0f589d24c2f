"""Value types that only blueprints use; the others are in `rrdtool.datatypes`.

Each type `X` comes with `XBatch`, which holds any number of them, and with the type aliases `XLike`
and `XArrayLike`: what can be given for one value, and for many.
"""

# ruff: noqa: F403 - the names are those that each module lists

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdtool.model.families import load_on_use

if TYPE_CHECKING:
    # what type checkers see; at run time a family is loaded when one of its names is used
    from rrdtool.blueprint.datatypes.dataframes import *
    from rrdtool.blueprint.datatypes.mappings import *
    from rrdtool.blueprint.datatypes.tables import *
    from rrdtool.blueprint.datatypes.tensors import *
    from rrdtool.blueprint.datatypes.text_logs import *

_FAMILIES = {
    "dataframes": "ComponentColumnSelector FilterByRange FilterIsNotNull SelectedColumns",
    "mappings": "ComponentSourceKind VisualizerComponentMapping",
    "tables": "ColumnType SortBy SortDirection",
    "tensors": "TensorDimensionIndexSlider",
    "text_logs": "TextLogColumn TextLogColumnKind TimelineColumn",
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = load_on_use(__name__, _FAMILIES)
