"""A run as text, yielded in parts as it is read: CSV, JSON, JSON lines, or the best trial as a config."""

from collections.abc import Iterator

from hpsearch.config import Config, trial_config
from hpsearch.exchange.chosen import Chosen
from hpsearch.reports.export import epochs_table, trials_table
from hpsearch.reports.render import report_parts
from hpsearch.store import Run

__all__ = ["config_text", "csv_text", "json_text", "jsonl_text"]


def csv_text(run: Run, chosen: Chosen, *, timings: bool) -> Iterator[str]:
    """One row per epoch of each trial."""
    config = Config.from_resolved(run.meta("config"))
    return report_parts(epochs_table(config, run.metric_names(), chosen.records(run), timings=timings), "csv")


def json_text(run: Run, chosen: Chosen, *, timings: bool) -> Iterator[str]:
    """Everything in one document."""
    config = Config.from_resolved(run.meta("config"))
    return report_parts(trials_table(config, chosen.records(run), timings=timings), "json")


def jsonl_text(run: Run, chosen: Chosen, *, timings: bool) -> Iterator[str]:
    """One trial per line."""
    config = Config.from_resolved(run.meta("config"))
    return report_parts(trials_table(config, chosen.records(run), timings=timings), "jsonl")


def config_text(run: Run, chosen: Chosen, *, timings: bool) -> Iterator[str]:
    """The best trial as a config; it has no timings."""
    config = Config.from_resolved(run.meta("config"))
    yield trial_config(config, run.trial(chosen.best(run)))
