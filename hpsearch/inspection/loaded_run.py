"""A run in Python: with figures, as a table, and in a notebook."""

from dataclasses import replace
from typing import Any

from hpsearch.analysis.ranking import leaderboard_row
from hpsearch.config import Config
from hpsearch.errors import HpsearchError
from hpsearch.inspection.leaderboards import leaderboard
from hpsearch.inspection.plotting import plot
from hpsearch.inspection.querying import Vocabulary
from hpsearch.reports.figures import Figure
from hpsearch.reports.html.html_table import html_table
from hpsearch.reports.text import with_error
from hpsearch.results import Results, data_frame
from hpsearch.standing import error_of_result, rows_of
from hpsearch.store import Run

__all__ = ["LoadedRun", "Plots"]

_ROWS = 10


class Plots:
    """The figures of a run: ``run.plot.history()``, and so on.

    Args:
        run: The run, open.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def history(self) -> Figure:
        """Each trial, the best so far, and what random search would have reached."""
        return plot(self._run, "history")

    def zoom(self) -> Figure:
        """Where each parameter was tried as the search narrowed."""
        return plot(self._run, "zoom")

    def curves(self) -> Figure:
        """Learning curves, and the thresholds at the rungs of early stopping."""
        return plot(self._run, "curves")

    def importance(self) -> Figure:
        """How much each parameter matters, with intervals."""
        return plot(self._run, "importance")

    def slices(self) -> Figure:
        """Each parameter against the metric."""
        return plot(self._run, "slices")

    def marginal(self) -> Figure:
        """The mean metric for each value of a parameter, averaged over the others, with a band."""
        return plot(self._run, "marginal")

    def maps(self) -> Figure:
        """The metric over pairs of parameters, as the surrogate predicts it."""
        return plot(self._run, "maps")

    def parallel(self) -> Figure:
        """Parallel coordinates."""
        return plot(self._run, "parallel")

    def grid(self) -> Figure:
        """The values tried, and those that a grid would have tried."""
        return plot(self._run, "grid")

    def timeline(self) -> Figure:
        """When each trial ran, and in which slot."""
        return plot(self._run, "timeline")


class LoadedRun(Run):
    """A run with a display in notebooks."""

    def __repr__(self) -> str:
        if self.closed:
            return f"<Run {self.directory}: closed>"
        try:
            count, ranking = sum(self.counts().values()), self.ranking(1)
            rows = rows_of(self._config(), self)
        except HpsearchError as error:
            return f"<Run {self.directory}: {error!r:.200}>"
        best = ""
        if ranking and ranking[0].value is not None:
            value = with_error(ranking[0].value, error_of_result(ranking[0], self.metric, rows))
            best = f", best {self.metric.name} {value} in trial {ranking[0].number}"
        return f"<Run {self.directory}: {count} {'result' if count == 1 else 'results'}{best}>"

    @property
    def plot(self) -> Plots:
        """Its figures."""
        return Plots(self)

    def results(self, where: str = "", sort: str = "") -> Results:
        """Its results, by trial number; or some of them, in another order.

        ::

            run.results("optimizer=adam, learning_rate<1e-2, status=done", sort="-learning_rate")

        Args:
            where: Conditions that they have to meet, as for ``hpsearch leaderboard --where``.
            sort: The column to sort by; with ``-``, the largest first. By default, results that meet
                conditions come from best to worst.

        Raises:
            UsageError: A condition cannot be read; the message shows the place.
        """
        query = self._vocabulary().query(where, sort)
        return super().results() if query is None else self.results_of(self.places(query))

    def _vocabulary(self) -> Vocabulary:
        return Vocabulary([self._config()])

    def _config(self) -> Config:
        return Config.from_resolved(self.meta("config"))

    def to_pandas(self, where: str = "", sort: str = "") -> Any:
        """Its results as a ``pandas.DataFrame``: a row per trial, from best to worst, indexed by trial.

        The columns are those of ``hpsearch leaderboard --timings``; ``standard_error`` is its ``±``.
        Hyperparameters that a trial does not use are missing values; if null is a choice, it is None, and
        a missing value is NaN.

        Args:
            where: Conditions that trials have to meet, as for :meth:`results`.
            sort: The column to sort by.

        Raises:
            UsageError: pandas is not installed, or a condition cannot be read.
        """
        config = self._config()
        count = rows_of(config, self)
        standings = self.standings(self.places(self._vocabulary().query(where, sort)))
        rows = [leaderboard_row(each, config.metric, rows=count, timings=True) for each in standings]
        has_errors = any("standard_error" in row for row in rows)
        known = [
            {
                "trial": row["trial"],
                "rank": row["rank"],
                config.metric.name: row["value"],
                **({"standard_error": row.get("standard_error")} if has_errors else {}),
                "status": row["status"],
                "epochs": row["epochs"],
                "seconds": row["seconds"],
                "reason": row["reason"],
            }
            for row in rows
        ]
        names = [*config.space.constants, *config.space.names]
        return data_frame(
            known, [{name: row["values"][name] for name in names if name in row["values"]} for row in rows]
        )

    def _repr_html_(self) -> str:
        """The best trials, in a notebook."""
        return html_table(replace(leaderboard([self], limit=_ROWS), title=str(self.directory)))
