"""The library beneath the `rrd` command: operations on recordings, and the command line itself.

```
rrdtool.operations   one module per operation: pure functions that return dataclasses
rrdtool.cli          the Typer command line: parse, call one operation, render
```

Importing this package loads nothing else: `rrd --version` reads only the line below.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
