"""The sections of a config: their keys, types, defaults and meanings.

One model per section. To add a key, add a field; to add a kind of objective, add a field to
:class:`ObjectiveSection` and its class to :mod:`hpsearch.config.objective_section`.
"""

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

from hpsearch.config.setting_types import (
    Bytes,
    EnvironmentText,
    FractionOrPath,
    FunctionName,
    Name,
    Names,
    OptionalText,
    Seconds,
    Spelling,
    Words,
    Workers,
    one_of,
    section_of,
    wrong,
)
from hpsearch.data.builtin import BUILTIN
from hpsearch.machine.kernels import FASTEST, KERNELS, PORTABLE
from hpsearch.searchers import METHODS
from hpsearch.space import PRIORS
from hpsearch.space.priors.grid import MOST_DIGITS


class Section(BaseModel):
    """Base of all sections: no conversions, no unknown keys, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class OrderOfTies(Section):
    """The metric that orders what is equal by the search's own."""

    name: str = Field(description="its name")
    goal: Literal["minimize", "maximize"] | None = Field(
        default=None, description="whether small or large values are good, as for the metric itself"
    )


class MetricSection(Section):
    """The number that a search optimizes."""

    name: str | None = Field(default=None, description="its name; by default val_error for the network")
    goal: Literal["minimize", "maximize"] | None = Field(
        default=None,
        description="whether small or large values are good; known for the network's metrics",
    )
    at: Literal["last", "best"] | None = Field(
        default=None,
        description="whether a trial's value is its metric at the last epoch or at its best one; "
        "by default best for the network, last for your code",
    )
    ties: Annotated[OrderOfTies | Literal["none"] | None, section_of("name", unless="none")] = Field(
        default=None,
        description="the metric that orders trials and epochs that are equal, or none; "
        "by default val_loss for the network's val_error and val_accuracy",
    )


class _ParameterSection(Section):
    """One parameter: numbers between ``min`` and ``max``, or one of ``values``."""

    type: Literal["float", "int"] | None = Field(default=None, description="float, or int for whole numbers")
    prior: Annotated[str, one_of(PRIORS)] | None = Field(
        default=None, description="how values are distributed"
    )
    min: float | None = Field(default=None, description="smallest value")
    max: float | None = Field(default=None, description="largest value")
    step: float | None = Field(default=None, description="distance between neighbouring values", gt=0)
    precision: int | None = Field(
        default=None,
        ge=1,
        le=MOST_DIGITS,
        description="how many significant digits drawn values have; by default enough for 10,000 values",
    )
    values: list[Any] | None = Field(default=None, description="the values to choose from")
    probabilities: list[float] | None = Field(
        default=None, description="the probability of each of the values"
    )
    when: dict[str, Any] | None = Field(
        default=None, description="the values of other parameters with which this one is active"
    )
    flag: str | None = Field(
        default=None, description="how {args} passes it to a command: '--lr {}', 'lr={}', '--amp'"
    )
    spelling: Spelling | None = Field(
        default=None, description="words by value when it is passed to a command; or python"
    )


def _prior_keys() -> dict[str, Any]:
    """The priors' own keys, as fields of a section."""
    meanings: dict[str, list[str]] = {}
    for name, prior in PRIORS.items():
        for key, meaning in prior.keys.items():
            meanings.setdefault(key, []).append(f"prior {name}: {meaning}")
    return {
        key: (float | None, Field(default=None, description="; ".join(lines)))
        for key, lines in meanings.items()
    }


if TYPE_CHECKING:  # type checkers cannot read the keys from the registry
    ParameterSection = _ParameterSection
else:
    ParameterSection = create_model(
        "ParameterSection", __base__=_ParameterSection, __doc__=_ParameterSection.__doc__, **_prior_keys()
    )


class EarlyStopping(Section):
    """Trials that fall behind are stopped early, at rungs of min_epochs · reduction^j epochs."""

    min_epochs: int = Field(default=1, ge=1, description="epochs before the first rung")
    reduction: int = Field(
        default=2, ge=2, description="the best 1/reduction of the trials pass a rung that predicts well"
    )


def _early_stopping(value: object) -> object:
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {} if value else None
    raise wrong("must be false, true or {min_epochs: …, reduction: …}")


def _auto(value: object) -> object:
    if value == "auto" or value is False:
        return value == "auto"
    raise wrong("must be auto or false")


