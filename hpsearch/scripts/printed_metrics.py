"""The metrics that a script seems to report, judging by what it prints and logs; nothing is executed."""

import ast
import re
from collections.abc import Iterable, Iterator

from hpsearch.metrics.names import canonical, is_counter, likeliness, looks_like_a_metric
from hpsearch.metrics.pairs import pairs
from hpsearch.scripts.library_metrics import library_metrics
from hpsearch.scripts.script import PrintedMetric
from hpsearch.scripts.source_tree import Source, keyword

_PRINTS = ("print", "info", "write", "echo", "secho", "log", "warning", "debug", "success", "set_description")
_POSTFIX = ("set_postfix",)
_LOGS = ("log", "log_metrics", "log_dict", "add_scalars", "log_metric", "report", "scalar", "add_scalar")
_FORMAT = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[diouxXeEfFgGrs]|\{[^{}]*\}")
_BETWEEN_COLUMNS = re.compile(r"[\s,;|]+")
_COLUMN = re.compile(r"[A-Za-z][\w/@.%()-]*")
_FIGURE = "0.5"
"""Takes the place of a printed value."""

_BETTER_LARGE = re.compile(
    r"acc|auc|auroc|auprc|f1|precision|recall|score|reward|return|r2|bleu|rouge|miou|iou|dice|elbo|likelihood|"
    r"ndcg|mrr|psnr|ssim|kappa|corr|p@|r@|hits|success|(^|_)map($|\d|_)|sharpe|top_?[15]|accuracy"
)


def printed_metrics(source: Source) -> tuple[PrintedMetric, ...]:
    """The metrics of all calls that print or log, each once, in the order of the source."""
    found: dict[str, PrintedMetric] = {}
    for call in source.calls():
        for metric in _of_call(source, call):
            known = found.setdefault(canonical(metric.name), metric)
            if known.how != "print" and metric.how == "print":  # a printed metric is read without settings
                found[canonical(metric.name)] = metric
    for metric in library_metrics(source):
        found.setdefault(canonical(metric.name), metric)
    return tuple(found.values())


def reported_metrics(source: Source) -> tuple[PrintedMetric, ...]:
    """The metrics that a function yields or returns by name, or passes to ``trial.report``."""
    found: dict[str, PrintedMetric] = {}
    for node in source.nodes:
        value = node.value if isinstance(node, ast.Yield | ast.Return) else None
        if isinstance(node, ast.Call) and source.called(node.func).endswith(".report") and node.args:
            value = node.args[0]
        if isinstance(value, ast.Dict):
            for key in value.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found.setdefault(key.value, PrintedMetric(key.value, value.lineno, "report"))
    return tuple(found.values())


def returned_metric(source: Source) -> PrintedMetric | None:
    """The number that a function returns, with the name in its last ``return``; None if there is none."""
    returns = [node for node in source.nodes if isinstance(node, ast.Return) and node.value is not None]
    if not returns or returns[-1].value is None:
        return None
    value, line = returns[-1].value, returns[-1].lineno
    words = [word for node in ast.walk(value) if (word := _last_word(node)) and looks_like_a_metric(word)]
    if isinstance(value, ast.BinOp | ast.UnaryOp) and isinstance(value.op, ast.Sub | ast.USub):
        return PrintedMetric("loss", line, "return")  # 1 - accuracy, -score
    return PrintedMetric(words[0] if words else "loss", line, "return")


