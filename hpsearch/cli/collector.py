"""When does Python look for cycles of objects that nobody needs any more?"""

import gc

_FIRST = 200_000
"""New objects before the first look: importing makes 150,000, of which nearly all stay. To look through them
takes as long as two starts of Python."""

_LATER = 20_000
"""New objects between two later looks. Python's 700 are too few beside all that was imported."""


def put_off_collections() -> None:
    """Look for none while the program starts, and now and then after that."""
    gc.set_threshold(_FIRST)
    gc.callbacks.append(_after_the_first)


def _after_the_first(phase: str, _: object) -> None:
    if phase == "stop":
        gc.callbacks.remove(_after_the_first)
        gc.freeze()  # what is there by now stays
        gc.set_threshold(_LATER)
