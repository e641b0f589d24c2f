"""Counts of messages per channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from rrdtool.datatypes.numbers import UInt16, UInt16Like, UInt64, UInt64Like
from rrdtool.model.values import StructBatch, Value

__all__ = [
    "ChannelCountPair",
    "ChannelCountPairArrayLike",
    "ChannelCountPairBatch",
    "ChannelCountPairLike",
]


class ChannelCountPair(Value):
    """How many messages a channel has."""

    _FIELDS = ("channel_id", "message_count")
    channel_id: UInt16
    message_count: UInt64

    def __init__(self, channel_id: UInt16Like, message_count: UInt64Like) -> None:
        self.channel_id = UInt16(channel_id)
        self.message_count = UInt64(message_count)

    @classmethod
    def of(cls, item: object) -> ChannelCountPair:
        """What `item` stands for: itself, or a channel and its count.

        Raises:
            TypeError: If it is neither.
        """
        if isinstance(item, ChannelCountPair):
            return item
        if not isinstance(item, Sequence | np.ndarray) or len(item) != 2:
            raise TypeError(f"expected a channel and its count, not {item!r}")
        return cls(item[0], item[1])


ChannelCountPairLike: TypeAlias = "ChannelCountPair | tuple[UInt16Like, UInt64Like]"
ChannelCountPairArrayLike: TypeAlias = "ChannelCountPair | Sequence[ChannelCountPairLike]"


class ChannelCountPairBatch(StructBatch[ChannelCountPairArrayLike], of=ChannelCountPair):
    """A batch of `ChannelCountPair`."""

    @classmethod
    def _value(cls, item: object) -> Value:
        return ChannelCountPair.of(item)