class SearchSection(Section):
    """How trials are chosen, and how many."""

    method: Annotated[str, one_of(METHODS)] = Field(
        default="coarse_to_fine", description="how trials are chosen"
    )
    trials: int = Field(default=64, ge=1, le=10_000_000, description="how many trials in total")
    lag: int = Field(
        default=3,
        ge=0,
        le=10_000,
        description="trial k waits for the results of the trials up to k − lag − 1",
    )
    early_stopping: Annotated[
        EarlyStopping | None,
        BeforeValidator(_early_stopping),
        PlainSerializer(lambda stopping: stopping.model_dump() if stopping else False),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, EarlyStopping.model_json_schema()]}),
    ] = Field(default=EarlyStopping(), description="whether trials that fall behind are stopped early")
    babysit: Annotated[
        bool,
        BeforeValidator(_auto),
        PlainSerializer(lambda on: "auto" if on else False),
        WithJsonSchema({"enum": ["auto", False]}),
    ] = Field(default=False, description="auto: a careful nurse watches each trial and touches it")
    portfolio: Annotated[
        bool | None,
        BeforeValidator(_auto),
        PlainSerializer(lambda on: "auto" if on else False),
        WithJsonSchema({"enum": ["auto", False]}),
    ] = Field(
        default=None,
        description="auto, the default for the network: configurations that did well on other data are among"
        " the first trials",
    )
    warm_start: Annotated[
        list[str] | None,
        BeforeValidator(lambda value: None if value == "auto" else value),
        PlainSerializer(lambda runs: "auto" if runs is None else runs),
        WithJsonSchema({"anyOf": [{"const": "auto"}, {"type": "array", "items": {"type": "string"}}]}),
    ] = Field(
        default=[],
        max_length=100,
        description="run directories whose results guide the first trials; or auto, for those beside this run"
        " that search something similar",
    )
    known_results: Annotated[
        list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
    ] = Field(
        default=[],
        max_length=100,
        description="CSV files with results from elsewhere, which guide the first trials",
    )
    enqueue: list[dict[str, Any]] = Field(
        default=[],
        max_length=10_000,
        description="configurations to try first; values that they leave out are drawn",
    )
    repeats: int = Field(
        default=1,
        ge=1,
        le=100,
        description="how many seeds each configuration is trained with; its value is the mean",
    )
    stop_at: dict[str, float] = Field(
        default={}, description="a value of the metric that ends the search, such as {val_error: 0.02}"
    )
    max_failures: int = Field(default=10, ge=1, description="how many failed trials in a row end the search")


class RunSection(Section):
    """Where and how trials run; of these settings, only ``threads`` and ``timeout`` can change a result."""

    strategy: Literal["auto", "panda", "caviar"] = Field(
        default="auto",
        description="panda: one trial at a time; caviar: in parallel; auto: depends on the machine",
    )
    workers: Workers = Field(default="auto", description="how many trials run at once")
    threads: int = Field(default=1, ge=1, le=1024, description="threads for the matrix products of one trial")
    kernels: Annotated[str, one_of((PORTABLE, FASTEST, *KERNELS))] = Field(
        default=PORTABLE,
        description="portable: same results on every CPU; fastest: all that this CPU has; or a kernel's name",
    )
    start: Literal["warm", "fresh"] = Field(
        default="warm",
        description="how the process of a function's trial starts: warm, as a fork of one that has imported "
        "its module, where that is safe; or fresh",
    )
    timeout: Seconds = Field(default=None, description="how long a trial may run")
    stop_after: Seconds = Field(
        default=None, description="how long the search may start new trials, since it was started or resumed"
    )
    memory: Bytes = Field(
        default=None, description="how much memory the processes of a function or command may use"
    )
    retries: int = Field(default=1, ge=0, le=1000, description="how often a trial may be retried")
    retry_on: list[Literal["crash", "timeout"]] = Field(
        default=["crash"], description="when a trial is retried: its process died, or it took too long"
    )
    devices: list[int | str] = Field(
        default=[],
        description="CUDA_VISIBLE_DEVICES for the trials of a function or command, one device each",
    )
    engine: Literal["local", "dask"] = Field(default="local", description="this machine, or a Dask cluster")
    scheduler: OptionalText = Field(
        default=None,
        description="the address of the cluster; none for a cluster of processes on this machine",
    )
    scheduler_file: OptionalText = Field(
        default=None, description="a file that contains the address of the cluster"
    )


