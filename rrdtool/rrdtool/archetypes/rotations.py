"""Rotations of which only the values tell whether they are quaternions or axes and angles."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from rrdtool import datatypes
from rrdtool.model.errors import report_misuse

__all__ = ["split_rotations"]

_Rotations: TypeAlias = "datatypes.RotationAxisAngleArrayLike | datatypes.QuaternionArrayLike"


def split_rotations(rotations: _Rotations) -> dict[str, object]:
    """The fields `quaternions` and `rotation_axis_angles`, one of which is empty.

    Neither, after a warning, if the rotations are of both kinds or of none.

    Raises:
        ValueError: In strict mode, in place of the warning.
    """
    if isinstance(rotations, datatypes.RotationAxisAngle):
        return {"rotation_axis_angles": [rotations], "quaternions": []}
    if isinstance(rotations, datatypes.Quaternion):
        return {"quaternions": [rotations], "rotation_axis_angles": []}
    if isinstance(rotations, (list, tuple, np.ndarray)):
        items: list[object] = list(rotations)
        if items and all(isinstance(item, datatypes.RotationAxisAngle) for item in items):
            return {"rotation_axis_angles": items, "quaternions": []}
        if _are_quaternions(items):
            return {"quaternions": rotations, "rotation_axis_angles": []}
    report_misuse("`rotations` must be all quaternions, or all rotations as axis and angle")
    return {}


def _are_quaternions(items: list[object]) -> bool:
    """Whether these are quaternions, lists of four numbers, or one such list."""
    if not any(isinstance(item, datatypes.Quaternion) for item in items):
        try:
            return np.size(np.asarray(items, np.float32)) % 4 == 0
        except (TypeError, ValueError):
            return False
    return not any(isinstance(item, datatypes.RotationAxisAngle) for item in items)
