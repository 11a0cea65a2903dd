"""Results in Python: a list with a readable repr, a table in notebooks, and pandas."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hpsearch.errors import UsageError
from hpsearch.trial import Result, Value

__all__ = ["Results", "data_frame", "results_html"]

_SHOWN = 10
"""How many rows a notebook shows from each end of a long list."""


class Results(list[Result]):
    """Results as a list, whose repr is a summary."""

    def __repr__(self) -> str:
        counts = Counter(str(result.status) for result in self)
        listed = ", ".join(f"{count} {status}" for status, count in counts.items())
        many = "result" if len(self) == 1 else "results"
        return f"<{len(self)} {many}: {listed}>" if self else "<no results>"

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``: a row per result, in the order of this list, indexed by trial.

        Hyperparameters that a trial does not use are missing values; if null is a choice, it is None, and
        a missing value is NaN. A hyperparameter with the name of another column is ``values.NAME``.

        Raises:
            UsageError: pandas is not installed.
        """
        rows = [
            {
                "trial": result.number,
                "value": result.value,
                "status": str(result.status),
                "epochs": len(result.curve),
                "seconds": result.seconds,
                "reason": result.reason,
            }
            for result in self
        ]
        return data_frame(rows, [result.values for result in self])

    def _repr_html_(self) -> str:
        """The first and the last of them, in a notebook."""
        left_out = len(self) - 2 * _SHOWN
        if left_out <= 1:
            return results_html(repr(self), self)
        shown = [*self[:_SHOWN], *self[-_SHOWN:]]
        note = f"The first and the last {_SHOWN}; {left_out} between them are left out."
        return results_html(repr(self), shown, note)


def results_html(title: str, results: Sequence[Result], note: str = "") -> str:
    """Results as a table for a notebook; every text is escaped.

    Args:
        title: A line above it.
        results: Its rows.
        note: A line below it.
    """
    from hpsearch.reports.html.html_table import html_table
    from hpsearch.reports.table import Column, Table
    from hpsearch.reports.text import number

    names = list(dict.fromkeys(name for result in results for name in result.values))
    columns = [
        Column("trial", ("number",)),
        Column("value", ("value",), show=lambda value: "" if value is None else number(value)),
        Column("status", ("status",)),
        *(Column(name, ("values", name), choice=True) for name in names),
    ]
    if any(result.reason for result in results):
        columns.append(Column("reason", ("reason",)))
    rows = [
        {
            "number": result.number,
            "value": result.value,
            "status": str(result.status),
            "values": result.values,
            "reason": result.reason.partition("\n")[0],
        }
        for result in results
    ]
    return html_table(Table("results", columns, rows, title=title, notes=[note] if note else ()))


def data_frame(rows: Sequence[Mapping[str, Any]], values: Sequence[Mapping[str, Value]]) -> Any:
    """Results as a ``pandas.DataFrame``, indexed by trial.

    Args:
        rows: The data of each result; all have the same keys, ``trial`` first.
        values: The hyperparameters of each. Their columns come before ``seconds``; a name that is also a key
            of ``rows`` becomes ``values.NAME``.

    Raises:
        UsageError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError:
        raise UsageError("to_pandas needs pandas: pip install pandas") from None
    keys = list(rows[0]) if rows else ["trial", "value", "status", "epochs", "seconds", "reason"]
    table = pd.DataFrame(list(rows), columns=keys)
    place = keys.index("seconds")
    for name in reversed(list(dict.fromkeys(name for each in values for name in each))):
        cells = [each.get(name, math.nan) for each in values]
        keep = any(cell is None for cell in cells)  # pandas would turn None into NaN
        column = pd.Series(cells, index=table.index, dtype=object if keep else None)
        table.insert(place, f"values.{name}" if name in keys else name, column)
    return table.set_index("trial")
