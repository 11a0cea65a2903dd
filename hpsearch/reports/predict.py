"""The output of ``predict``: the predicted class of every row."""

from collections.abc import Sequence

from hpsearch.reports.table import Column, Table

__all__ = ["predictions_table"]

_Label = int | str


def predictions_table(
    classes: Sequence[_Label], labels: Sequence[_Label], probabilities: Sequence[Sequence[float]] | None
) -> Table:
    """The predicted class of each row of the data.

    Args:
        classes: The classes of the model.
        labels: The predicted class of each row.
        probabilities: The probability of each class for each row; None to leave them out.
    """
    columns = [Column("prediction", ("prediction",))]
    rows: list[dict[str, object]] = [{"prediction": label} for label in labels]
    if probabilities is not None:
        columns += [Column(f"p_{label}", ("probabilities", str(label))) for label in classes]
        for row, shares in zip(rows, probabilities, strict=True):
            row["probabilities"] = dict(zip(map(str, classes), shares, strict=True))
    return Table("predictions", columns, rows)
