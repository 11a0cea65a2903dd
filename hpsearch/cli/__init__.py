"""The command line: arguments in, exit codes out.

Commands import what they need when they run, so that ``--help`` and shell completion stay fast: at the top of
a module there is click and nothing heavier. Modules named ``*_commands`` hold commands.
"""

from hpsearch.cli.main import main

__all__ = ["main"]
