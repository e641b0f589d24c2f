"""The `rrd` command line: parse, call one operation, render.

```
app          the entry point: builds the command group and concludes the run
registry     the table of commands: name, where the code is, one-line summary, panel
group        a Typer group that imports a command's module when that command is run
light_params conversion of option values without pydantic
commands     one module per command
options      every option, declared once
session      what the user asked of the whole run: colour, quiet, verbose, debug
outcome      exit codes, and errors as sentences
inputs       files, folders and standard input, with a result for each
output       data to standard output: text and JSON
tables       tables for a terminal and for a pipe
sentences    what is said on standard error
progress     progress bars on standard error
plain_text   escaping and measuring of text that came from a file
man          man pages and the README's table of commands, written from the commands themselves
```

How to add a command is written in `rrdtool.cli.registry`.
"""
