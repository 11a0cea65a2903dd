"""What is shown of a trained model: its worth, its confusions, its predictions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hpsearch.reports.plans import pairs
from hpsearch.reports.table import Column, Details, Table
from hpsearch.reports.text import plain
from hpsearch.trial import Trial

Label = int | str


def model_sheet(path: Path, trial: Trial, rows: int, metrics: Mapping[str, float]) -> Details:
    """What was trained, and what it is worth on the test rows.

    Args:
        path: Where the model is.
        trial: Whose values it has.
        rows: How many rows it was trained on.
        metrics: Its figures on the test rows.
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


def confusion_table(classes: Sequence[Label], counts: Sequence[Sequence[int]]) -> Table:
    """Which classes are taken for which: the rows of a class go down, what they were taken for across.

    A class without rows has no error.
    """
    columns = [
        Column("class", ("class",)),
        *(Column(str(label), ("taken", str(label)), show=_blank_zero, right=True) for label in classes),
        Column("error", ("error",), show=_share_or_dot, right=True),
    ]
    rows = []
    for at, (label, row) in enumerate(zip(classes, counts, strict=True)):
        taken = {str(other): count for other, count in zip(classes, row, strict=True)}
        rows.append({"class": label, "taken": taken, "error": 1 - row[at] / sum(row) if sum(row) else None})
    return Table(
        "confusion", columns, rows, notes=("Test rows of each class, by the class they were taken for.",)
    )


def predictions_table(
    classes: Sequence[Label], labels: Sequence[Label], shares: Sequence[Sequence[float]] | None
) -> Table:
    """A row per row of the data: the class, and the probability of each if ``shares`` are given."""
    columns = [Column("prediction", ("prediction",))]
    rows: list[dict[str, object]] = [{"prediction": label} for label in labels]
    if shares is not None:
        columns += [Column(f"p_{label}", ("shares", str(label))) for label in classes]
        for row, share in zip(rows, shares, strict=True):
            row["shares"] = dict(zip(map(str, classes), share, strict=True))
    return Table("predictions", columns, rows)


def _share_or_dot(share: float | None) -> str:
    return "·" if share is None else f"{share:.1%}"


def _blank_zero(count: int) -> str:
    return str(count) if count else "·"
