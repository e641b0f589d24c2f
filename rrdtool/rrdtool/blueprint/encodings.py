"""The value types under the name that they have since release 0.37: `datatypes` itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rrdtool.blueprint import datatypes

if TYPE_CHECKING:
    from rrdtool.blueprint.datatypes import *  # noqa: F403 - all of them, whatever they are

sys.modules[__name__] = datatypes
