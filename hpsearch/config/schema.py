"""The sections of a config: their keys, types, defaults and meanings.

One class per section. To add a key, add a field; to add a kind of objective, add a field to
:class:`ObjectiveSection` and its class to :mod:`hpsearch.config.objective_section`.
"""

from dataclasses import dataclass, make_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hpsearch.config.sections import Section, SectionOf, SwitchableSection, setting
from hpsearch.config.setting_types import (
    Anything,
    ListOf,
    MappingOf,
    OneOf,
    RealNumber,
    Text,
    TrueOrFalse,
    WholeNumber,
    WordOr,
)
from hpsearch.config.special_types import (
    AUTO_OR_FALSE,
    BYTES,
    COMMAND,
    DEVICE,
    ENVIRONMENT_TEXT,
    FILES,
    FRACTION_OR_PATH,
    FUNCTION_NAME,
    NAME,
    NAMES,
    OPTIONAL_TEXT,
    SECONDS,
    SPELLING,
    WORKERS,
)
from hpsearch.data.builtin import BUILTIN
from hpsearch.machine.kernels import FASTEST, KERNELS, PORTABLE
from hpsearch.searchers import METHODS
from hpsearch.space import PRIORS
from hpsearch.space.priors.grid import MOST_DIGITS

Goal = Literal["minimize", "maximize"]


