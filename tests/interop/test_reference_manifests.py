"""Manifests built from chunks are the reference's own, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from rrdformats.errors import RrdError
from rrdformats.footers import StreamFooter, find_footers
from rrdformats.manifest import Manifest
from rrdformats.payloads import decompress_payload
from rrdformats.scan import scan_contents
from rrdformats.source import open_source

SAME_SCHEMA_SINCE = (0, 30, 0)
"""Before, types of components had other names, and digests of schemas cover them as they were."""


def footers_of(path: Path) -> list[StreamFooter]:
    source = open_source(path)
    try:
        return find_footers(source)
    except RrdError as error:
        pytest.skip(f"{path.name}: {error.reason}")
    finally:
        source.close()


def test_tables_and_digests(recording: Path) -> None:
    footers = footers_of(recording)
    source = open_source(recording)
    contents = scan_contents(source)
    source.close()
    built = {
        (item.stream.index, item.manifest.store_id): item.manifest for item in contents.manifests
    }
    compared = 0
    for footer in footers:
        for encoded in footer.manifests:
            theirs, ours = Manifest(encoded), built.pop((footer.stream.index, encoded.store_id))
            raw = decompress_payload(encoded.data, encoded.compression, encoded.uncompressed_size)
            assert bytes(ours._body) == bytes(theirs._body)
            assert bytes(raw).count(bytes(ours._body)) == 1
            assert [c.field for c in ours._columns] == [c.field for c in theirs._columns]
            if footer.stream.header.version.release >= SAME_SCHEMA_SINCE:
                assert ours.schema_sha256 == theirs.schema_sha256
                by_name = [sorted(m.schema.fields, key=lambda f: f.name) for m in (ours, theirs)]
                assert by_name[0] == by_name[1]
            compared += 1
    assert not built, "a store with chunks and without a manifest"
    assert compared == len([m for footer in footers for m in footer.manifests])
