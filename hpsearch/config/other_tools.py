"""Files of other tools, recognized by their keys, so that users are not told to correct each key."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.commands import command
from hpsearch.document.nodes import JSON

_OUTPUTS = ("config.yaml", "search.yaml", "imported.yaml")
"""File names for an imported config; the first one that is free is suggested."""

Keys = Mapping[str, JSON]


@dataclass(frozen=True)
class OtherTool:
    """A kind of file that another tool reads.

    Attributes:
        name: The name of such a file, with its article.
        matches: Whether the content of a file, a mapping or a list, is of this kind.
        importer: The name of the importer of ``hpsearch import``; "" if it cannot read the file.
        by_hand: What the space becomes, for files that it cannot read.
    """

    name: str
    matches: Callable[[Any], bool]
    importer: str = ""
    by_hand: str = ""

    def advice(self, path: Path) -> str:
        """What to do with a file of this kind, as a sentence."""
        if self.importer:
            free = next((name for name in _OUTPUTS if not Path(name).exists()), "imported-2.yaml")
            return f"Import it: {command('import', path, '-o', free)}"
        return f"Write a config for your training script with {command('init', 'train.py')}; {self.by_hand}"


def recognized(data: JSON) -> OtherTool | None:
    """The tool that a file was written for; None if it is unknown, or if the file is a config.

    Args:
        data: The content of the file.
    """
    if isinstance(data, Mapping) and "space" in data:
        return None
    return next((tool for tool in TOOLS if tool.matches(data)), None)


def _section(data: JSON, *keys: str) -> Keys:
    """The mapping below some keys; empty if there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _mappings(data: JSON) -> list[Keys]:
    """The mappings in a list."""
    return [each for each in data if isinstance(each, Mapping)] if isinstance(data, list) else []


def _texts(data: JSON, depth: int = 12) -> Iterator[str]:
    """All texts in a file, including keys."""
    if isinstance(data, str):
        yield data
    elif depth and isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            yield from _texts(value, depth - 1)
    elif depth and isinstance(data, list):
        for value in data:
            yield from _texts(value, depth - 1)


def _is_wandb(data: JSON) -> bool:
    keys = _section(data)
    others = {"method", "program", "early_terminate", "run_cap", "command", "metric"}
    here = bool(_section(data, "parameters")) and bool(others & keys.keys()) and "objective" not in keys
    return here or (isinstance(data, Mapping) and "sweep" in data and _is_wandb(data["sweep"]))


def _is_hydra(data: JSON) -> bool:
    sweeper = _section(data, "hydra", "sweeper")
    chosen = any(
        str(key).removeprefix("override").strip() in ("hydra/sweeper", "/hydra/sweeper")
        for each in _mappings(_section(data).get("defaults"))
        for key in each
    )
    return bool(sweeper) or chosen


def _is_nni(data: JSON) -> bool:
    keys = _section(data)
    specs = [each for each in keys.values() if isinstance(each, Mapping)]
    space = bool(specs) and len(specs) == len(keys) and all("_type" in each for each in specs)
    return space or bool({"searchSpace", "searchSpaceFile", "searchSpacePath"} & keys.keys())


def _is_katib(data: JSON) -> bool:
    keys = _section(data)
    return str(keys.get("apiVersion", "")).startswith("kubeflow.org/") and keys.get("kind") == "Experiment"


def _is_guild(data: JSON) -> bool:
    if isinstance(data, list):
        return any(each.keys() & {"model", "operations"} for each in _mappings(data))
    keys = _section(data)
    operations = [each for each in keys.values() if isinstance(each, Mapping)]
    return bool(_section(data, "operations")) or any(
        isinstance(each.get("flags"), Mapping) for each in operations
    )


def _is_orion(data: JSON) -> bool:
    prior = re.compile(r"^(orion)?~\s*\+?[a-z_]+\(")
    experiment = _section(data, "experiment").keys() & {"algorithms", "algorithm", "max_broken"}
    return bool(experiment) or any(prior.search(text) for text in _texts(data))


