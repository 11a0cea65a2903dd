"""An Optuna study as a config: its distributions are the space, its best trials are tried first."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hpsearch.config import parse_space
from hpsearch.config.setting_types import name_like
from hpsearch.errors import UsageError
from hpsearch.exchange.draft import Draft, Note, valid_names
from hpsearch.exchange.packages import required

BEST = 10
"""How many of the study's trials are tried first."""

_TRIALS = 64

_ABSENT = object()

Row = Mapping[str, Any]
"""The values of one trial of the study, by the study's names."""


def import_study(url: str, name: str) -> Draft:
    """A config made from an Optuna study.

    Args:
        url: A storage such as ``sqlite:///study.db``, or the path of a journal file.
        name: The study's name.

    Raises:
        UsageError: Optuna is not installed, there is no such study, or it cannot be searched here.
    """
    optuna = required("optuna", "--optuna", "optuna")
    study = _load(optuna, url, name)
    goal, trials = _goal(study), _trials(study)
    draft = Draft(f"the Optuna study {name}", "")
    originals = list(dict.fromkeys(key for trial in trials for key in trial.params))
    names = dict(zip(originals, valid_names(originals, python=True), strict=True))
    metric = (study.metric_names or ["value"])[0]
    space = _space(draft, trials, names)
    draft.config["name"] = name_like(name)
    draft.config["metric"] = {"name": metric, "goal": goal}
    draft.config["objective"] = {"function": "train:objective"}
    draft.config["space"] = space
    search: dict[str, Any] = {"method": "coarse_to_fine", "trials": _TRIALS, "early_stopping": False}
    if best := _best(draft, optuna, trials, names, maximize=goal == "maximize"):
        search["enqueue"] = best
    draft.config["search"] = search
    draft.todo = _todo(space, metric)
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
    except Exception as error:  # what a storage raises depends on its database and its driver
        reason = str(error).partition("\n")[0]
        raise UsageError(
            f"{url} cannot be read as an Optuna storage: {type(error).__name__}: {reason}"
        ) from error


