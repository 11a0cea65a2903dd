"""The command line: arguments in, exit codes out.

Commands import what they need when they run, so that ``--help`` and shell completion stay fast: at the
top of a module here stands click and nothing heavier.
"""

from hpsearch.cli.main import main

__all__ = ["main"]
