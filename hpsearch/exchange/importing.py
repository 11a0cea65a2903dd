"""A config from a file of any supported tool."""

from collections.abc import Callable, Mapping
from pathlib import Path

from hpsearch.config.other_tools import recognized
from hpsearch.document.nodes import plain
from hpsearch.errors import UsageError
from hpsearch.exchange.draft import Draft
from hpsearch.exchange.foreign_document import read_tree
from hpsearch.exchange.hydra.import_sweeper import import_sweeper
from hpsearch.exchange.nni.import_experiment import import_experiment
from hpsearch.exchange.wandb.import_sweep import import_sweep

IMPORTERS: Mapping[str, Callable[[Path], Draft]] = {
    "wandb": import_sweep,
    "hydra": import_sweeper,
    "nni": import_experiment,
}

_BEGIN = "Name a sweep of Weights & Biases, a Hydra config with hydra.sweeper, or a search space of NNI"


def import_file(path: Path) -> Draft:
    """A config made from a file of another tool; one that is not recognized is read as a sweep of W&B.

    Raises:
        ConfigError: With all mistakes of the file.
        UsageError: It belongs to a tool whose files cannot be imported.
    """
    tree, _, _ = read_tree(path, _BEGIN)
    tool = None if tree is None else recognized(plain(tree))
    if tool is not None and not tool.importer:
        raise UsageError(f"{path} is {tool.name}, which cannot be imported. {tool.advice(path)}")
    return IMPORTERS[tool.importer if tool else "wandb"](path)
