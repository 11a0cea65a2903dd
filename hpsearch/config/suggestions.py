"""The key or value that was probably meant by a misspelt name, or by another tool's name for it."""

from collections.abc import Sequence
from functools import cache

from hpsearch.config.schema import (
    CommandSection,
    Document,
    EarlyStopping,
    FunctionSection,
    MetricSection,
    NetworkSection,
    PythonSection,
    RunSection,
    SearchSection,
)
from hpsearch.config.sections import Section
from hpsearch.document.closest import closest, did_you_mean
from hpsearch.document.nodes import Location
from hpsearch.network.hyperparameters import HYPERPARAMETERS

_SECTIONS: dict[str, type[Section]] = {
    "": Document,
    "metric.": MetricSection,
    "objective.network.": NetworkSection,
    "objective.function.": FunctionSection,
    "objective.command.": CommandSection,
    "objective.python.": PythonSection,
    "search.": SearchSection,
    "search.early_stopping.": EarlyStopping,
    "run.": RunSection,
}

_KEYS = {
    "act": "activation",
    "active_if": "when",
    "algorithm": "method",
    "alpha": "learning_rate",
    "backend": "engine",
    "batch": "batch_size",
    "batchnorm": "batch_norm",
    "beta1": "momentum",
    "beta_1": "momentum",
    "beta_2": "beta2",
    "bn": "batch_norm",
    "bounds": "min and max",
    "bs": "batch_size",
    "budget": "trials",
    "callable": "name",
    "class_column": "label",
    "cmd": "run",
    "concurrency": "workers",
    "condition": "when",
    "conditions": "when",
    "config_space": "space",
    "cores": "workers",
    "cpus": "workers",
    "cuda_visible_devices": "devices",
    "dataset": "data",
    "depends_on": "when",
    "direction": "goal",
    "distribution": "prior",
    "drop_rate": "dropout",
    "dropout_rate": "dropout",
    "early_stop": "early_stopping",
    "end": "max",
    "eps": "epsilon",
    "eta": "reduction",
    "exec": "run",
    "executor": "strategy",
    "experiment": "name",
    "experiment_name": "name",
    "factor": "reduction",
    "from": "min",
    "gpu": "devices",
    "gpus": "devices",
    "grace_period": "min_epochs",
    "hidden_size": "hidden_units",
    "hyperparameters": "space",
    "hyperparams": "space",
    "if": "when",
    "initial_points": "enqueue",
    "interval": "min and max",
    "iterations": "trials",
    "jobs": "workers",
    "l2": "weight_decay",
    "label_column": "label",
    "layers": "hidden_layers",
    "loc": "mean",
    "lower_bound": "min",
    "lr": "learning_rate",
    "lr_decay": "learning_rate_decay",
    "max_epochs": "epochs",
    "max_errors": "max_failures",
    "max_iter": "epochs",
    "max_retries": "retries",
    "max_time": "timeout",
    "max_trials": "trials",
    "maximum": "max",
    "mb_size": "batch_size",
    "mem": "memory",
    "memory_limit": "memory",
    "minibatch_size": "batch_size",
    "minimum": "min",
    "mode": "goal",
    "module": "name",
    "mom": "momentum",
    "mu": "mean",
    "n_epochs": "epochs",
    "n_iter": "trials",
    "n_jobs": "workers",
    "n_layers": "hidden_layers",
    "n_parallel": "workers",
    "n_repeats": "repeats",
    "n_seeds": "repeats",
    "n_trials": "trials",
    "n_units": "hidden_units",
    "n_workers": "workers",
    "neurons": "hidden_units",
    "nonlinearity": "activation",
    "normalise": "standardize",
    "normalize": "standardize",
    "num_epochs": "epochs",
    "num_layers": "hidden_layers",
    "num_samples": "trials",
    "num_trials": "trials",
    "num_workers": "workers",
    "opt": "optimizer",
    "options": "values",
    "parallel": "workers",
    "parallelism": "workers",
    "parameter_space": "space",
    "parameters": "space",
    "params": "space",
    "path": "name",
    "points_to_evaluate": "enqueue",
    "precision": "dtype",
    "probs": "probabilities",
    "processes": "workers",
    "program": "run",
    "pruner": "early_stopping",
    "pruning": "early_stopping",
    "ram": "memory",
    "random_seed": "seed",
    "random_state": "seed",
    "range": "min and max",
    "reduction_factor": "reduction",
    "sampler": "method",
    "scale": "prior",
    "script": "run",
    "search_space": "space",
    "seeds": "repeats",
    "sigma": "sd",
    "standard_deviation": "sd",
    "standardise": "standardize",
    "start": "min",
    "std": "sd",
    "stddev": "sd",
    "step_size": "step",
    "stop": "max",
    "target": "label",
    "target_column": "label",
    "time_limit": "timeout",
    "title": "name",
    "to": "max",
    "train_data": "data",
    "units": "hidden_units",
    "upper_bound": "max",
    "val": "validation",
    "val_fraction": "validation",
    "val_split": "validation",
    "valid": "validation",
    "validation_split": "validation",
    "walltime": "timeout",
    "warmup": "min_epochs",
    "wd": "weight_decay",
    "weights": "probabilities",
}

