"""The output of ``train``: how good the final model is, and which classes it confuses."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hpsearch.reports.settings import pairs
from hpsearch.reports.table import Column, Details, Table
from hpsearch.reports.text import plain
from hpsearch.trial import Trial

__all__ = ["confusion_table", "model_details"]


def model_details(path: Path, trial: Trial, rows: int, metrics: Mapping[str, float]) -> Details:
    """The trained model, and its metrics on the test rows.

    Args:
        path: The model file.
        trial: The trial whose values it was trained with.
        rows: The number of rows it was trained on.
        metrics: Its metrics on the test rows.
    """
    data = {"model": str(path), "trial": trial.number, "rows": rows, **metrics, "values": dict(trial.values)}
    lines = [
        ("model", str(path)),
        ("trial", str(trial.number)),
        ("trained on", f"{rows} rows, validation rows included"),
        *((name, plain(value)) for name, value in metrics.items()),
        ("values", pairs(trial.values)),
    ]
    return Details("model", data, lines)


def confusion_table(classes: Sequence[int | str], counts: Sequence[Sequence[int]]) -> Table:
    """How often the rows of each class (down) were predicted as each class (across).

    The error of a class without rows is None.
    """
    columns = [
        Column("class", ("class",)),
        *(Column(str(label), ("taken", str(label)), show=_dot_for_zero, right=True) for label in classes),
        Column("error", ("error",), show=_dot_for_none, right=True),
    ]
    rows = []
    for at, (label, row) in enumerate(zip(classes, counts, strict=True)):
        taken = {str(other): count for other, count in zip(classes, row, strict=True)}
        rows.append({"class": label, "taken": taken, "error": 1 - row[at] / sum(row) if sum(row) else None})
    return Table(
        "confusion", columns, rows, notes=("Test rows by class (down) and by predicted class (across).",)
    )


def _dot_for_none(share: float | None) -> str:
    return "·" if share is None else f"{share:.1%}"


def _dot_for_zero(count: int) -> str:
    return str(count) if count else "·"
