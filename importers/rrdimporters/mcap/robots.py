"""Robot descriptions among the messages (fact sheet 7): handed to the importer of URDF files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from rrdformats.chunk import Chunk
from rrdimporters.emit import Emitter
from rrdimporters.mcap.chunks import MessageBatch
from rrdimporters.mcap.records import Channel, Schema
from rrdimporters.protocol import DamagedInputError, UnsupportedInputError
from rrdimporters.report import ImportReport

__all__ = ["RobotWatch", "is_robot_channel"]

_TOPIC = "robot_description"
_SCHEMA, _ENCODING = "std_msgs/msg/String", "ros2msg"
_PREFIX = 8
"""Bytes of a serialized string before its text: header and length."""


def is_robot_channel(channel: Channel) -> bool:
    """Whether its topic says that its messages describe a robot."""
    return _TOPIC in channel.topic


@dataclass
class RobotWatch:
    """Keeps the last robot description of each channel.

    Attributes:
        texts: The descriptions by topic.
    """

    texts: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def look(self, channel: Channel, schema: Schema | None, batch: MessageBatch) -> None:
        """Keeps the last message of the batch, if it is a robot description."""
        if schema is None or (schema.name, schema.encoding) != (_SCHEMA, _ENCODING):
            return
        if is_robot_channel(channel) and len(batch):
            *_, last = batch.pieces()
            self.texts[channel.topic] = bytes(last[_PREFIX:]).rstrip(b"\0")

    def chunks(self, recording: Path, emitter: Emitter, report: ImportReport) -> Iterator[Chunk]:
        """The robots, as the importer of URDF files makes them, without joint transforms.

        Args:
            recording: The MCAP file; meshes are looked for beside it.
            emitter: Makes the chunks.
            report: Is told what became of each link.
        """
        if not self.texts:
            return
        from rrdimporters.urdf.importer import robot_chunks
        from rrdimporters.urdf.meshes import MeshFolders
        from rrdimporters.urdf.robot import parse_robot

        static = Emitter(replace(emitter.settings, static=True), emitter.ids)
        for topic, text in self.texts.items():
            try:
                robot = parse_robot(text)
            except (DamagedInputError, UnsupportedInputError) as error:
                report.note(f"{topic}: the robot description {error}")
                continue
            # How joints move is told by transforms of their own.
            yield from robot_chunks(
                replace(robot, joints=()), MeshFolders(recording), static, report
            )