def _space(draft: Draft, trials: Sequence[Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The parameters by their names in the config."""
    rows = [trial.params for trial in trials]
    seen: dict[str, dict[Any, None]] = {}
    for trial in trials:
        for key, distribution in trial.distributions.items():
            seen.setdefault(key, {})[distribution] = None
    space: dict[str, Any] = {}
    for at, (key, name) in enumerate(names.items()):
        spec = _parameter(draft, key, list(seen[key]))
        if name != key:
            draft.notes.append(Note(key, f"is renamed to {name}: it becomes the name of an argument"))
        absent = sum(key not in row for row in rows)
        if absent and isinstance(spec, dict):
            parents = {parent: list(seen[parent])[-1] for parent in list(names)[:at]}
            some = f"is in only {len(rows) - absent} of {len(rows)} trials"
            if found := _condition(key, rows, parents):
                parent, values = found
                texts = _has_texts(space[names[parent]])
                spec["when"] = {names[parent]: [str(each) if texts else each for each in values]}
                text = f"{some}; its condition is inferred from these trials: check it"
            else:
                text = f"{some}, and no other parameter explains which; here it is in all trials"
            draft.notes.append(Note(key, text))
        elif absent:
            draft.notes.append(Note(key, "is not in all trials; here it is a constant in all trials"))
        space[name] = spec
    return space


def _has_texts(spec: Any) -> bool:
    return isinstance(spec, dict) and isinstance(spec.get("values", [0])[0], str)


def _parameter(draft: Draft, key: str, seen: Sequence[Any]) -> Any:
    """The section of a parameter, or the value of a constant; its range spans all its distributions."""
    last = seen[-1]
    if hasattr(last, "choices"):
        choices = list(dict.fromkeys(choice for each in seen for choice in getattr(each, "choices", ())))
        values = _alike(choices)
        if any(type(mine) is not type(theirs) for mine, theirs in zip(values, choices, strict=True)):
            draft.notes.append(
                Note(key, "its choices become text: values must be all numbers, all text, or true and false")
            )
        return {"values": values} if len(values) > 1 else values[0]
    alike = [each for each in seen if type(each) is type(last)]
    low, high = min(each.low for each in alike), max(each.high for each in alike)
    steps = {each.step for each in alike}
    if len(seen) > 1:
        draft.notes.append(
            Note(key, f"had {len(seen)} distributions; its range spans all of them: {low:g} to {high:g}")
        )
    if low == high:
        return low
    section: dict[str, Any] = {"type": "int"} if type(last).__name__.startswith("Int") else {}
    section |= {"prior": "log"} if last.log else {}
    section |= {"min": low, "max": high}
    step = steps.pop() if len(steps) == 1 else None
    return section | ({} if step is None or (section.get("type") and step == 1) else {"step": step})


def _alike(choices: Sequence[Any]) -> list[Any]:
    """Choices as values of a parameter: as they are, or all as text."""
    kinds = {"number" if type(each) in (int, float) else type(each).__name__ for each in choices}
    return list(choices) if kinds in ({"number"}, {"bool"}, {"str"}) else [str(each) for each in choices]


def _condition(key: str, rows: Sequence[Row], parents: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    """The parameter whose value decides whether another is present, and the values for which it is.

    If it is present from a whole number on, such as a number of layers, all values beyond are included.

    Args:
        key: The parameter that is sometimes absent.
        rows: The trials.
        parents: The distributions of the parameters before it.
    """
    separate = [
        each for each, distribution in parents.items() if isinstance(getattr(distribution, "step", 1), int)
    ]
    for parent in sorted(separate, key=lambda each: not hasattr(parents[each], "choices")):
        distribution = parents[parent]
        present = {row.get(parent, _ABSENT) for row in rows if key in row}
        absent = {row[parent] for row in rows if key not in row and parent in row}
        if _ABSENT in present or present & absent or not absent:
            continue
        if hasattr(distribution, "choices"):
            return parent, [choice for choice in distribution.choices if choice in present]
        whole = range(distribution.low, distribution.high + 1, distribution.step)
        if min(present) > max(absent):
            return parent, [each for each in whole if each >= min(present)]
        if max(present) < min(absent):
            return parent, [each for each in whole if each <= max(present)]
        return parent, sorted(present)
    return None


def _best(
    draft: Draft, optuna: Any, trials: Sequence[Any], names: Mapping[str, str], *, maximize: bool
) -> list[dict[str, Any]]:
    """The best trials as configurations to try first."""
    space = parse_space(draft.config["space"])
    texts = {name for name, spec in draft.config["space"].items() if _has_texts(spec)}
    done = [trial for trial in trials if trial.state == optuna.trial.TrialState.COMPLETE]
    done.sort(key=lambda trial: -trial.value if maximize else trial.value)
    found: list[dict[str, Any]] = []
    misfits = 0
    for trial in done:
        values = {
            names[key]: value for key, value in trial.params.items() if names[key] not in space.constants
        }
        values = {name: str(value) if name in texts else value for name, value in values.items()}
        if any(space.problems(values)):
            misfits += 1
        elif values not in found and len(found) < BEST:
            found.append(values)
    text = f"the best {len(found)} of {len(done)} complete trials are tried first, by search.enqueue"
    text += f"; {misfits} are not in this space" if misfits else ""
    draft.notes.append(Note("trials", text))
    return found


def _note_unused(draft: Draft, study: Any, trials: Sequence[Any]) -> None:
    draft.notes.append(
        Note("sampler, pruner", "a storage does not contain them; search.method is coarse_to_fine")
    )
    steps = max((len(trial.intermediate_values) for trial in trials), default=0)
    if steps:
        text = f"trials reported up to {steps}; to stop trials early, set search.early_stopping and epochs:"
        draft.notes.append(Note("intermediate values", f"{text} {steps} in objective.function"))
    attributes = ", ".join(study.user_attrs)
    if attributes:
        draft.notes.append(Note("user_attrs", f"are dropped: {attributes}"))