# A name on the left that is itself an option is never replaced.
_VALUES = {
    "adamw": "adam",
    "asc": "minimize",
    "bayes": "coarse_to_fine",
    "bayesian": "coarse_to_fine",
    "bfloat16": "float32",
    "cluster": "dask",
    "desc": "maximize",
    "double": "float64",
    "elu": "relu",
    "end": "last",
    "final": "last",
    "float16": "float32",
    "fp16": "float32",
    "fp32": "float32",
    "fp64": "float64",
    "gauss": "normal",
    "gaussian": "normal",
    "gelu": "relu",
    "gp": "coarse_to_fine",
    "grid": "random",
    "half": "float32",
    "halton": "quasi_random",
    "higher": "maximize",
    "integer": "int",
    "inverse_log": "reverse_log",
    "larger": "maximize",
    "log10": "log",
    "log_normal_values": "log_normal",
    "log_uniform": "log",
    "log_uniform_values": "log",
    "logarithmic": "log",
    "logistic": "sigmoid",
    "lognormal": "log_normal",
    "loguniform": "log",
    "lower": "minimize",
    "lrelu": "leaky_relu",
    "max": "maximize",
    "maximum": "maximize",
    "min": "minimize",
    "minimum": "minimize",
    "multiprocessing": "caviar",
    "nadam": "adam",
    "nesterov": "momentum",
    "normal": "linear",
    "parallel": "caviar",
    "processes": "caviar",
    "random_search": "random",
    "randomized": "random",
    "real": "float",
    "reverselog": "reverse_log",
    "sequential": "panda",
    "serial": "panda",
    "single": "float32",
    "smac": "coarse_to_fine",
    "smaller": "minimize",
    "sobol": "quasi_random",
    "tpe": "coarse_to_fine",
    "uniform": "linear",
}


@cache
def _paths() -> dict[str, str]:
    """The paths of every key in a config."""
    paths = {key: prefix + key for prefix, model in _SECTIONS.items() for key in model.settings()}
    return paths | {name: f"space.{name} or objective.network.{name}" for name in HYPERPARAMETERS}


def suggest_key(at: Location, valid: list[str]) -> str:
    """What to write instead of a key that its section cannot have, as a sentence.

    Args:
        at: The key.
        valid: The keys that the section can have.
    """
    word = _normal(str(at[-1]))
    meant = _KEYS.get(word, word)
    if set(meant.split(" and ")) <= set(valid):
        return f"Write {meant}"
    if hint := did_you_mean(word, valid, similarity=0.65):
        return hint
    if (path := _paths().get(meant)) and path not in at:
        return f"Write {path}" if "." in path or len(at) == 1 else f"Write {path} at the top of the config"
    if similar := closest(word, _paths().keys() - set(at), similarity=0.8):
        return f"Did you mean {_paths()[similar[0]]}?"
    return f"Possible: {', '.join(valid)}" if valid else ""


def suggest_name(name: str, valid: list[str]) -> str:
    """What to write instead of a name that is not valid, as a sentence; "" if unknown."""
    meant = _KEYS.get(_normal(name), name)
    return f"Write {meant}" if meant in valid else suggest_value(name, valid)


def suggest_value(value: object, options: Sequence[str]) -> str:
    """What to write instead of a word that is not one of the options, as a sentence; "" if unknown."""
    if not isinstance(value, str):
        return ""
    word = _normal(value)
    meant = word if word in options else _VALUES.get(word)
    return f"Write {meant}" if meant in options else did_you_mean(word, options)


def _normal(word: str) -> str:
    return word[:40].lower().replace("-", "_").replace(" ", "_")
