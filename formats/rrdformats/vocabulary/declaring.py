"""How the tables spell components and archetypes.

```
core.component("Position3D", "Vec3D", "A point in space.")
core.component("GraphType", one_of(Undirected=1, Directed=2, default="Undirected"), "…")
core.archetype("Points3D", "A cloud of points.", required.batch("positions", "Position3D", "…"), …)
```

Other types are named by their last part, those of blueprints with `blueprint.` before it. The
second column of a component may be any Arrow type over datatypes: `list<item: Vec3D not null>`.
"""

from __future__ import annotations

from dataclasses import dataclass

from rrdformats.vocabulary.arrow_types import ArrowType, parse_arrow_type
from rrdformats.vocabulary.encodings import ARROW_NAMES, DATATYPES
from rrdformats.vocabulary.model import (
    ArchetypeField,
    ArchetypeType,
    ComponentType,
    EnumType,
    Status,
    one_of,
)

__all__ = ["blueprint", "core", "one_of", "optional", "recommended", "required"]

required = Status.REQUIRED
recommended = Status.RECOMMENDED
optional = Status.OPTIONAL


@dataclass(frozen=True, slots=True)
class _Namespace:
    """Declares types under one prefix."""

    prefix: str
    visualizers: bool

    def component(self, name: str, value: str | EnumType, doc: str) -> ComponentType:
        """A component stored as a datatype, an Arrow type over datatypes, or an enum."""
        full_name = f"{self.prefix}.components.{name}"
        if isinstance(value, EnumType):
            return ComponentType(full_name, ArrowType(value.storage), doc, value)
        arrow = parse_arrow_type(value, ARROW_NAMES)
        return ComponentType(full_name, arrow, doc, datatype=DATATYPES.get(value))

    def archetype(
        self, name: str, doc: str, *fields: ArchetypeField, visualizer: bool = True
    ) -> ArchetypeType:
        """An archetype of these rows; those of blueprints never have a visualizer."""
        full_name = f"{self.prefix}.archetypes.{name}"
        return ArchetypeType(full_name, doc, fields, self.visualizers and visualizer)


core = _Namespace("rerun", visualizers=True)
blueprint = _Namespace("rerun.blueprint", visualizers=False)
