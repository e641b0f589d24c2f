"""The steps of `rrd recover`.

- `stretches`: where whole messages stand in a damaged source, and what lies between them.
- `mended_source`: the whole messages behind each other, as a source of its own.
- `claims`: what headers and footers say of chunks, held against the chunks.
- `remains`: what can still be told of a chunk that cannot be read.
- `ledger`: what was kept and what was lost, per entity and timeline.
"""
