"""Output in a terminal that is refreshed in place until it stops changing."""

import io
from collections.abc import Callable, Hashable

from rich.console import Console

__all__ = ["watch"]

_HOME, _END_OF_LINE, _END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
_CLEAR = "\x1b[2J"


def watch(
    show: Callable[[Console], None],
    state: Callable[[], Hashable],
    changing: Callable[[], bool],
    pause: Callable[[], None],
    screen: Console,
) -> None:
    """Show something again after each change until it stops changing, cut off at the bottom of the terminal.

    Args:
        show: Prints it.
        state: Returns a value that differs after every change, and is cheaper than printing.
        changing: Whether it may still change; called before it is shown, so that the last state is seen.
        pause: Waits before it is shown again.
        screen: The terminal.
    """
    before = ""
    seen: Hashable = None
    screen.file.write(_CLEAR)
    while True:
        still_changing = changing()
        now: Hashable = (state(), screen.size)
        if still_changing and now == seen:
            pause()
            continue
        seen = now
        text = io.StringIO()
        show(
            Console(
                file=text,
                width=screen.width,
                force_terminal=True,
                no_color=screen.no_color,
                color_system=screen.color_system,  # type: ignore[arg-type]  # one of its names
                highlight=False,
                emoji=False,
                markup=False,
            )
        )
        lines = text.getvalue().splitlines()[: max(screen.height - 1, 1)]
        shown = "".join(f"{line}{_END_OF_LINE}\n" for line in lines)
        if shown != before:
            screen.file.write(f"{_HOME}{shown}{_END_OF_SCREEN}")
            screen.file.flush()
            before = shown
        if not still_changing:
            return
        pause()
