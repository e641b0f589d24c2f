"""Fewer, larger chunks in the order of time: the parts of `rrdtool.operations.optimize`.

```
settings       bounds, profiles, environment variables
chunk_table    what the manifests say of a store's chunks, as columns
groups         which chunks may be merged with which
thickness      thick and thin columns apart
bitstreams     which frames of a video are keyframes
videos         where chunks of video streams may begin, and their keyframe flags
claims         what chunks say of themselves, and no manifest repeats
plan           what is copied, what is merged (runs), in how many readings
reading        chosen chunks, decoded window by window
rows, sizes    rows of many chunks put together and in order; how large they are
packing        where rows are cut into chunks
merging        one run, chunk by chunk as they arrive
execution      all of it, written in order
mirror         many files, several at a time
```
"""
