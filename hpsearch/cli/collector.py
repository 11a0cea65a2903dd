"""When does Python collect cyclic garbage?"""

import gc

_FIRST = 200_000
"""New objects before the first collection. Imports make 150,000, nearly all of them permanent, and to scan
them takes as long as two starts of Python."""

_LATER = 20_000
"""New objects between later collections. Python's default of 700 is too few next to all that was imported."""


def put_off_collections() -> None:
    """Collect nothing while the program starts, and rarely after that."""
    gc.set_threshold(_FIRST)
    gc.callbacks.append(_after_the_first)


def _after_the_first(phase: str, _: object) -> None:
    if phase == "stop":
        gc.callbacks.remove(_after_the_first)
        gc.freeze()  # everything imported so far is permanent
        gc.set_threshold(_LATER)