@dataclass(frozen=True, kw_only=True)
class OrderOfTies(Section):
    """The metric that breaks ties."""

    name: str = setting(Text(), "its name")
    goal: Goal | None = setting(
        OneOf[Goal](("minimize", "maximize")),
        "whether small or large values are better, as for the metric itself",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class MetricSection(Section):
    """The number that a search optimizes."""

    name: str | None = setting(Text(), "its name; by default val_error for the network", default=None)
    goal: Goal | None = setting(
        OneOf[Goal](("minimize", "maximize")),
        "whether small or large values are better; known for the network's metrics",
        default=None,
    )
    at: Literal["last", "best"] | None = setting(
        OneOf[Literal["last", "best"]](("last", "best")),
        "whether a trial's value is its metric at the last epoch or at its best one; "
        "by default best for the network, last for your code",
        default=None,
    )
    ties: OrderOfTies | Literal["none"] | None = setting(
        WordOr[OrderOfTies, Literal["none"]]("none", "none", SectionOf(OrderOfTies, short="name")),
        "the metric that breaks ties between trials and between epochs, or none; "
        "by default val_loss for the network's val_error and val_accuracy",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class _ParameterSection(Section):
    """One parameter: numbers between ``min`` and ``max``, or one of ``values``."""

    type: str | None = setting(OneOf(("float", "int")), "float, or int for whole numbers", default=None)
    prior: str | None = setting(OneOf(PRIORS), "how values are distributed", default=None)
    min: float | None = setting(RealNumber(), "smallest value", default=None)
    max: float | None = setting(RealNumber(), "largest value", default=None)
    step: float | None = setting(RealNumber(above=0), "distance between neighbouring values", default=None)
    precision: int | None = setting(
        WholeNumber(1, MOST_DIGITS),
        "how many significant digits drawn values have; by default enough for 10,000 values",
        default=None,
    )
    values: list[Any] | None = setting(ListOf(Anything()), "the values to choose from", default=None)
    probabilities: list[float] | None = setting(
        ListOf(RealNumber()), "the probability of each of the values", default=None
    )
    when: dict[str, Any] | None = setting(
        MappingOf(Anything()), "the values of other parameters for which this one is active", default=None
    )
    flag: str | None = setting(
        Text(), "how {args} passes it to a command: '--lr {}', 'lr={}', '--amp'", default=None
    )
    spelling: dict[str, str] | None = setting(
        SPELLING, "the word for each value in a command; or python for True, False and None", default=None
    )


def _prior_keys() -> list[tuple[str, object, Any]]:
    """The priors' own keys, as fields of a section."""
    meanings: dict[str, list[str]] = {}
    for name, prior in PRIORS.items():
        for key, meaning in prior.keys.items():
            meanings.setdefault(key, []).append(f"prior {name}: {meaning}")
    return [
        (key, float | None, setting(RealNumber(), "; ".join(lines), default=None))
        for key, lines in meanings.items()
    ]


if TYPE_CHECKING:  # type checkers cannot read the keys from the registry
    ParameterSection = _ParameterSection
else:
    ParameterSection = make_dataclass(
        "ParameterSection",
        _prior_keys(),
        bases=(_ParameterSection,),
        namespace={"__doc__": _ParameterSection.__doc__},
        frozen=True,
        kw_only=True,
    )


@dataclass(frozen=True, kw_only=True)
class EarlyStopping(Section):
    """Trials that fall behind are stopped early, at rungs of min_epochs · reduction^j epochs."""

    min_epochs: int = setting(WholeNumber(1), "epochs before the first rung", default=1)
    reduction: int = setting(
        WholeNumber(2), "the best 1/reduction of the trials pass a rung that predicts well", default=2
    )


@dataclass(frozen=True, kw_only=True)
class SearchSection(Section):
    """How trials are chosen, and how many."""

    method: str = setting(OneOf(METHODS), "how trials are chosen", default="coarse_to_fine")
    trials: int = setting(WholeNumber(1, 10_000_000), "the total number of trials", default=64)
    lag: int = setting(
        WholeNumber(0, 10_000), "trial k waits for the results of the trials up to k − lag − 1", default=3
    )
    early_stopping: EarlyStopping | None = setting(
        SwitchableSection(EarlyStopping),
        "whether trials that fall behind are stopped early",
        default=EarlyStopping(),
    )
    babysit: bool = setting(
        AUTO_OR_FALSE, "auto: an automatic nurse watches each trial and adjusts it", default=False
    )
    portfolio: bool | None = setting(
        AUTO_OR_FALSE,
        "auto, the default for the network: configurations that did well on other data are among the first"
        " trials",
        default=None,
    )
    warm_start: list[str] | None = setting(
        WordOr("auto", None, ListOf(Text(), 100)),
        "run directories whose results guide the first trials; or auto, for similar runs next to this one",
        default=[],
    )
    known_results: list[str] = setting(
        FILES, "CSV files with results from elsewhere, which guide the first trials", default=[]
    )
    enqueue: list[dict[str, Any]] = setting(
        ListOf(MappingOf(Anything()), 10_000),
        "configurations to try first; values that they leave out are drawn",
        default=[],
    )
    repeats: int = setting(
        WholeNumber(1, 100),
        "the number of seeds to train each configuration with; its value is the mean",
        default=1,
    )
    stop_at: dict[str, float] = setting(
        MappingOf(RealNumber()),
        "a value of the metric that ends the search, such as {val_error: 0.02}",
        default={},
    )
    max_failures: int = setting(WholeNumber(1), "how many failed trials in a row end the search", default=10)


@dataclass(frozen=True, kw_only=True)
class RunSection(Section):
    """Where and how trials run; ``threads``, ``kernels``, limits and retries alone can change a result."""

    strategy: str = setting(
        OneOf(("auto", "panda", "caviar")),
        "panda: one trial at a time; caviar: in parallel; auto: depends on the machine",
        default="auto",
    )
    workers: int | Literal["auto"] = setting(WORKERS, "how many trials run at once", default="auto")
    threads: int = setting(WholeNumber(1, 1024), "threads for the matrix products of one trial", default=1)
    kernels: str = setting(
        OneOf((PORTABLE, FASTEST, *KERNELS)),
        "portable: same results on every CPU; fastest: the fastest on this CPU; or a kernel's name",
        default=PORTABLE,
    )
    start: str = setting(
        OneOf(("warm", "fresh")),
        "how the process of a function's trial starts: warm, as a fork of a process that has imported its"
        " module, where that is safe; or fresh",
        default="warm",
    )
    timeout: float | None = setting(SECONDS, "how long a trial may run", default=None)
    stop_after: float | None = setting(
        SECONDS, "how long the search may start new trials, since it was started or resumed", default=None
    )
    memory: int | None = setting(
        BYTES, "how much memory the processes of a function or command may use", default=None
    )
    retries: int = setting(WholeNumber(0, 1000), "how often a trial may be retried", default=1)
    retry_on: list[str] = setting(
        ListOf(OneOf(("crash", "timeout"))),
        "when a trial is retried: its process died, or it took too long",
        default=["crash"],
    )
    devices: list[int | str] = setting(
        ListOf(DEVICE),
        "CUDA_VISIBLE_DEVICES for the trials of a function or command, one device each",
        default=[],
    )
    engine: str = setting(OneOf(("local", "dask")), "this machine, or a Dask cluster", default="local")
    scheduler: str | None = setting(
        OPTIONAL_TEXT,
        "the address of the cluster; none for a cluster of processes on this machine",
        default=None,
    )
    scheduler_file: str | None = setting(
        OPTIONAL_TEXT, "a file that contains the address of the cluster", default=None
    )


@dataclass(frozen=True, kw_only=True)
class NetworkSection(Section):
    """The built-in network and its data set; all other keys are hyperparameters with a fixed value."""

    has_other_keys: ClassVar[bool] = True

    data: str = setting(Text(empty=False), f"{', '.join(BUILTIN)}, or the path of a data file")
    label: str | None = setting(
        Text(empty=False), "the column of a CSV file that contains the class", default=None
    )
    validation: float | str = setting(
        FRACTION_OR_PATH, "the fraction of the rows, or a file, on which trials are evaluated", default=0.2
    )
    test: float | str | None = setting(
        FRACTION_OR_PATH,
        "like validation, for a single evaluation at the end of a trial; "
        "by default the test rows of the data set, or 0.2",
        default=None,
    )
    dtype: Literal["float32", "float64"] = setting(
        OneOf[Literal["float32", "float64"]](("float32", "float64")),
        "the floating-point type of the network",
        default="float32",
    )
    standardize: bool = setting(
        TrueOrFalse(), "scale every feature to mean 0 and standard deviation 1", default=True
    )


@dataclass(frozen=True, kw_only=True)
class FunctionSection(Section):
    """A Python function, called with a trial's values as keyword arguments."""

    name: str = setting(FUNCTION_NAME, "module:function, or path/to/module:function")
    directory: str | None = setting(
        Text(empty=False), "where the module is; by default the config's directory", default=None
    )
    epochs: int | None = setting(WholeNumber(1), "the number of epochs in a full trial", default=None)
    touch: list[str] = setting(NAMES, "the parameters that may change during training; see nurse", default=[])


@dataclass(frozen=True, kw_only=True)
class PythonSection(Section):
    """A Python program runs the trials: with ``hpsearch.Search``, or a function that only it can call."""

    epochs: int | None = setting(WholeNumber(1), "the number of epochs in a full trial", default=None)


@dataclass(frozen=True, kw_only=True)
class CommandSection(Section):
    """A program that prints the metrics of a trial."""

    run: list[str] | str = setting(
        COMMAND, "the program and its arguments, with placeholders such as {learning_rate}"
    )
    shell: bool = setting(TrueOrFalse(), "whether a shell runs the command", default=False)
    flags: dict[str, str] = setting(
        MappingOf(Text()), "how {args} passes single parameters: '--lr {}', 'lr={}', '--amp'", default={}
    )
    spelling: dict[str, str] = setting(
        SPELLING,
        "the word for each value, for all parameters; or python for True, False and None",
        default={},
    )
    spellings: dict[str, dict[str, str]] = setting(
        MappingOf(SPELLING), "like spelling, for single parameters", default={}
    )
    env: dict[str, str] = setting(
        MappingOf(ENVIRONMENT_TEXT), "variables of the environment, with placeholders", default={}
    )
    files: dict[str, str] = setting(
        MappingOf(Text()),
        "files to write in the trial's directory, each with its template",
        default={},
    )
    metrics: dict[str, str] = setting(
        MappingOf(Text()),
        "for each metric, its text with {} for the number, or a regular expression with a group",
        default={},
    )
    metrics_file: str | None = setting(
        Text(empty=False),
        "a file that the program writes metrics to: CSV, JSON, JSON lines or TensorBoard",
        default=None,
    )
    output: Literal["both", "stdout", "stderr"] = setting(
        OneOf[Literal["both", "stdout", "stderr"]](("both", "stdout", "stderr")),
        "where the metrics are printed",
        default="both",
    )
    directory: str | None = setting(
        Text(empty=False), "where it runs; by default the config's directory", default=None
    )
    in_trial_directory: bool = setting(
        TrueOrFalse(), "whether each trial runs in its own directory instead", default=False
    )
    epochs: int | None = setting(WholeNumber(1), "the number of epochs in a full trial", default=None)
    touch: list[str] = setting(NAMES, "the parameters that may change during training; see nurse", default=[])


@dataclass(frozen=True, kw_only=True)
class ObjectiveSection(Section):
    """What a trial runs: exactly one of the keys."""

    network: NetworkSection | None = setting(
        SectionOf(NetworkSection), "train the built-in network", default=None
    )
    function: FunctionSection | None = setting(
        SectionOf(FunctionSection, short="name"), "call a function: module:function", default=None
    )
    command: CommandSection | None = setting(
        SectionOf(CommandSection, short="run"), "run a command", default=None
    )
    python: PythonSection | None = setting(
        SectionOf(PythonSection),
        "a Python program runs the trials, with hpsearch.Search or hpsearch.run",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Document(Section):
    """A whole config."""

    name: str | None = setting(
        NAME, "names the run directories; by default the file's name without its suffix", default=None
    )
    seed: int = setting(WholeNumber(0, 2**32 - 1), "the seed of all random numbers", default=0)
    metric: MetricSection = setting(
        SectionOf(MetricSection), "the number that the search optimizes", default=MetricSection()
    )
    objective: ObjectiveSection = setting(SectionOf(ObjectiveSection), "what a trial runs")
    space: dict[str, Any] = setting(MappingOf(Anything()), "the parameters to search")
    constraints: list[str] = setting(
        ListOf(Text(), 100),
        "conditions that every configuration must satisfy, such as 'hidden_1 >= hidden_2'",
        default=[],
    )
    search: SearchSection = setting(
        SectionOf(SearchSection), "how trials are chosen", default=SearchSection()
    )
    run: RunSection = setting(SectionOf(RunSection), "where and how trials run", default=RunSection())
