"""The command line: arguments in, exit codes out.

Commands import what they need when they run, so that ``--help`` and shell completion stay fast: at the top of
a module there is click and nothing heavier. Modules named ``*_commands`` hold commands.
"""

import gc
import sys

from hpsearch.cli.collector import put_off_collections
from hpsearch.cli.streams import drop_unwritable, prepare_streams
from hpsearch.machine.environment import safe_path, set_variables
from hpsearch.machine.signals import ProgramSignals

__all__ = ["main"]


def main() -> None:
    """Run the program on the process's arguments, and exit."""
    put_off_collections()
    signals = ProgramSignals()
    code = 0
    try:
        try:
            signals.install()
            prepare_streams()
            set_variables(safe_path())
            from hpsearch.cli.program import exit_code  # only now, when signals are handled

            code = exit_code(sys.argv[1:], signals)
            drop_unwritable()
        finally:
            signals.end()
    except BaseException:
        if signals.received is None:
            raise
        # The signal ended whatever ran: this is its consequence, not an error, and the exit code names it.
        signals.end()
    gc.freeze()  # the process is ending; a search for cycles in everything imported would take long
    sys.exit(signals.exit_code(code))
