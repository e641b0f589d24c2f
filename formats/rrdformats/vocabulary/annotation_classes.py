"""Annotation contexts: labels and colors for class numbers and keypoint numbers."""

from __future__ import annotations

from rrdformats.vocabulary.declaring import core, required

__all__ = ["ARCHETYPES", "COMPONENTS"]

COMPONENTS = (
    core.component("ClassId", "ClassId", "The number of a class, described by the context."),
    core.component("KeypointId", "KeypointId", "The number of a keypoint within its class."),
    core.component(
        "AnnotationContext",
        "list<item: ClassDescriptionMapElem not null>",
        "Descriptions of classes, by their numbers.",
    ),
)

ARCHETYPES = (
    core.archetype(
        "AnnotationContext",
        "How classes and keypoints look, for this entity and all below it.",
        required.mono("context", "AnnotationContext", "The classes and what is known of them."),
        visualizer=False,
    ),
)
