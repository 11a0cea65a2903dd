"""The metrics that training loops of libraries print by themselves.

The loops are HF's Trainer, ``fit`` of Keras, ``train`` and ``fit`` of XGBoost and LightGBM.
"""

import ast
from collections.abc import Iterator

from hpsearch.scripts.script import PrintedMetric
from hpsearch.scripts.source_tree import Source, keyword

_ROUNDS = ("xgboost", "lightgbm")


def library_metrics(source: Source) -> Iterator[PrintedMetric]:
    """The metrics that a source's calls of such loops print, with the line of the call."""
    used = {full.partition(".")[0] for full in source.modules.values()}
    for call in source.calls():
        name = source.called(call.func)
        head, last = name.partition(".")[0], name.rpartition(".")[2]
        if last.endswith("Trainer") and head in ("transformers", "trl", "setfit", "sentence_transformers"):
            names = ["eval_loss", *(f"eval_{key}" for key in _computed(source, call))]
        elif last == "fit" and {"keras", "tensorflow"} & used and _is_printed(source, call):
            names = list(_keras(source, call))
        elif last == "train" and head in _ROUNDS:
            names = list(_rounds(source, call, head))
        else:
            continue
        yield from (PrintedMetric(each, call.lineno, "print") for each in names)


def _computed(source: Source, call: ast.Call) -> Iterator[str]:
    """The keys of the result of ``compute_metrics``."""
    node = keyword(call, "compute_metrics")
    function = source.function(node.id) if isinstance(node, ast.Name) else node
    for each in ast.walk(function) if function is not None else ():
        value = (
            each.value
            if isinstance(each, ast.Return)
            else each.body
            if isinstance(each, ast.Lambda)
            else None
        )
        if isinstance(value, ast.Dict):
            keys = [source.value(key) for key in value.keys]
            yield from (key.removeprefix("eval_") for key in keys if isinstance(key, str))


def _is_printed(source: Source, call: ast.Call) -> bool:
    return source.value(keyword(call, "verbose")) not in (0, False, "0")


def _keras(source: Source, call: ast.Call) -> Iterator[str]:
    """The loss and the metrics named in ``compile``, on validation data if there are any."""
    has_epochs = keyword(call, "epochs") is not None
    validated = any(keyword(call, name) is not None for name in ("validation_data", "validation_split"))
    if not (has_epochs or validated):  # a scikit-learn fit
        return
    prefix = "val_" if validated else ""
    yield f"{prefix}loss"
    for each in source.calls():
        if source.called(each.func).rpartition(".")[2] == "compile":
            names = source.value(keyword(each, "metrics"))
            known = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
            yield from (f"{prefix}{name}" for name in known)


def _rounds(source: Source, call: ast.Call, library: str) -> Iterator[str]:
    """The last data set, which early stopping uses, with the metric's name."""
    if library == "xgboost":
        if source.value(keyword(call, "verbose_eval")) in (False, 0):
            return
        sets = keyword(call, "evals")
        sets = source.constants.get(sets.id) if isinstance(sets, ast.Name) else sets
        pairs = sets.elts if isinstance(sets, ast.List | ast.Tuple) else []
        names = [
            source.value(pair.elts[1]) for pair in pairs if isinstance(pair, ast.Tuple) and len(pair.elts) > 1
        ]
        between, key = "-", "eval_metric"
    else:
        if "log_evaluation" not in ast.unparse(call):
            return
        given = source.value(keyword(call, "valid_names"))
        names = given if isinstance(given, list) else ["valid_0"]
        between, key = "_", "metric"
    metric = _parameter(source, key)
    if names and isinstance(names[-1], str) and metric:
        yield f"{names[-1]}{between}{metric}"


def _parameter(source: Source, key: str) -> str:
    """The text of an entry of a dictionary of parameters, anywhere in the source."""
    for node in source.nodes:
        if isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if name is not None and source.value(name) == key:
                    found = source.value(value)
                    return (
                        found[-1]
                        if isinstance(found, list) and found
                        else found
                        if isinstance(found, str)
                        else ""
                    )
    return ""
