"""How much memory a server may use, as people write it."""

from __future__ import annotations

import os
import re

from rrdformats.quantities import parse_size

__all__ = ["parse_memory_limit"]

_PERCENT = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*%\s*")


def parse_memory_limit(text: str) -> int:
    """Bytes: `16GB`, `512MiB`, or a share of this machine's memory such as `50%`.

    Raises:
        RuntimeError: If `text` is anything else.
    """
    share = _PERCENT.fullmatch(text)
    if share is not None:
        return int(_physical_memory() * float(share[1]) / 100)
    try:
        return parse_size(text)
    except ValueError as error:
        raise RuntimeError(f"{text!r} is no memory limit: write 16GB or 50%") from error


def _physical_memory() -> int:
    """Memory of this machine (bytes).

    Raises:
        RuntimeError: If the system does not say.
    """
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError) as error:
        raise RuntimeError(
            "this system does not say how much memory it has: write a memory limit such as 16GB"
        ) from error