def _last_word(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def likely_goal(name: str) -> str:
    """Whether a metric with a name should be large or small: ``maximize`` or ``minimize``."""
    return "maximize" if _BETTER_LARGE.search(name.lower()) and "err" not in name.lower() else "minimize"


def best_candidates(metrics: Iterable[PrintedMetric]) -> list[PrintedMetric]:
    """The metrics that a search may optimize, the most likely first: on validation data, losses first."""
    usable = [metric for metric in metrics if looks_like_a_metric(metric.name)]
    return sorted(usable, key=lambda metric: likeliness(metric.name))


def _of_call(source: Source, call: ast.Call) -> Iterator[PrintedMetric]:
    name = source.called(call.func)
    last = name.rpartition(".")[2]
    if name == "json.dumps" or name == "json.dump":
        yield from _of_entries(source, call, "print" if name == "json.dumps" else "json")
    elif last in _POSTFIX:
        names = [argument.arg for argument in call.keywords if argument.arg]
        yield from _named([*names, *_keys(source, call)], call.lineno, "print")
    elif last in ("add_scalar", "scalar") and call.args:
        yield from _named([_template(call.args[0])], call.lineno, "tensorboard")
    elif last == "DictWriter":
        names = source.value(call.args[1] if len(call.args) > 1 else keyword(call, "fieldnames"))
        yield from _named(names if isinstance(names, list) else [], call.lineno, "csv")
    elif last == "writerow" and call.args:
        names = source.value(call.args[0])
        yield from _named(names if isinstance(names, list) else [], call.lineno, "csv")
    elif last in _LOGS and name != "math.log" and _is_log(source, call):
        yield from _of_entries(source, call, "log")
    elif last in _PRINTS:
        yield from _of_print(call)


def _is_log(source: Source, call: ast.Call) -> bool:
    """Whether a call logs metrics by name: ``wandb.log({...})``, ``self.log("val_loss", loss)``."""
    if call.args and isinstance(call.args[0], ast.Constant):
        return len(call.args) > 1 and isinstance(call.args[0].value, str) and " " not in call.args[0].value
    return bool(_keys(source, call))


def _of_entries(source: Source, call: ast.Call, how: str) -> Iterator[PrintedMetric]:
    yield from _named(_keys(source, call), call.lineno, how)
    if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
        yield from _named([call.args[0].value], call.lineno, how)


def _keys(source: Source, call: ast.Call) -> list[str]:
    """The keys of the dictionaries passed to a call, and the keywords of ``dict(...)``."""
    names: list[str] = []
    for argument in call.args:
        node = source.constants.get(argument.id, argument) if isinstance(argument, ast.Name) else argument
        if isinstance(node, ast.Dict):
            names.extend(_dict_keys(node))
        elif isinstance(node, ast.Call) and source.called(node.func) == "dict":
            names.extend(part.arg for part in node.keywords if part.arg)
    return names


def _dict_keys(node: ast.Dict, prefix: str = "") -> Iterator[str]:
    """The keys of a dictionary; keys of nested dictionaries have dots."""
    for key, value in zip(node.keys, node.values, strict=True):
        name = f"{prefix}{_template(key)}" if key is not None else ""
        if isinstance(value, ast.Dict):
            yield from _dict_keys(value, f"{name}.")
        elif name:
            yield name


def _of_print(call: ast.Call) -> Iterator[PrintedMetric]:
    """The metrics in a printed line, found in the same way as when it is really printed."""
    for argument in call.args:
        if isinstance(argument, ast.Dict):
            keys = [_template(key) for key in argument.keys if key is not None]
            yield from _named(keys, call.lineno, "print")
    first = _template(call.args[0]) if call.args else ""
    if len(call.args) > 1 and "%" in first:  # logging.info("loss %.4f", loss)
        line = _FORMAT.sub(_FIGURE, first)
    else:
        line = " ".join(map(_template, call.args))
    found = [pair.name for pair in pairs(line)]
    for name in found or _columns(line):
        if looks_like_a_metric(name) and not is_counter(name):
            yield PrintedMetric(name, call.lineno, "print")


def _columns(line: str) -> list[str]:
    """The words of a table's header line: names of columns, one of them a counter."""
    words = [word for word in _BETWEEN_COLUMNS.split(line) if word]
    is_head = _FIGURE not in line and len(words) > 1 and any(map(is_counter, words))
    return words if is_head and all(_COLUMN.fullmatch(word) for word in words) else []


def _template(node: ast.expr) -> str:
    """A text as it is printed, with a number in place of unknown parts."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_template, parts))
        case ast.FormattedValue(value=ast.Constant(value=str(text))):  # {'epoch':>5} in a table header
            return text
        case ast.BinOp(left=left, op=ast.Mod(), right=_) if isinstance(
            left, ast.Constant | ast.JoinedStr | ast.BinOp
        ):
            return _FORMAT.sub(_FIGURE, _template(left))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            text = _template(left) + _template(right)
            return _FIGURE if text == 2 * _FIGURE else text
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return _FORMAT.sub(_FIGURE, _template(text))
        case _:
            return _FIGURE


def _named(names: Iterable[object], line: int, how: str) -> Iterator[PrintedMetric]:
    for name in names:
        if (
            isinstance(name, str)
            and looks_like_a_metric(name)
            and not is_counter(name)
            and _FIGURE not in name
        ):
            yield PrintedMetric(name, line, how)
