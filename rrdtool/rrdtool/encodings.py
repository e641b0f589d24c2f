"""The value types under the name that they have since release 0.37: `rrdtool.datatypes` itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rrdtool import datatypes

if TYPE_CHECKING:
    from rrdtool.datatypes import *  # noqa: F403 - all of them, whatever they are

sys.modules[__name__] = datatypes
