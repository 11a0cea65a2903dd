"""A stand-in for Hydra: sections of one level, ``key=value`` arguments, ``hydra.run.dir``."""

import sys
from ast import literal_eval
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def main(version_base: None, config_path: str, config_name: str) -> Callable[[Any], Any]:
    """Call the function with the settings of the file and of the arguments."""

    def decorator(function: Any) -> Callable[[], None]:
        def run() -> None:
            text = (Path(__file__).parent / config_path / f"{config_name}.yaml").read_text()
            settings: dict[str, Any] = {"hydra.run.dir": "outputs"}
            section = ""
            for line in filter(None, (line.partition("#")[0].rstrip() for line in text.splitlines())):
                key, _, value = line.strip().partition(": ")
                if not line.startswith(" "):
                    section = ""
                if key.endswith(":"):
                    section = f"{key[:-1]}."
                else:
                    settings[section + key] = value
            for argument in sys.argv[1:]:
                key, _, value = argument.partition("=")
                if key not in settings:
                    sys.exit(f"Could not override '{key}'.")
                settings[key] = value
            root = SimpleNamespace()
            for name, value in settings.items():
                value = settings["hydra.run.dir"] if value == "${hydra.run.dir}" else value
                at, *keys = name.split(".")
                inner = root
                for key in (at, *keys)[:-1]:
                    inner.__dict__.setdefault(key, SimpleNamespace())
                    inner = getattr(inner, key)
                try:
                    setattr(inner, (at, *keys)[-1], literal_eval(value))
                except (SyntaxError, ValueError):
                    setattr(inner, (at, *keys)[-1], value)
            function(root)

        return run

    return decorator
