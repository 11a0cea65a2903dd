"""What somebody who misspelt a key or value may have meant."""

import difflib
from functools import cache

from pydantic import BaseModel

from hpsearch.config.scalars import shown
from hpsearch.config.schema import (
    CommandSection,
    Document,
    EarlyStopping,
    FunctionSection,
    MetricSection,
    NetworkSection,
    RunSection,
    SearchSection,
)
from hpsearch.config.tree import Location
from hpsearch.network.hyperparameters import HYPERPARAMETERS

_SECTIONS: dict[str, type[BaseModel]] = {
    "": Document,
    "metric.": MetricSection,
    "objective.network.": NetworkSection,
    "objective.function.": FunctionSection,
    "objective.command.": CommandSection,
    "search.": SearchSection,
    "search.early_stopping.": EarlyStopping,
    "run.": RunSection,
}

_KEYS = {
    "act": "activation",
    "algorithm": "method",
    "alpha": "learning_rate",
    "batch": "batch_size",
    "batchnorm": "batch_norm",
    "beta1": "momentum",
    "beta_1": "momentum",
    "beta_2": "beta2",
    "bn": "batch_norm",
    "bs": "batch_size",
    "budget": "trials",
    "dataset": "data",
    "direction": "goal",
    "distribution": "prior",
    "drop_rate": "dropout",
    "dropout_rate": "dropout",
    "eps": "epsilon",
    "hidden_size": "hidden_units",
    "iterations": "trials",
    "jobs": "workers",
    "l2": "weight_decay",
    "layers": "hidden_layers",
    "lr": "learning_rate",
    "lr_decay": "learning_rate_decay",
    "max_iter": "epochs",
    "max_trials": "trials",
    "maximum": "max",
    "mb_size": "batch_size",
    "minibatch_size": "batch_size",
    "minimum": "min",
    "mode": "goal",
    "mom": "momentum",
    "n_iter": "trials",
    "n_jobs": "workers",
    "n_layers": "hidden_layers",
    "n_trials": "trials",
    "n_units": "hidden_units",
    "neurons": "hidden_units",
    "nonlinearity": "activation",
    "num_epochs": "epochs",
    "num_layers": "hidden_layers",
    "num_samples": "trials",
    "num_trials": "trials",
    "num_workers": "workers",
    "opt": "optimizer",
    "options": "values",
    "parallelism": "workers",
    "parameters": "space",
    "params": "space",
    "probs": "probabilities",
    "random_seed": "seed",
    "random_state": "seed",
    "range": "min",
    "sampler": "method",
    "scale": "prior",
    "search_space": "space",
    "step_size": "step",
    "units": "hidden_units",
    "val_split": "validation",
    "validation_split": "validation",
    "wd": "weight_decay",
    "weights": "probabilities",
}

_VALUES = {
    "asc": "minimize",
    "bayes": "coarse_to_fine",
    "bayesian": "coarse_to_fine",
    "desc": "maximize",
    "double": "float64",
    "grid": "random",
    "integer": "int",
    "inverse_log": "reverse_log",
    "log10": "log",
    "log_uniform": "log",
    "log_uniform_values": "log",
    "logarithmic": "log",
    "loguniform": "log",
    "max": "maximize",
    "maximum": "maximize",
    "min": "minimize",
    "minimum": "minimize",
    "normal": "linear",
    "parallel": "caviar",
    "real": "float",
    "reverselog": "reverse_log",
    "sequential": "panda",
    "serial": "panda",
    "single": "float32",
    "tpe": "coarse_to_fine",
    "uniform": "linear",
}


@cache
def _homes() -> dict[str, str]:
    """For every key, its path in a config."""
    homes = {key: prefix + key for prefix, model in _SECTIONS.items() for key in model.model_fields}
    return homes | {name: f"space.{name} or objective.network.{name}" for name in HYPERPARAMETERS}


def suggest_key(at: Location, known: list[str]) -> str:
    """What to write for a key that its section does not have, as a sentence.

    Args:
        at: Where the key stands.
        known: The keys that its section has.
    """
    word = _normal(str(at[-1]))
    meant = _KEYS.get(word, word)
    if meant in known:
        return f"Write {meant}"
    if close := difflib.get_close_matches(word, known, 1, 0.7):
        return f"Did you mean {close[0]}?"
    if meant in _homes():
        return f"Write {_homes()[meant]}"
    if close := difflib.get_close_matches(word, _homes(), 1, 0.8):
        return f"Did you mean {_homes()[close[0]]}?"
    return f"Possible: {', '.join(known)}" if known else ""


def suggest_value(value: object, options: list[str]) -> str:
    """What to write for a word that is none of the options, as a sentence; "" without an idea."""
    if not isinstance(value, str):
        return ""
    word = _normal(value)
    meant = _VALUES.get(word, word)
    if meant in options:
        return f"Write {meant}"
    close = difflib.get_close_matches(word, options, 1, 0.6)
    return f"Did you mean {shown(close[0])}?" if close else ""


def _normal(word: str) -> str:
    return word[:40].lower().replace("-", "_").replace(" ", "_")
