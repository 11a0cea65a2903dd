"""A stand-in for absl.app."""

import sys
from collections.abc import Callable
from typing import Any

from absl import flags


def run(main: Callable[[list[str]], Any]) -> None:
    """Parse the flags and call the program."""
    flags.parse(sys.argv[1:])
    main(sys.argv[:1])
