"""Importers: one per kind of source, each a way from a file to a stream of chunks.

```
programs, rrdtool ── host ── registry ── built-in importers, entry_points (Python plugins)
                     │    ├─ external ── child   programs on PATH
                     │    └─ folders             every file in a folder
                     └─ sink                     chunks into one recording
```

| module | what it holds |
|---|---|
| `protocol` | what an importer is, what it is given, what its exceptions mean: read this first |
| `emit` | chunks from Arrow columns; types from the vocabulary, ids that follow from the file |
| `report` | what became of an input |
| `host`, `registry`, `entry_points`, `external`, `child`, `folders` | who takes an input |
| `arrival`, `identity`, `sink`, `programs` | inputs that are no files; ids; output; programs |
| `images`, `depth`, `text`, `meshes`, `audio` | files that become one cell (`whole_files`) |
| `parquet_`, `csv_`, `hdf5` | tables (`tables`, `hdf5_values`) |
| `numpy_`, `recordings`, `point_clouds`, `video`, `mcap`, … | one kind of source each |

This package imports `rrdformats` and nothing of `rrdtool`. Importers import what is heavy (pyarrow,
h5py, av, mcap) when they are asked for chunks, so that all of them can be listed at once.
"""
