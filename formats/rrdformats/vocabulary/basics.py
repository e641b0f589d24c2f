"""Components that no family owns: color, size, text, bytes, visibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rrdformats.vocabulary.declaring import core

if TYPE_CHECKING:
    from rrdformats.vocabulary.model import ArchetypeType

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    # look
    core.component("Color", "Rgba32", "A color with alpha, not premultiplied."),
    core.component("Opacity", "Float32", "From 0, transparent, to 1, opaque."),
    core.component("Radius", "Float32", "A radius: scene units, or UI points if negative."),
    core.component("Length", "Float32", "An extent along one axis (scene units)."),
    core.component("DrawOrder", "Float32", "Layer in a 2D view; higher is drawn above lower."),
    core.component("ShowLabels", "Bool", "Whether labels are drawn beside their instances."),
    core.component("Visible", "Bool", "Whether something is shown."),
    core.component("Interactive", "Bool", "Whether something can be hovered and selected."),
    # text and bytes
    core.component("Text", "Utf8", "Any text: a label, a line of a log, a document."),
    core.component("Name", "Utf8", "A name for people to read; it identifies nothing."),
    core.component("MediaType", "Utf8", "A media type after RFC 2046, such as `image/png`."),
    core.component("Url", "Utf8", "A web address."),
    core.component("EntityPath", "EntityPath", "The path of another entity."),
    core.component("KeyValuePairs", "list<item: Utf8Pair not null>", "Texts by their keys."),
    core.component("Blob", "Blob", "The bytes of a file."),
    core.component("Thumbnail", "Blob", "A small encoded image; its bytes tell the format."),
    # numbers
    core.component("Bool", "Bool", "Any yes or no."),
    core.component("Flag", "Bool", "Whether a record is marked, for review say."),
    core.component("Count", "UInt64", "How many there are of something."),
    core.component("Range1D", "Range1D", "A lower and an upper bound on one axis."),
    core.component("ValueRange", "Range1D", "The bounds between which values are expected."),
    core.component("LinearSpeed", "Float64", "A speed along a line (scene units per second)."),
    core.component("Plane3D", "Plane3D", "An infinite plane in space."),
)

ARCHETYPES: tuple[ArchetypeType, ...] = ()
