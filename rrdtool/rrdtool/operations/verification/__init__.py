"""What `rrd verify` checks, by the level at which it looks.

| module | what it holds |
|---|---|
| `rules` | every rule: id, level, what it means, what to do; imports nothing heavy |
| `findings` | what was found, where, and how much of it |
| `streams` | framing, messages, trailers and footers of one stream |
| `diagnosis` | why a message could not be read |
| `layouts` | what chunks of equal layout share: descriptors, types, claims |
| `parts` | the chunks of a block, grouped so that they can be looked at together |
| `chunks` | headers, row ids, times and values of the chunks of one block |
| `chunk_log` | every chunk by number, and ids that occur twice |
| `values` | component values against the vocabulary |
| `row_ids` | row ids that occur in several chunks, in bounded memory |
| `expected` | the manifests that the chunks of a stream make |
| `manifests` | a footer's manifests against the chunks that there are |
| `manifest_columns` | the columns of a manifest: complete, of the right type, explained |
| `manifest_schema` | the schema and the digest that a manifest carries |

Everything first asks of whole groups of chunks, or whole columns, whether they are fine; single
chunks and cells are looked at only to say what is wrong with them.
"""
