"""Where recordings go: sinks, and the handles that read from them.

```
base      the Sink protocol, messages, and what `set_sinks` takes
file      FileSink: a file
noting    the writer beneath it, which keeps little in memory
stdout    standard output
memory    MemoryRecording and BinaryStream: kept in memory until drained or read
```

A sink is used by one thread at a time, the worker of its recording stream. To add one, write a
class with the members of `base.Sink`, and one with those of `base.SinkSpec` for `set_sinks`.
"""
