"""Preparation for the nursery: a model's initial state, a run for a new model, and a schedule from a file."""

import functools
from collections.abc import Callable
from pathlib import Path

from hpsearch.config import Config
from hpsearch.document.nodes import Position, SequenceNode, plain
from hpsearch.document.parse import compose
from hpsearch.document.problems import Problems
from hpsearch.document.source import read_text
from hpsearch.errors import RunMismatch, UsageError
from hpsearch.network.hyperparameters import Hyperparameters
from hpsearch.nursery.learner import Begin
from hpsearch.nursery.nursed_code import NursedCode
from hpsearch.nursery.nursed_network import NursedNetwork
from hpsearch.objectives.code_preparation import CodePreparation
from hpsearch.objectives.kinds import prepare
from hpsearch.objectives.network import NetworkPreparation
from hpsearch.space import Categorical, Parameter
from hpsearch.starting.start import new_run, search_of
from hpsearch.store import Run
from hpsearch.touches import Touch, check_order
from hpsearch.trial import Trial


def begin(config: Config, say: Callable[[str], None]) -> Path:
    """Create a run directory with its first trial proposed but not run.

    Args:
        config: A config of the built-in network, or of code that can be touched.
        say: Shows notes.

    Raises:
        UsageError: Its models cannot be nursed; nothing was created.
        HpsearchError: As in :func:`hpsearch.starting.start.new_run`.
    """
    _check_touch(config)
    with new_run(config, prepare(config), say) as run:
        trial = search_of(run, config).ask()
        if trial is not None:
            run.record([trial])
        return run.directory


def beginning(run: Run, config: Config, trial: Trial) -> Begin:
    """The initial state of the nursed models of a trial.

    Args:
        run: The run, open for reading.
        config: Its config.
        trial: The trial.

    Raises:
        UsageError: Its models cannot be nursed.
        RunMismatch: The data or the code has changed since the run started.
    """
    _check_touch(config)
    preparation = prepare(config)
    if isinstance(preparation, NetworkPreparation):
        if preparation.fingerprint() != run.meta("data"):
            raise RunMismatch(
                f"The data has changed since {run.directory} started, so its models would learn something "
                "else. Restore the old data, or nurse a model of the new data."
            )
        values = {**config.objective.constants, **trial.values}
        return functools.partial(
            NursedNetwork,
            dataset=preparation.dataset,
            hyperparameters=Hyperparameters.from_values(values),
            seed=trial.seed,
        )
    assert isinstance(preparation, CodePreparation)  # noqa: S101 -- as was checked
    return functools.partial(
        NursedCode,
        objective=preparation.unchanged(run),
        trial=trial,
        epochs=trial.values.get("epochs", config.objective.epochs),
        names=config.objective.touch,
        whole=[parameter.name for parameter in config.space.parameters if _is_whole(parameter)],
    )


def _is_whole(parameter: Parameter) -> bool:
    if isinstance(parameter, Categorical):
        return all(isinstance(value, int) for value in parameter.values)
    return parameter.integer


def _check_touch(config: Config) -> None:
    objective = config.objective
    if objective.kind == "python":
        raise UsageError(
            "the trials of this run are called by a Python program, so that program alone can train its"
            " models. To nurse one, write its function into a config: objective.function"
        )
    if objective.runs_user_code and not objective.touch:
        raise UsageError(
            f"the config does not say what its {objective.kind} lets change during training. Have the"
            f" {objective.kind} ask after every epoch, as docs/nursery.md shows, and list the parameters in"
            f" the config, for example objective.{objective.kind}.touch: [{config.space.names[0]}]"
        )


def read_schedule(path: Path) -> list[Touch]:
    """The touches listed in a YAML or JSON file.

    Raises:
        ConfigError: It cannot be read, or an entry is not a touch; the message shows the place.
        UsageError: A touch is at an earlier epoch than the one before it.
    """
    problems, beginning = Problems(), Position(str(path), 1, 1)
    example = "Write a list of touches, such as: - {epoch: 12, learning_rate: ×0.5}"
    root = compose(read_text(path, example), beginning, problems)
    if not isinstance(root, SequenceNode):
        problems.stop(beginning, (), "a schedule must be a list of touches", hint=example)
    touches = []
    for index, node in enumerate(root.nodes):
        try:
            touches.append(Touch.from_json(plain(node)))
        except UsageError as error:
            problems.add(node.position, (index,), str(error))
    if problems:
        raise problems.error()
    check_order(touches)
    return touches
