"""Operations on recordings: one module per command, each a function that returns a report.

They never print: the command line renders what they return.
"""
