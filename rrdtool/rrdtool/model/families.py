"""Packages whose modules load when one of their names is first asked for.

A package of types lists its modules and the types that each defines. A type `X` may come with the
names `XBatch`, `XLike` and `XArrayLike`, which live in the same module.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["load_on_use"]

_COMPANIONS = ("", "Batch", "ArrayLike", "Like")


def load_on_use(
    package: str, families: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a package whose types load on first use.

    Args:
        package: The full name of the package.
        families: The types that each module defines, their names separated by blanks.
    """
    homes = {name: module for module, names in families.items() for name in names.split()}

    def load(name: str) -> object:
        for companion in _COMPANIONS:
            module = homes.get(name.removesuffix(companion)) if name.endswith(companion) else None
            if module is not None:
                found: object = getattr(import_module(f"{package}.{module}"), name)
                setattr(sys.modules[package], name, found)  # the next look-up comes not here
                return found
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        return sorted(name + companion for name in homes for companion in ("", "Batch"))

    return load, names
