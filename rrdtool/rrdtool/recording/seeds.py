"""Examples give the same result every time they are run."""

from __future__ import annotations

import random
import sys

__all__ = ["seed_examples"]

_EXAMPLE = "rerun_example_"


def seed_examples(application_id: str) -> None:
    """Seeds the random generators of Python and numpy, if the application is an example."""
    if application_id.startswith(_EXAMPLE):
        random.seed(0)
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            numpy.random.seed(0)
