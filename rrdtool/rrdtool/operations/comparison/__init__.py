"""What `rrd compare` and `rrd diff` share, and the steps of each.

- `value_hashes`: a hash for each cell of a column, equal where the values mean the same.
- `closeness`: which cells of two columns differ by more than a tolerance, and where exactly.
- `type_names`: names for Arrow types, by which they are compared.
- `per_run`: what is new with every run, and does not count.
- `chunk_index`: where the chunks of a recording stand, and digests of their payloads.
- `chunk_reading`: chunks of an index, decoded in groups or alone.
- `pairing`: equal keys of two sides, each as often as both have it.
- `chunk_facts`, `static_chunks`, `chunk_matching`: chunks as `rrd compare` sees them.
- `store_pairs`, `row_facts`, `row_sums`, `row_records`, `row_matching`, `row_cells`,
  `entity_diffs`, `divergence`: stores, rows and cells as `rrd diff` does.
"""
