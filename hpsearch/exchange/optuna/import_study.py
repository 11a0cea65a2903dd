"""An Optuna study as a config: its distributions become the space, and its best trials are tried first."""

import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpsearch.config import parse_space
from hpsearch.config.special_types import name_like
from hpsearch.errors import UsageError
from hpsearch.exchange.draft import Draft, Note
from hpsearch.exchange.optuna.study_space import StudySpace, study_space
from hpsearch.exchange.packages import required

BEST = 10
"""How many of the study's trials are tried first."""

_TRIALS = 64

_NAMED = 20
"""How many of the attributes that cannot be imported are named."""


def import_study(url: str, name: str) -> Draft:
    """A config made from an Optuna study.

    Args:
        url: A storage such as ``sqlite:///study.db``, or the path of a journal file.
        name: The study's name.

    Raises:
        UsageError: Optuna is not installed, there is no such study, or it cannot be searched here.
    """
    optuna = required("optuna", "--optuna", "optuna")
    with warnings.catch_warnings():  # Optuna warns about choices that are lists, but stores them
        warnings.simplefilter("ignore")
        study = _load(optuna, url, name)
        goal, trials = _goal(study), _trials(study)
    draft = Draft(f"the Optuna study {name}", "")
    complete = [trial for trial in trials if trial.state == optuna.trial.TrialState.COMPLETE]
    space = study_space(study, trials, complete)
    draft.notes += space.notes
    metric = (study.metric_names or ["value"])[0]
    draft.config["name"] = name_like(name)
    draft.config["metric"] = {"name": metric, "goal": goal}
    draft.config["objective"] = {"function": "train:objective"}
    draft.config["space"] = space.section
    search: dict[str, Any] = {"method": "coarse_to_fine", "trials": _TRIALS, "early_stopping": False}
    if best := _best(draft, space, complete, maximize=goal == "maximize"):
        search["enqueue"] = best
    draft.config["search"] = search
    draft.todo = _todo(space.section, metric)
    _note_unused(draft, study, trials)
    return draft


def _goal(study: Any) -> str:
    """Whether it minimizes or maximizes."""
    directions = [direction.name.lower() for direction in study.directions]
    if len(directions) > 1:
        raise UsageError(
            f"A search optimizes one metric; the study {study.study_name!r} has {len(directions)}"
            f" directions: {', '.join(directions)}. Name a study with one objective."
        )
    return "maximize" if directions == ["maximize"] else "minimize"


def _trials(study: Any) -> list[Any]:
    """The trials that have parameters."""
    trials = [trial for trial in study.get_trials(deepcopy=False) if trial.params]
    if not trials:
        raise UsageError(
            f"The study {study.study_name!r} has no trials with parameters, and so no space: Optuna stores"
            " parameters with trials, not with studies. Run one trial first."
        )
    return trials


def _todo(space: Mapping[str, Any], metric: str) -> str:
    names = [name for name, spec in space.items() if not _has_condition(spec)]
    names += [f"{name}=None" for name, spec in space.items() if _has_condition(spec)]
    return (
        "To do by hand: an Optuna objective asks its trial for values; here it is called with them. Write"
        f" this in train.py beside the config:\n    def objective({', '.join(names)}):\n        ...\n"
        f'        return {{"{metric}": value}}\n'
        "For learning curves and early stopping, yield once per epoch instead of returning. Parameters with a"
        " condition (when) are absent from some trials. `hpsearch check` tests whether the function fits."
    )


def _has_condition(spec: Any) -> bool:
    return isinstance(spec, Mapping) and "when" in spec


def _load(optuna: Any, url: str, name: str) -> Any:
    """The study; nothing is created if there is none."""
    path = Path(url.removeprefix("sqlite:///").partition("?")[0])
    if ("://" not in url or url.startswith("sqlite:///")) and not path.is_file():
        raise UsageError(
            f"There is no file {path}. Name a storage such as sqlite:///study.db or a journal file."
        )
    try:
        if "://" in url:
            storage = optuna.storages.get_storage(url)
        else:
            journal = optuna.storages.journal
            storage = optuna.storages.JournalStorage(journal.JournalFileBackend(url))
        known = optuna.get_all_study_names(storage)
        if name not in known:
            there = f"it has {', '.join(map(repr, known[:20]))}" if known else "it has no studies"
            raise UsageError(f"{url} has no study {name!r}; {there}")
        return optuna.load_study(study_name=name, storage=storage)
    except UsageError:
        raise
    except Exception as error:  # the exceptions of a storage depend on its database and driver
        reason = str(error).partition("\n")[0]
        raise UsageError(
            f"{url} cannot be read as an Optuna storage: {type(error).__name__}: {reason}"
        ) from error


def _best(
    draft: Draft, space: StudySpace, complete: Sequence[Any], *, maximize: bool
) -> list[dict[str, Any]]:
    """The best trials as configurations to try first: those that satisfy the study's constraints."""
    checked = parse_space(space.section)
    finite = [trial for trial in complete if math.isfinite(trial.value)]
    feasible = [trial for trial in finite if all(violation <= 0 for violation in _constraints(trial))]
    feasible.sort(key=lambda trial: -trial.value if maximize else trial.value)
    found: list[dict[str, Any]] = []
    misfits = 0
    for trial in feasible:
        values = space.configuration(trial.params)
        if any(checked.problems(values)):
            misfits += 1
        elif values not in found and len(found) < BEST:
            found.append(values)
    which = f"of {len(complete)} complete trials"
    text = f"the best {len(found)} {which} are tried first, by search.enqueue"
    if len(finite) < len(complete):
        text += f"; {len(complete) - len(finite)} have an infinite value and are left out"
    text += f"; {misfits} are not in this space" if misfits else ""
    draft.notes.append(Note("trials", text))
    if any(_constraints(trial) for trial in complete):
        text = (
            f"{len(finite) - len(feasible)} {which} violate a constraint and are left out. A storage has only"
            " the values of constraints; to keep one, return NaN from the objective where it is violated"
        )
        draft.notes.append(Note("constraints", text))
    return found


def _constraints(trial: Any) -> list[float]:
    """The values of a trial's constraints; a constraint is violated if its value is above 0.

    Optuna 4 stores them in one list, Optuna 5 stores each under its own key.
    """
    attributes = trial.system_attrs
    own = [value for key, value in attributes.items() if key.startswith("constraints:")]
    return [*(attributes.get("constraints") or ()), *own]


def _note_unused(draft: Draft, study: Any, trials: Sequence[Any]) -> None:
    draft.notes.append(
        Note("sampler, pruner", "a storage does not contain them; search.method is coarse_to_fine")
    )
    steps = max((len(trial.intermediate_values) for trial in trials), default=0)
    if steps:
        text = f"trials reported up to {steps}; to stop trials early, set search.early_stopping and epochs:"
        draft.notes.append(Note("intermediate values", f"{text} {steps} in objective.function"))
    of_trials = dict.fromkeys(key for trial in trials for key in trial.user_attrs)
    for whose, keys in (("the study", list(study.user_attrs)), ("the trials", list(of_trials))):
        if keys:
            names = ", ".join(keys[:_NAMED]) + (
                f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
            )
            draft.notes.append(Note("user_attrs", f"those of {whose} are not imported: {names}"))
