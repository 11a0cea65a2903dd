"""The sections of a config: their keys, types, defaults and meanings.

One model per section. To add a key, add a field; to add an objective, add a field to
:class:`ObjectiveSection` and its class to :mod:`hpsearch.config.objectives`.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    create_model,
)

from hpsearch.config.quantities import Bytes, Seconds, Text, wrong
from hpsearch.document.scalars import shown
from hpsearch.searchers import METHODS
from hpsearch.space import PRIORS

if TYPE_CHECKING:  # checkers cannot read the names from the registry
    Method = str
    PriorName = str
else:
    Method = Literal[tuple(METHODS)]
    PriorName = Literal[tuple(PRIORS)]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FUNCTION = re.compile(r"([^:]*/)?[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def is_name(text: str) -> bool:
    """Whether a text can name a search, and so a directory, on every system."""
    return bool(_NAME.fullmatch(text)) and not _DEVICES.fullmatch(text)


def name_like(text: str) -> str:
    """A name made of a text."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text[:200]).strip("._-")[:100]
    return name if is_name(name) else "search"


def _name(value: object) -> object:
    if not isinstance(value, str):
        hint = f'Write "{value}", in quotes' if isinstance(value, int | float) else ""
        raise wrong("must be text", hint)
    if _DEVICES.fullmatch(value):
        raise wrong("must not be the name of a device on Windows", f"Write {name_like('run-' + value)}")
    if not is_name(value):
        rule = "must be 1 to 100 letters, digits, '.', '_' or '-', beginning with a letter or digit"
        raise wrong(rule, f"Write {name_like(value)}" if len(value) <= 100 else "Shorten it")
    return value


def _workers(value: object) -> object:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise wrong("must be auto or a whole number of at least 1")


def _part(value: object) -> object:
    """A share of the rows, or the path of a file."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1:
        return value
    percent = isinstance(value, int) and 1 < value < 100
    hint = f"Write {value / 100:g} for {value} %" if percent else "Write 0.2 or the like"  # type: ignore[operator] # a percentage is a number
    raise wrong("must be a share of the rows above 0 and below 1, or the path of a data file", hint)


def _function_name(value: object) -> object:
    if isinstance(value, str) and _FUNCTION.fullmatch(value.replace(".py:", ":")):
        return value.replace(".py:", ":")
    raise wrong("must be module:function, such as train:objective", _function_like(value))


def _function_like(value: object) -> str:
    """What to write instead of what is no name of a function, as a sentence."""
    text = shown(str(value)).removesuffix("()").replace("::", ":")
    module, _, name = text.removesuffix(".py").rpartition(".")
    if _FUNCTION.fullmatch(text.replace(".py:", ":")):
        return f"Write {text}"
    if not text.endswith(".py") and _FUNCTION.fullmatch(f"{module}:{name}"):
        return f"Write {module}:{name}"
    if _FUNCTION.fullmatch(f"{text.removesuffix('.py')}:f"):
        return f"Write {text.removesuffix('.py')}:FUNCTION, with the function's name"
    return "Write train:main or the like"


def _words(value: object) -> object:
    """Numbers among the words of a command as text."""
    if not isinstance(value, list):
        return value
    return [str(word) if type(word) in (int, float) else word for word in value]


def _section_of(key: str) -> Callable[[object], object]:
    """Takes a text or a list for a section with this one key."""
    return lambda value: {key: value} if isinstance(value, str | list) else value


def _stopping(value: object) -> object:
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {} if value else None
    raise wrong("must be false, true or {min_epochs: …, reduction: …}")


class Section(BaseModel):
    """Base of all sections: no conversions, no unknown keys, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class MetricSection(Section):
    """The number a search makes better."""

    name: str | None = Field(default=None, description="its name; val_error for the network")
    goal: Literal["minimize", "maximize"] | None = Field(
        default=None,
        description="whether small or large values are good; by itself for the network's metrics",
    )
    at: Literal["last", "best"] = Field(
        default="last", description="whether a trial is worth its metric at the last epoch or at its best one"
    )


class _ParameterSection(Section):
    """One parameter: numbers between ``min`` and ``max``, or one of ``values``."""

    type: Literal["float", "int"] | None = Field(default=None, description="float, or int for whole numbers")
    prior: PriorName | None = Field(default=None, description="how values are distributed")
    min: float | None = Field(default=None, description="smallest value")
    max: float | None = Field(default=None, description="largest value")
    step: float | None = Field(default=None, description="distance between neighbouring values", gt=0)
    values: list[Any] | None = Field(default=None, description="what it may be")
    probabilities: list[float] | None = Field(
        default=None, description="the share of draws of each of the values"
    )
    when: dict[str, Any] | None = Field(
        default=None, description="takes part only with these values of other parameters"
    )


def _prior_keys() -> dict[str, Any]:
    """The keys that priors have of their own, as fields of a section."""
    meanings: dict[str, list[str]] = {}
    for name, prior in PRIORS.items():
        for key, meaning in prior.keys.items():
            meanings.setdefault(key, []).append(f"prior {name}: {meaning}")
    return {
        key: (float | None, Field(default=None, description="; ".join(lines)))
        for key, lines in meanings.items()
    }


if TYPE_CHECKING:
    ParameterSection = _ParameterSection
else:
    ParameterSection = create_model(
        "ParameterSection", __base__=_ParameterSection, __doc__=_ParameterSection.__doc__, **_prior_keys()
    )


class EarlyStopping(Section):
    """Trials that fall behind end early, at rungs of min_epochs · reduction^j epochs."""

    min_epochs: int = Field(default=1, ge=1, description="epochs before the first rung")
    reduction: int = Field(default=2, ge=2, description="the best 1/reduction of the trials pass a rung")


