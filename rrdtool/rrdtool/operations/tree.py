"""The entities of a recording as a tree, with how much each holds: `rrd tree`.

A node of the tree is an entity that holds something, or a place where the tree branches; a chain of
parents without data is one node with its lowest member. So the tree is never larger than twice the
number of entities, however deep their paths are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from rrdformats.descriptors import ComponentDescriptor
from rrdformats.entity_path import EntityPath
from rrdformats.manifest import Manifest
from rrdformats.messages import StoreId, StoreKind
from rrdformats.reader import Recording
from rrdformats.selectors import Selection, Selector
from rrdformats.timeline import Timeline
from rrdtool.operations.amounts import (
    Amount,
    EntityAmounts,
    best_timeline,
    entity_amounts,
    timelines_of,
)

__all__ = ["Node", "SortOrder", "StoreTree", "TreeOptions", "TreeReport", "tree"]

SortOrder = Literal["name", "size", "rows"]

_Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """What of a recording is shown, and how.

    Attributes:
        entities: Which entities.
        stores: Which stores, by recording id; None for the recordings, or if there are none, for
            the blueprints.
        timeline: Name of the timeline that times are taken from; None for the best.
        order: How siblings are sorted: by name, or the largest first.
        depth: Number of path parts after which entities are added up; None for all.
    """

    entities: Selection = field(default_factory=Selection.entities)
    stores: Selector | None = None
    timeline: str | None = None
    order: SortOrder = "name"
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """An entity or a place where the tree branches.

    Attributes:
        path: Its entity path.
        label: What the path adds to that of the parent.
        level: Number of nodes above it, the root not counted.
        last: Whether no sibling follows.
        folded: Whether entities beneath it are added up in it, because the depth ends here.
        entities: Number of entities at and beneath it.
        total: What they hold together.
        own: What the entity itself holds, with all beneath it where the depth ends; None where the
            tree only branches.
    """

    path: str
    label: str
    level: int
    last: bool
    folded: bool
    entities: int
    total: Amount
    own: EntityAmounts | None

    def components(self, order: SortOrder) -> list[tuple[ComponentDescriptor, Amount]]:
        """The components that the node itself holds, in the given order."""
        held = [] if self.own is None else list(self.own.components.items())
        held.sort(key=lambda item: (_rank(item[1], order), item[0].sort_key))
        return held


@dataclass(frozen=True, slots=True)
class StoreTree:
    """The tree of one store.

    Attributes:
        store_id: The store.
        timelines: Names of its timelines.
        timeline: The one that times are taken from; None if the store does not have it.
        paths: Its entity paths, selected or not.
        total: What the selected entities hold together.
        nodes: The tree, parents before their children.
    """

    store_id: StoreId
    timelines: list[str]
    timeline: Timeline | None
    paths: list[str]
    total: Amount
    nodes: list[Node]


@dataclass(frozen=True, slots=True)
class TreeReport:
    """One source of bytes.

    Attributes:
        file: What it is called.
        scanned: Why it had to be read front to back; None if its footers told everything.
        damage: What could not be read.
        stores: The stores that were asked for.
        left_out: The other stores.
    """

    file: str
    scanned: str | None
    damage: list[str]
    stores: list[StoreTree]
    left_out: list[StoreId]


def tree(recording: Recording, options: TreeOptions | None = None) -> TreeReport:
    """The entities of `recording` and what they hold, from its manifests.

    Raises:
        RrdError: If it is no recording that can be read at all.
        OSError: If reading fails.
    """
    options = options or TreeOptions()
    contents = recording.contents
    shown = _chosen(list(contents.stores), options.stores)
    trees = [
        _store_tree(store_id, [item.manifest for item in contents.of_store(store_id)], options)
        for store_id in shown
    ]
    return TreeReport(
        recording.source.name,
        contents.scan_reason,
        [str(error) for error in contents.damage],
        trees,
        [store_id for store_id in contents.stores if store_id not in shown],
    )


def _chosen(stores: list[StoreId], wanted: Selector | None) -> list[StoreId]:
    if wanted is not None:
        return [store_id for store_id in stores if wanted.matches(store_id.recording_id)]
    return [s for s in stores if s.kind is StoreKind.RECORDING] or stores


def _store_tree(store_id: StoreId, manifests: list[Manifest], options: TreeOptions) -> StoreTree:
    timelines = timelines_of(manifests)
    if options.timeline is not None:
        timelines = {t: rows for t, rows in timelines.items() if t.name == options.timeline}
    timeline = best_timeline(timelines)
    amounts = entity_amounts(manifests, timeline)
    selected = {
        EntityPath.parse(path): amount
        for path, amount in amounts.items()
        if options.entities.matches(path)
    }
    nodes = _Builder(selected, options).nodes()
    total = Amount()
    for amount in selected.values():
        total.add(amount.all)
    names = {timeline.name for manifest in manifests for timeline in manifest.timelines}
    return StoreTree(store_id, sorted(names), timeline, list(amounts), total, nodes)


def _rank(amount: Amount, order: SortOrder) -> int:
    """Sorts the largest first, or everything alike."""
    return {"name": 0, "size": -amount.bytes, "rows": -amount.rows}[order]


@dataclass(slots=True)
class _Branch:
    """A node while the tree is built."""

    own: EntityAmounts | None = None
    folded: bool = False
    entities: int = 0
    total: Amount = field(default_factory=Amount)
    children: list[_Parts] = field(default_factory=list)


class _Builder:
    """Finds the nodes, adds up what is beneath them, and puts them in order; never recursive."""

    def __init__(self, entities: dict[EntityPath, EntityAmounts], options: TreeOptions) -> None:
        self.order: SortOrder = options.order
        self.branches: dict[_Parts, _Branch] = {(): _Branch()}
        for path, amount in entities.items():
            branch = self.branches.setdefault(path.parts[: options.depth], _Branch())
            branch.own = branch.own or EntityAmounts()
            branch.own.add(amount)
            branch.folded |= options.depth is not None and len(path.parts) > options.depth
            branch.entities += 1
            branch.total.add(amount.all)
        for one, other in pairwise(sorted(self.branches)):
            self.branches.setdefault(_common(one, other), _Branch())
        self.link()

    def link(self) -> None:
        """Finds each branch's parent, which sorting put before it, and adds up from below."""
        above: list[_Parts] = []
        parents: list[tuple[_Parts, _Parts]] = []
        for parts in sorted(self.branches):
            while above and parts[: len(above[-1])] != above[-1]:
                above.pop()
            if above:
                parents.append((parts, above[-1]))
                self.branches[above[-1]].children.append(parts)
            above.append(parts)
        for parts, parent in reversed(parents):
            branch = self.branches[parent]
            branch.entities += self.branches[parts].entities
            branch.total.add(self.branches[parts].total)

    def sorted_children(self, parts: _Parts) -> list[_Parts]:
        def place(child: _Parts) -> tuple[int, tuple[object, ...]]:
            key = EntityPath(child).natural_sort_key
            return _rank(self.branches[child].total, self.order), key

        return sorted(self.branches[parts].children, key=place)

    def nodes(self) -> list[Node]:
        """The tree without its root, unless that holds something itself."""
        return list(self._walk())

    def _walk(self) -> Iterator[Node]:
        waiting = [((), 0, 0, True)] if self.branches[()].own else self._waiting((), 0)
        while waiting:
            parts, above, level, last = waiting.pop()
            branch = self.branches[parts]
            label = str(EntityPath(parts[above:]))
            yield Node(
                str(EntityPath(parts)),
                label.removeprefix("/") if level else label,
                level,
                last,
                branch.folded,
                branch.entities,
                branch.total,
                branch.own,
            )
            waiting += self._waiting(parts, level + 1)

    def _waiting(self, parts: _Parts, level: int) -> list[tuple[_Parts, int, int, bool]]:
        """The children of a node, last first, as a stack wants them."""
        children = self.sorted_children(parts)
        return [(child, len(parts), level, child == children[-1]) for child in reversed(children)]


def _common(one: _Parts, other: _Parts) -> _Parts:
    """What two paths have in common from their start."""
    length = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        length += 1
    return one[:length]
