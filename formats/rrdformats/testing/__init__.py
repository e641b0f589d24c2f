"""The public testing kit: recordings, files and damage for tests of readers and writers.

Modules, by what they give:

- `assembly`: streams, messages and chunk batches put together byte by byte. Shares no code with the
  readers and writers under test, so both can be held against it.
- `files`: file objects that fail, stop early, deliver in drops, or refuse unsized reads.
- `strategies`: hypothesis strategies for Arrow columns, chunks and whole recordings.
- `mutations`: damaged copies of recordings, down to the flatbuffers inside compressed payloads.
- `exercise`: reads bytes with everything the format library has, and compares its paths.

Importing it needs the packages of the extra `test`. Nothing else in `rrdformats` imports it.
"""
