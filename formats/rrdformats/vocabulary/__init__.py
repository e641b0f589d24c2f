"""The vocabulary of types as data: what recordings call archetypes, components and datatypes.

```
archetype   rerun.archetypes.Points3D       a set of fields that are logged together
field         positions, required, batch    one row: name, component, status, cardinality, meaning
component   rerun.components.Position3D     what the cells of a chunk's column hold
datatype    rerun.encodings.Vec3D           how a value is stored
Arrow type  fixed_size_list<item: float not null>[3]
```

One row per type and field, in one place; behaviour is built on top of the rows and keeps no second
table. Types of release 0.41; names that older releases used are the business of the migrations,
except that `rerun.datatypes` is understood as the old name of `rerun.encodings`.

| module | what it holds |
|---|---|
| `registry` | the look-ups below; loads the tables on first use |
| `model`, `arrow_types` | what a row is; Arrow types as values, without pyarrow |
| `declaring`, `shared_rows` | how tables spell rows; rows that recur |
| `encodings` | all datatypes |
| `basics`, `annotations`, `shapes2d`, `shapes3d`, … | components and archetypes, a family each |
| `blueprint_layout`, `blueprint_time`, … | the same for blueprints |
"""

from __future__ import annotations

from rrdformats.vocabulary.arrow_types import ArrowField, ArrowType, parse_arrow_type
from rrdformats.vocabulary.model import (
    ArchetypeField,
    ArchetypeType,
    ComponentType,
    Datatype,
    EnumType,
    Status,
)
from rrdformats.vocabulary.registry import (
    archetype,
    archetypes,
    component,
    components,
    datatype,
    datatypes,
    enum,
    enums,
)

__all__ = [
    "ArchetypeField",
    "ArchetypeType",
    "ArrowField",
    "ArrowType",
    "ComponentType",
    "Datatype",
    "EnumType",
    "Status",
    "archetype",
    "archetypes",
    "component",
    "components",
    "datatype",
    "datatypes",
    "enum",
    "enums",
    "parse_arrow_type",
]
