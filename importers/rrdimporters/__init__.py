"""Importers: one per kind of source, each a way from a file to a stream of chunks.

An importer says whether a file is its own, by suffix and first bytes, and turns it into chunks in
bounded memory. This package imports `rrdformats` and nothing of `rrdtool`.
"""
