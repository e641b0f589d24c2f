"""Which store of the one input is compared with which of the other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from rrdformats.messages import StoreId

__all__ = ["paired_stores"]

Pair = tuple[StoreId | None, StoreId | None]

_LIKENESSES: tuple[Callable[[StoreId], Hashable], ...] = (
    lambda store: store,
    lambda store: (store.kind, store.recording_id),
    lambda store: (store.kind, store.application_id),
    lambda store: store.kind,
)
"""What two stores may have in common, the most first."""


def paired_stores(a: Sequence[StoreId], b: Sequence[StoreId]) -> list[Pair]:
    """Pairs of stores, and those without a partner.

    Stores of one id are a pair. Of the others, two are one if they are the only ones of their kind
    and application, or of their kind: so are a recording and a second run of the same program.
    """
    partner: dict[StoreId, StoreId] = {}
    for likeness in _LIKENESSES:
        rest_a = _by(likeness, [store for store in a if store not in partner])
        rest_b = _by(likeness, [store for store in b if store not in partner.values()])
        for what, mine in rest_a.items():
            theirs = rest_b.get(what, [])
            if len(mine) == len(theirs) == 1:
                partner[mine[0]] = theirs[0]
    taken = set(partner.values())
    pairs: list[Pair] = [(store, partner.get(store)) for store in a]
    return pairs + [(None, store) for store in b if store not in taken]


def _by(
    likeness: Callable[[StoreId], Hashable], stores: Sequence[StoreId]
) -> dict[Hashable, list[StoreId]]:
    found: dict[Hashable, list[StoreId]] = {}
    for store in stores:
        found.setdefault(likeness(store), []).append(store)
    return found
