"""An NNI search space or experiment as a config.

The keys are those of NNI's page "ExperimentConfig" and of its older form, in which ``trial`` is a section.
"""

import re
from pathlib import Path
from typing import Any

from hpsearch.config.special_types import name_like
from hpsearch.document.nodes import Location, MappingNode, entries_at, find
from hpsearch.exchange.draft import Draft, renamings, valid_names
from hpsearch.exchange.foreign_document import ForeignDocument
from hpsearch.exchange.nni.search_space import NniParameter, read_parameters
from hpsearch.files import usage_errors
from hpsearch.invocation.placeholders import split_words

_BEGIN = "Name NNI's search space, a JSON or YAML file, or the YAML file of an experiment"
_METRIC = "value"
_REASONS = {
    "tuner": "search.method decides how trials are chosen",
    "assessor": "search.early_stopping says when trials are stopped",
    "advisor": "search.method and search.early_stopping decide",
    "trainingService": "run.engine says where the command runs: local or dask",
    "trainingServicePlatform": "run.engine says where the command runs: local or dask",
    "maxExecDuration": "a search ends after search.trials",
    "maxExperimentDuration": "a search ends after search.trials",
    "trialGpuNumber": "run.devices lists the devices for trials",
}
_SPACES = ("searchSpace", "search_space")
_SPACE_FILES = ("searchSpaceFile", "searchSpacePath", "search_space_file")
_SHELL = re.compile(r"[;&|<>]")


def import_experiment(path: Path) -> Draft:
    """A config made from a search space or an experiment.

    Raises:
        ConfigError: With all mistakes of the file.
        UsageError: The file with its search space cannot be read.
    """
    document = ForeignDocument.read(path, _BEGIN)
    draft = Draft(f"{path.name}, of NNI,", _TODO)
    where = next(((key,) for key in _SPACES if key in document.root.entries), None)
    file = next((key for key in _SPACE_FILES if key in document.root.entries), None)
    if where is None and file is not None and (name := document.text((file,))) is not None:
        spaces = ForeignDocument.read(_beside(path, name), _BEGIN)
        parameters = list(read_parameters(spaces, ()))
    else:
        spaces = document
        parameters = list(read_parameters(document, where or ()))
    if not entries_at(spaces.root, where or ()):
        spaces.report(where or (), "must have at least one parameter", found="none")
    spaces.stop_if_wrong()
    settings = _Settings(document) if where or file else None
    if settings and settings.name:
        draft.config["name"] = name_like(settings.name)
    draft.config["metric"] = {"name": _METRIC, "goal": settings.goal if settings else "minimize"}
    command = settings.command if settings else "python train.py {args}"
    document.stop_if_wrong()
    names = _names(spaces, parameters)
    section: dict[str, Any] = {"run": command}
    section |= {"shell": True} if _SHELL.search(command) else {}
    section |= {"directory": settings.directory} if settings and settings.directory else {}
    draft.config["objective"] = {"command": section}
    draft.config["space"] = {names[each.name]: _spec(each, names) for each in parameters}
    trials = settings.trials if settings else None
    draft.config["search"] = {"trials": trials or 64, "early_stopping": False}
    if settings and settings.workers:
        draft.config["run"] = {"workers": settings.workers}
    if where or file:
        document.report_unused(_REASONS)
    draft.notes = [*document.notes, *(spaces.notes if spaces is not document else ())]
    draft.program = next((word for word in split_words(command) if word.endswith(".py")), "")
    return draft


_TODO = (
    "To do by hand: the program gets its values as arguments, --name value, instead of from"
    " nni.get_next_parameter(), and prints its results in addition to nni.report_final_result():\n"
    f'    print(f"{_METRIC}={{result}}", flush=True)\n'
    "after each epoch, so that trials can be stopped early, or at the end."
)


def _beside(path: Path, name: str) -> Path:
    """The file of a search space, which has to be in the directory of its experiment or below it."""
    inner = path.parent / name
    with usage_errors(inner):
        if not inner.resolve().is_relative_to(path.parent.resolve()):
            raise PermissionError(f"{name} is not below the directory of {path}")
    return inner


def _names(document: ForeignDocument, parameters: list[NniParameter]) -> dict[str, str]:
    originals = [each.name for each in parameters]
    names = valid_names(originals)
    if renamed := renamings(originals, names):
        document.note(parameters[0].at, f"{renamed}: names of arguments", key="renamed")
    return dict(zip(originals, names, strict=True))


def _spec(parameter: NniParameter, names: dict[str, str]) -> Any:
    """The section of a parameter, with its condition."""
    if parameter.when is None:
        return parameter.spec
    section = parameter.spec if isinstance(parameter.spec, dict) else {"values": [parameter.spec]}
    return section | {"when": {names[parameter.when[0]]: parameter.when[1]}}


class _Settings:
    """The settings of an experiment besides its search space.

    Attributes:
        name: Its name; None if it has none.
        command: The command of a trial, with the values as arguments.
        directory: Where it runs; None for the config's directory.
        trials: The number of trials; None if it has none.
        workers: How many trials run at once; None if it does not say.
        goal: ``minimize`` or ``maximize``.
    """

    def __init__(self, document: ForeignDocument) -> None:
        self._document = document
        self.name = self._text("experimentName", "experiment_name")
        command = self._text("trialCommand", "trial_command") or document.text(("trial", "command"))
        if command is None:
            document.note((), "has no command of a trial; it is python train.py here", key="trialCommand")
        command = (command or "python train.py").replace("{", "{{").replace("}", "}}")
        directory = self._text("trialCodeDirectory", "trial_code_directory")
        directory = directory or document.text(("trial", "codeDir"))
        self.directory = None if directory in (None, ".", "./") else directory
        self.command = f"{command} {{args}}"
        self.trials = self._count("maxTrialNumber", "maxTrialNum", "max_trial_number")
        self.workers = self._count("trialConcurrency", "trial_concurrency")
        self.goal = self._goal()

    def _text(self, *keys: str) -> str | None:
        return next((text for key in keys if (text := self._document.text((key,))) is not None), None)

    def _count(self, *keys: str) -> int | None:
        found = (self._document.number((key,), whole=True, above=0) for key in keys)
        return next((int(count) for count in found if count is not None), None)

    def _goal(self) -> str:
        for section in ("tuner", "advisor"):
            for key in ("classArgs", "class_args"):
                at: Location = (section, key, "optimize_mode")
                if isinstance(find(self._document.root, (section, key)), MappingNode):
                    goal = self._document.text(at, ("minimize", "maximize"))
                    if goal is not None:
                        return goal
        text = "is not in the file; NNI maximizes unless the tuner says otherwise"
        self._document.note(("tuner",), text, key="optimize_mode")
        return "maximize"
