"""MCAP files: what they hold, and how it becomes chunks (fact sheet of MCAP import).

```
importer ── conversion ── survey       summary, or the heads of all records
                       ├─ chunks       messages of an MCAP chunk, per channel, as numpy columns
                       ├─ lanes        from the messages of a channel to chunks
                       │    └─ channels: which decoder takes a channel
                       │         ├─ ros_channels ── cdr, which decodes all messages at once
                       │         │    ├─ ros_direct (ros_definitions, point_clouds)
                       │         │    ├─ ros_lenses (images, ros_maps)
                       │         │    └─ ros_additions
                       │         ├─ protobuf_channels ── protobuf_scan, protobuf_columns
                       │         │    └─ foxglove, foxglove_parts, foxglove_clouds
                       │         └─ json_channels
                       ├─ file_level   statistics, channels, metadata, attachments
                       └─ robots       robot descriptions, for the importer of URDF files
bags     ── lanes                      .bag and .db3
```

Decoders give `tables.Table`s: component columns and the messages that their rows are from;
`lanes` adds times and makes chunks. `settings` holds all that a caller can ask for.
"""

from __future__ import annotations

from rrdimporters.mcap.importer import McapImporter
from rrdimporters.mcap.settings import DECODERS, McapSettings, parse_decoders

__all__ = ["DECODERS", "McapImporter", "McapSettings", "parse_decoders"]
