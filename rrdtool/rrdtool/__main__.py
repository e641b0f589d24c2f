"""`python -m rrdtool` is the `rrd` command."""

import sys

from rrdtool.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
