"""What precedes the nursery: a run for a model that no search has tried, and a schedule from a file."""

from collections.abc import Callable
from pathlib import Path

from hpsearch.config import Config
from hpsearch.document.nodes import Position, SequenceNode, plain
from hpsearch.document.parse import compose
from hpsearch.document.problems import Problems
from hpsearch.document.source import read_text
from hpsearch.errors import UsageError
from hpsearch.objectives.kinds import prepare
from hpsearch.starting import new_run, search_of
from hpsearch.touches import Touch


def begin(config: Config, say: Callable[[str], None]) -> Path:
    """Make a run directory with its first trial proposed and not run.

    Args:
        config: Of the built-in network.
        say: Shows notes.

    Raises:
        UsageError: The config searches something else; nothing was created.
        HpsearchError: As :func:`hpsearch.starting.new_run`.
    """
    if config.objective.kind != "network":
        raise UsageError(
            f"the config searches a {config.objective.kind}; only models of the built-in network can be"
            " nursed"
        )
    with new_run(config, prepare(config), say) as run:
        trial = search_of(run, config).ask()
        if trial is not None:
            run.record([trial])
        return run.directory


def read_schedule(path: Path) -> list[Touch]:
    """The touches listed in a YAML or JSON file.

    Raises:
        ConfigError: It cannot be read, or an entry is not a touch; with its place.
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
    return touches
