"""The section ``objective`` of the config proposed for a script."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hpsearch.scripts.draft_command import EDIT, Role, command_words, quoted
from hpsearch.scripts.draft_text import aligned, flow, scalar
from hpsearch.scripts.printed_metrics import best_candidates
from hpsearch.scripts.script import Option, Script

USUAL_EPOCHS = 10
"""The number of epochs if a script does not set it."""


def objective_lines(script: Script, base: Sequence[str], role: Role, searched: Sequence[Option]) -> list[str]:
    """The lines of the section.

    Args:
        script: The script.
        base: The words that run it: ``python train.py``; for a function, ``module:function``.
        role: The roles of its options.
        searched: The options that are searched.
    """
    if script.style == "function":
        return ["objective:", f"  function: {_function(script, base[0], role)}"]
    program = [*map(quoted, base)]
    files, environment = _Files.of(script, base[-1], searched), _variables(role, searched)
    if files.is_script:
        program[-1] = files.copy
        environment = {"PYTHONPATH": files.directory or ".", **environment}
    words = command_words(program, script, role, searched)
    if files.template and script.file_flag:
        words = f"{words} {script.file_flag.replace('{}', files.copy)}"
    lines = ["objective:", "  command:", f"    run: {scalar(words)}"]
    if files.template:
        comment = "# a copy for each trial, with its values"
        lines.append(aligned(f"    files: {flow({files.name: files.template})}", comment))
    if environment:
        comment = "# where the copy finds the modules beside the script" if files.is_script else ""
        lines.append(aligned(f"    env: {flow(environment)}", comment).rstrip())
    lines += _epochs(role)
    written = _metrics_file(script, role)
    if files.is_fixed or (written and not _has_directory(script, role)):
        what = "it looks for its settings" if files.is_fixed else "it writes to the directory"
        lines.append(aligned("    in_trial_directory: true", f"# {what} where it runs"))
    return [*lines, *written]


@dataclass(frozen=True)
class _Files:
    """The file that is written for each trial.

    Attributes:
        template: The template that it is a copy of, relative to the config; "" if there is none.
        name: Its name in the trial's directory.
        directory: The script's directory, relative to the config.
        is_script: Whether it is the script itself.
        is_fixed: Whether the script looks for it in the directory where it runs.
    """

    template: str = ""
    name: str = ""
    directory: str = ""
    is_script: bool = False
    is_fixed: bool = False

    @classmethod
    def of(cls, script: Script, path: str, searched: Sequence[Option]) -> Self:
        """The file that contains the searched options of a script at a path."""
        file = next((option.file for option in searched if option.file), "")
        if not file:
            return cls()
        directory, _, name = path.rpartition("/")
        is_script = file == name
        is_fixed = not is_script and not script.file_flag
        template = os.path.normpath(f"{directory}/{file}" if directory else file)
        return cls(template, template if is_fixed else Path(file).name, directory, is_script, is_fixed)

    @property
    def copy(self) -> str:
        """The copy as a word of a command."""
        return f"{{trial_dir}}/{quoted(self.name)}"


def _function(script: Script, name: str, role: Role) -> str:
    """A function, with the number of epochs if it reports epochs and has no argument ``epochs``."""
    epochs = role.epochs
    count = None if epochs is None else epochs_of(epochs)
    if not script.yields or epochs is None or epochs.name == "epochs" or count is None:
        return scalar(name)
    return flow({"name": name, "epochs": count})


def _variables(role: Role, searched: Sequence[Option]) -> dict[str, str]:
    """The environment variables and their values."""
    given = [*((option, f"{{{option.name}}}") for option in searched), *role.given]
    names = {option.name for option in searched}
    given += [(option, role.value_of(option)) for option in role.required if option.name not in names]
    return {option.variable: text for option, text in given if option.variable}


def _epochs(role: Role) -> list[str]:
    if role.epochs is None:
        return []
    count = epochs_of(role.epochs)
    if count is None:
        return [aligned(f"    epochs: {USUAL_EPOCHS}", f"# {EDIT}: how many epochs a trial has")]
    return [aligned(f"    epochs: {count}", "# the script's default")]


def epochs_of(epochs: Option) -> int | None:
    """How many epochs a script trains by default, if that is a whole number."""
    value = epochs.known_default
    whole = (
        isinstance(value, int | float) and not isinstance(value, bool) and value >= 1 and value == int(value)
    )
    return int(value) if whole else None


def _metrics_file(script: Script, role: Role) -> list[str]:
    """Where the metrics are, if they are not printed."""
    best = best_candidates(script.metrics)[:1]
    if not script.files or not best or best[0].how in ("print", "log"):
        return []
    file = script.files[0]
    path = "{trial_dir}" if file == "events" else f"{{trial_dir}}/{file}"
    return [aligned(f"    metrics_file: {scalar(path)}", "# what the script writes there")]


def _has_directory(script: Script, role: Role) -> bool:
    """Whether the script is told where to write."""
    return role.output is not None or script.style == "hydra"