class NetworkSection(Section):
    """The built-in network and its data set; all other keys are hyperparameters with a fixed value."""

    model_config = ConfigDict(extra="allow")

    data: str = Field(min_length=1, description=f"{', '.join(BUILTIN)}, or the path of a data file")
    label: str | None = Field(
        default=None, min_length=1, description="the column of a CSV file that contains the class"
    )
    validation: FractionOrPath = Field(
        default=0.2, description="the fraction of the rows, or a file, on which trials are evaluated"
    )
    test: FractionOrPath | None = Field(
        default=None,
        description="like validation, for a single evaluation at the end of a trial; "
        "by default the test rows of the data set, or 0.2",
    )
    dtype: Literal["float32", "float64"] = Field(
        default="float32", description="the floating-point type of the network"
    )
    standardize: bool = Field(
        default=True, description="scale every feature to mean 0 and standard deviation 1"
    )


class FunctionSection(Section):
    """A Python function, called with a trial's values as keyword arguments."""

    name: FunctionName = Field(description="module:function, or path/to/module:function")
    directory: str | None = Field(
        default=None, min_length=1, description="where the module is; by default the config's directory"
    )
    epochs: int | None = Field(default=None, ge=1, description="how many epochs a full trial has")
    touch: Names = Field(
        default=[], description="the parameters that the function lets change in mid-training; see nurse"
    )


class PythonSection(Section):
    """A Python program runs the trials: with ``hpsearch.Search``, or a function that only it can call."""

    epochs: int | None = Field(default=None, ge=1, description="how many epochs a full trial has")


class CommandSection(Section):
    """A program that prints the metrics of a trial."""

    run: Words = Field(description="the program and its arguments, with placeholders such as {learning_rate}")
    shell: bool = Field(default=False, description="whether a shell runs the command")
    flags: dict[str, str] = Field(
        default={}, description="how {args} passes single parameters: '--lr {}', 'lr={}', '--amp'"
    )
    spelling: Spelling = Field(
        default={}, description="python for True, False and None; or words by value, for all parameters"
    )
    spellings: dict[str, Spelling] = Field(default={}, description="words by value, for single parameters")
    env: dict[str, EnvironmentText] = Field(
        default={}, description="variables of the environment, with placeholders"
    )
    files: dict[str, str] = Field(
        default={}, description="files in the trial's directory, each with the template that is filled in"
    )
    metrics: dict[str, str] = Field(
        default={},
        description="for each metric, its text with {} for the number, or a regular expression with a group",
    )
    metrics_file: str | None = Field(
        default=None,
        min_length=1,
        description="a file that the program writes metrics to: CSV, JSON, JSON lines or TensorBoard",
    )
    output: Literal["both", "stdout", "stderr"] = Field(
        default="both", description="where the metrics are printed"
    )
    directory: str | None = Field(
        default=None, min_length=1, description="where it runs; by default the config's directory"
    )
    in_trial_directory: bool = Field(
        default=False, description="whether each trial runs in a directory of its own instead"
    )
    epochs: int | None = Field(default=None, ge=1, description="how many epochs a full trial has")
    touch: Names = Field(
        default=[], description="the parameters that the command lets change in mid-training; see nurse"
    )


class ObjectiveSection(Section):
    """What a trial runs: exactly one of the keys."""

    network: NetworkSection | None = Field(default=None, description="train the built-in network")
    function: Annotated[FunctionSection | None, section_of("name")] = Field(
        default=None, description="call a function: module:function"
    )
    command: Annotated[CommandSection | None, section_of("run")] = Field(
        default=None, description="run a command"
    )
    python: PythonSection | None = Field(
        default=None, description="a Python program runs the trials, with hpsearch.Search or hpsearch.run"
    )


class Document(Section):
    """A whole config."""

    name: Name | None = Field(
        default=None, description="names the run directories; by default the file's name without its suffix"
    )
    seed: int = Field(default=0, strict=True, ge=0, lt=2**32, description="the seed of all random numbers")
    metric: MetricSection = Field(default=MetricSection(), description="the number that the search optimizes")
    objective: ObjectiveSection = Field(description="what a trial runs")
    space: dict[str, Any] = Field(description="the parameters to search")
    constraints: list[str] = Field(
        default=[],
        max_length=100,
        description="what is true of every configuration to try, such as 'hidden_1 >= hidden_2'",
    )
    search: SearchSection = Field(default=SearchSection(), description="how trials are chosen")
    run: RunSection = Field(default=RunSection(), description="where and how trials run")
