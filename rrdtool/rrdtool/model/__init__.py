"""What the logging API is built on: how values become Arrow arrays, and what they mean.

| module | what it holds |
|---|---|
| `protocols` | what objects must offer to be logged |
| `described` | descriptors, described batches, columns; mixins for components of the user |
| `errors` | strict mode; how errors become warnings without it |
| `batches` | the base of all batches: any input becomes one array of the declared type |
| `values`, `enums` | the bases of single values, and of closed sets of named numbers |
| `custom`, `inference` | data that no archetype declares, and how its types are guessed |
| `arrow` | arrays that pyarrow has no short way to make |
| `families` | packages whose modules load on first use |

The types themselves are in `rrdtool.datatypes` and `rrdtool.components`.
"""