class SearchSection(Section):
    """How trials are chosen, and how many."""

    method: Method = Field(default="coarse_to_fine", description="how trials are chosen")
    trials: int = Field(default=64, ge=1, le=10_000_000, description="how many trials in all")
    lag: int = Field(
        default=8,
        ge=0,
        le=10_000,
        description="trial k waits for the results of the trials up to k − lag − 1",
    )
    early_stopping: Annotated[
        EarlyStopping | None,
        BeforeValidator(_stopping),
        PlainSerializer(lambda stopping: stopping.model_dump() if stopping else False),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, EarlyStopping.model_json_schema()]}),
    ] = Field(default=EarlyStopping(), description="whether trials that fall behind end early")
    warm_start: list[str] = Field(
        default=[], max_length=100, description="run directories whose results tell where to look first"
    )
    enqueue: list[dict[str, Any]] = Field(
        default=[], max_length=10_000, description="configurations to try first, a value for each parameter"
    )
    repeats: int = Field(
        default=1,
        ge=1,
        le=100,
        description="seeds that every configuration is trained with; its value is the mean",
    )
    max_failures: int = Field(default=10, ge=1, description="failed trials in a row that end the search")


class RunSection(Section):
    """Where and how trials run; nothing here but ``threads`` and ``timeout`` can change a result."""

    strategy: Literal["auto", "panda", "caviar"] = Field(
        default="auto",
        description="panda: one trial after another; caviar: in parallel; auto: by the machine",
    )
    workers: Annotated[int | Literal["auto"], BeforeValidator(_workers)] = Field(
        default="auto", description="how many trials run at once"
    )
    threads: int = Field(default=1, ge=1, le=1024, description="threads of the matrix products of one trial")
    blas_kernel: Literal["auto", "keep"] = Field(
        default="auto",
        description="auto: the CPU's fastest matrix kernels, if OpenBLAS does not pick them; keep: its own",
    )
    timeout: Seconds = Field(default=None, description="the longest a trial may run")
    memory: Bytes = Field(
        default=None, description="the most memory that the processes of a function or command may use"
    )
    retries: int = Field(default=1, ge=0, le=1000, description="how often a trial may run again")
    retry_on: list[Literal["crash", "timeout"]] = Field(
        default=["crash"], description="when it runs again: its process died, or it took too long"
    )
    devices: list[int | str] = Field(
        default=[], description="CUDA_VISIBLE_DEVICES of the trials of a function or command, one each"
    )
    engine: Literal["local", "dask"] = Field(default="local", description="this machine, or a Dask cluster")
    scheduler: Text = Field(
        default=None, description="the address of the cluster; none for a cluster of processes here"
    )
    scheduler_file: Text = Field(default=None, description="a file that holds the address of the cluster")


class NetworkSection(Section):
    """The built-in network on a data set; the other keys are hyperparameters with one value."""

    model_config = ConfigDict(extra="allow")

    data: str = Field(min_length=1, description="digits, blobs, spirals, moons, or the path of a data file")
    label: str | None = Field(
        default=None, min_length=1, description="the column of a CSV file that holds the class"
    )
    validation: Annotated[float | str, BeforeValidator(_part)] = Field(
        default=0.2, description="share of the rows, or a file, on which trials are judged"
    )
    test: Annotated[float | str | None, BeforeValidator(_part)] = Field(
        default=None,
        description="as validation, for the figure shown at the end; what the data set apart, or 0.2",
    )
    dtype: Literal["float32", "float64"] = Field(default="float32", description="the numbers of the network")
    standardize: bool = Field(default=True, description="give every feature mean 0 and standard deviation 1")


class FunctionSection(Section):
    """A Python function, called with a trial's values as keyword arguments."""

    name: Annotated[str, BeforeValidator(_function_name)] = Field(
        description="module:function, or path/to/module:function"
    )
    directory: str | None = Field(
        default=None, min_length=1, description="where the module is found; the config's directory"
    )
    epochs: int | None = Field(default=None, ge=1, description="how many epochs a whole trial has")


class CommandSection(Section):
    """A program that prints what a trial is worth."""

    run: Annotated[list[str] | str, BeforeValidator(_words)] = Field(
        description="the program and its arguments, with placeholders such as {learning_rate}"
    )
    shell: bool = Field(default=False, description="whether a shell runs it")
    metrics: dict[str, str] = Field(
        default={}, description="regular expressions by metric, whose first group is the number"
    )
    directory: str | None = Field(
        default=None, min_length=1, description="where it runs; the config's directory"
    )
    epochs: int | None = Field(default=None, ge=1, description="how many epochs a whole trial has")


class ObjectiveSection(Section):
    """What a trial runs: exactly one of the keys."""

    network: NetworkSection | None = Field(default=None, description="train the built-in network")
    function: Annotated[FunctionSection | None, BeforeValidator(_section_of("name"))] = Field(
        default=None, description="call a function: module:function"
    )
    command: Annotated[CommandSection | None, BeforeValidator(_section_of("run"))] = Field(
        default=None, description="run a command"
    )


class Document(Section):
    """A whole config."""

    name: Annotated[str, BeforeValidator(_name)] | None = Field(
        default=None, description="names the run directories; the file's name without its suffix"
    )
    seed: int = Field(default=0, strict=True, ge=0, lt=2**32, description="everything random follows from it")
    metric: MetricSection = Field(default=MetricSection(), description="the number a search makes better")
    objective: ObjectiveSection = Field(description="what a trial runs")
    space: dict[str, Any] = Field(description="what may be tried")
    search: SearchSection = Field(default=SearchSection(), description="how trials are chosen")
    run: RunSection = Field(default=RunSection(), description="where and how trials run")
