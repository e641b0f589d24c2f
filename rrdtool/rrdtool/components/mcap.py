"""What MCAP files say about themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from rrdtool.datatypes import channels, numbers
from rrdtool.model.batches import BaseBatch
from rrdtool.model.described import ComponentBatchMixin, ComponentMixin
from rrdtool.model.values import ListValue, plain

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ChannelId",
    "ChannelIdBatch",
    "ChannelMessageCounts",
    "ChannelMessageCountsArrayLike",
    "ChannelMessageCountsBatch",
    "ChannelMessageCountsLike",
    "SchemaId",
    "SchemaIdBatch",
]


class ChannelId(numbers.UInt16, ComponentMixin):
    """The number of a channel in its file."""


class ChannelIdBatch(numbers.UInt16Batch, ComponentBatchMixin, of=ChannelId):
    """A batch of `ChannelId`."""


class SchemaId(numbers.UInt16, ComponentMixin):
    """The number of a schema in its file."""


class SchemaIdBatch(numbers.UInt16Batch, ComponentBatchMixin, of=SchemaId):
    """A batch of `SchemaId`."""


class ChannelMessageCounts(ListValue, ComponentMixin):
    """How many messages each channel has.

    Args:
        counts: A dict of counts by channel, or pairs of channel and count.
    """

    _FIELDS = ("counts",)
    counts: list[channels.ChannelCountPair]

    def __init__(self, counts: ChannelMessageCountsLike) -> None:
        if isinstance(counts, ChannelMessageCounts):
            self.counts = counts.counts
            return
        pairs: Iterable[object] = counts.items() if isinstance(counts, Mapping) else counts
        self.counts = [channels.ChannelCountPair.of(pair) for pair in pairs]


ChannelMessageCountsLike: TypeAlias = (
    "ChannelMessageCounts | Mapping[int, int] | Sequence[channels.ChannelCountPairLike]"
)
ChannelMessageCountsArrayLike: TypeAlias = (
    "ChannelMessageCountsLike | Sequence[ChannelMessageCounts | Mapping[int, int]]"
)


class ChannelMessageCountsBatch(
    BaseBatch[ChannelMessageCountsArrayLike], ComponentBatchMixin, of=ChannelMessageCounts
):
    """A batch of `ChannelMessageCounts`: the counts of one file, or a list of them."""

    @classmethod
    def _convert(cls, data: Any) -> pa.Array[Any]:
        import pyarrow as pa

        is_many = isinstance(data, list) and all(
            isinstance(item, ChannelMessageCounts | Mapping) for item in data
        )
        files = data if is_many else [data]
        return pa.array([plain(ChannelMessageCounts(item)) for item in files], cls.arrow_type())
