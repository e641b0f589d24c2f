"""One module per command, loaded when the command is run (see `rrdtool.cli.registry`)."""
