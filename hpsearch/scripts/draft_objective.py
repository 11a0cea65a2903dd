"""The section ``objective`` of a config that is proposed for a script."""

from collections.abc import Sequence

from hpsearch.scripts.draft_command import EDIT, Role, command_words, quoted
from hpsearch.scripts.draft_text import aligned, flow, scalar
from hpsearch.scripts.printed_metrics import best_candidates
from hpsearch.scripts.script import Option, Script

USUAL_EPOCHS = 10
"""Where a script does not say how many."""


def objective_lines(script: Script, base: Sequence[str], role: Role, searched: Sequence[Option]) -> list[str]:
    """The lines of the section.

    Args:
        script: What the script takes and reports.
        base: The words that run it: ``python train.py``; for a function, ``module:function``.
        role: What its options are for.
        searched: The options that are searched.
    """
    if script.style == "function":
        return ["objective:", f"  function: {_function(script, base[0], role)}"]
    copied = any(not option.flag and not option.variable for option in searched)
    environment = _variables(role, searched)
    lines = ["objective:", "  command:"]
    if copied:
        path = base[-1]
        copy = path.rpartition("/")[2]
        program = [*map(quoted, base[:-1]), f"{{trial_dir}}/{quoted(copy)}"]
        words = command_words(program, script, role, searched)
        lines += [
            f"    run: {scalar(words)}",
            aligned(f"    files: {flow({copy: path})}", "# a copy for each trial, with its constants set"),
        ]
        environment = {"PYTHONPATH": path.rpartition("/")[0] or ".", **environment}
    else:
        lines.append(f"    run: {scalar(command_words([*map(quoted, base)], script, role, searched))}")
    if environment:
        comment = "# where the copy finds the modules beside the script" if copied else ""
        lines.append(aligned(f"    env: {flow(environment)}", comment).rstrip())
    return [*lines, *_epochs(role), *_metrics_file(script, role)]


def _function(script: Script, name: str, role: Role) -> str:
    """A function, with its number of epochs if it reports them and does not get it as ``epochs``."""
    epochs = role.epochs
    count = None if epochs is None else epochs_of(epochs)
    if not script.yields or epochs is None or epochs.name == "epochs" or count is None:
        return scalar(name)
    return flow({"name": name, "epochs": count})


def _variables(role: Role, searched: Sequence[Option]) -> dict[str, str]:
    """What the variables of the environment are set to."""
    given = [*((option, f"{{{option.name}}}") for option in searched), *role.given]
    names = {option.name for option in searched}
    given += [(option, EDIT) for option in role.required if option.name not in names]
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
    directory = role.output is not None or script.style == "hydra"
    path = "{trial_dir}" if file == "events" else f"{{trial_dir}}/{file}"
    line = aligned(f"    metrics_file: {scalar(path)}", "# what the script writes there")
    if directory:
        return [line]
    return [aligned("    in_trial_directory: true", "# it writes to the directory where it runs"), line]