def _is_vizier(data: JSON) -> bool:
    ids = {"parameterId", "parameter_id"}
    keys = _section(data)
    return bool(keys.keys() & {"studySpec", "study_spec"}) or any(
        each.keys() & ids for each in _mappings(keys.get("parameters"))
    )


def _is_ax(data: JSON) -> bool:
    specs = _mappings(_section(data).get("parameters"))
    return any("name" in each and ("bounds" in each or "type" in each) for each in specs)


def _is_configspace(data: JSON) -> bool:
    return any({"name", "type"} <= each.keys() for each in _mappings(_section(data).get("hyperparameters")))


_RANGES = "min and max, with prior: log where the range is logarithmic"

TOOLS: tuple[OtherTool, ...] = (
    OtherTool("a sweep of Weights & Biases", _is_wandb, importer="wandb"),
    OtherTool("a file with a sweep of Hydra", _is_hydra, importer="hydra"),
    OtherTool("a search space or experiment of NNI", _is_nni, importer="nni"),
    OtherTool(
        "an experiment of Katib",
        _is_katib,
        by_hand=f"write spec.parameters below space: feasibleSpace becomes {_RANGES}, a list becomes values",
    ),
    OtherTool(
        "an experiment of Determined",
        lambda data: bool(_section(data, "hyperparameters")) and "searcher" in _section(data),
        by_hand="write hyperparameters below space: minval and maxval become min and max, vals becomes"
        " values; type: log becomes prior: log between the values base**minval and base**maxval",
    ),
    OtherTool(
        "a search space of Keras Tuner",
        lambda data: bool(_section(data, "hyperparameters").get("space")),
        by_hand="write its hyperparameters below space: min_value and max_value become min and max, sampling:"
        " log becomes prior: log",
    ),
    OtherTool(
        "a search space of ConfigSpace (SMAC)",
        _is_configspace,
        by_hand="write hyperparameters below space: lower and upper become min and max, log: true stays,"
        " choices becomes values, and a condition becomes when",
    ),
    OtherTool(
        "a study of Vizier",
        _is_vizier,
        by_hand="write its parameters below space: minValue and maxValue become min and max, UNIT_LOG_SCALE"
        " becomes prior: log, values stays, and a conditional parameter gets when",
    ),
    OtherTool(
        "an experiment of Ax",
        _is_ax,
        by_hand="write parameters below space: bounds becomes min and max, log_scale: true becomes prior:"
        " log, values stays, and a fixed parameter becomes its value",
    ),
    OtherTool(
        "a tuning job of SageMaker",
        lambda data: "ParameterRanges" in _section(data) or "HyperParameterTuningJobConfig" in _section(data),
        by_hand=f"write ParameterRanges below space: MinValue and MaxValue become {_RANGES}",
    ),
    OtherTool(
        "a sweep of Azure ML",
        lambda data: "search_space" in _section(data) and "sampling_algorithm" in _section(data),
        by_hand="write search_space below space: min_value and max_value become min and max; those of"
        " loguniform are exponents of e, and become values with prior: log",
    ),
    OtherTool(
        "an operation of Polyaxon",
        lambda data: bool(_section(data, "matrix").get("kind")),
        by_hand=f"write matrix.params below space: uniform becomes min and max, loguniform {_RANGES}",
    ),
    OtherTool(
        "an experiment of Ray Tune",
        lambda data: "grid_search" in set(_texts(data)),
        by_hand="write its config below space: grid_search becomes values, and tune.loguniform(a, b) becomes"
        " {prior: log, min: a, max: b}",
    ),
    OtherTool(
        "a project of Guild AI",
        _is_guild,
        by_hand="it finds flags by itself. Ranges go below space: loguniform[a:b] becomes {prior: log,"
        " min: a, max: b}, and [a, b, c] becomes {values: [a, b, c]}",
    ),
    OtherTool(
        "a config of Orion",
        _is_orion,
        by_hand="write its priors below space: loguniform(a, b) becomes {prior: log, min: a, max: b}, and"
        " choices([a, b]) becomes {values: [a, b]}",
    ),
)
"""The kinds of files that are recognized; the first match counts."""
