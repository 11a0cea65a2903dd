"""Tests of output that is refreshed in a terminal."""

import io

from rich.console import Console

from hpsearch.reports.watching import watch


def test_what_changes_is_shown_until_it_changes_no_more() -> None:
    """It is redrawn in place and is no taller than the terminal; unchanged text is not written again."""
    states = ["1 trial", "1 trial", "2 trials\nand more\nthan fit", "the end"]
    seen: list[str] = []
    screen = Console(file=io.StringIO(), width=40, height=3, force_terminal=True)

    def show(console: Console) -> None:
        seen.append(states[len(seen)])
        console.print(seen[-1])

    watch(show, lambda: len(seen), lambda: len(seen) < len(states) - 1, lambda: None, screen)
    assert seen == states
    _, *written = screen.file.getvalue().split("\x1b[H")
    assert [text.replace("\x1b[K", "").removesuffix("\x1b[J") for text in written] == [
        "1 trial\n",
        "2 trials\nand more\n",
        "the end\n",
    ]


def test_what_is_in_the_same_state_is_not_shown_again() -> None:
    """It is shown at the start, after each change of state, and at the end."""
    states = iter([1, 1, 1, 2, 2, 2])
    rounds = iter([True] * 5 + [False])
    shown: list[Console] = []
    screen = Console(file=io.StringIO(), width=40, height=3, force_terminal=True)
    watch(shown.append, lambda: next(states), lambda: next(rounds), lambda: None, screen)
    assert len(shown) == 3
