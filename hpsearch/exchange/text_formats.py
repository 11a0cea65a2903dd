"""A run as text: CSV, JSON, JSON lines, or the best trial as a config."""

from hpsearch.config import Config, trial_config
from hpsearch.reports.export import epochs_table, trials_table
from hpsearch.reports.render import format_report
from hpsearch.store import Run

__all__ = ["config_text", "csv_text", "json_text", "jsonl_text"]


def csv_text(run: Run, *, timings: bool) -> str:
    """One row per epoch of each trial."""
    config = Config.from_resolved(run.meta("config"))
    return format_report(epochs_table(config, run.trials(), run.results(), timings=timings), "csv")


def json_text(run: Run, *, timings: bool) -> str:
    """Everything in one document."""
    config = Config.from_resolved(run.meta("config"))
    return format_report(trials_table(config, run.trials(), run.results(), timings=timings), "json")


def jsonl_text(run: Run, *, timings: bool) -> str:
    """One trial per line."""
    config = Config.from_resolved(run.meta("config"))
    return format_report(trials_table(config, run.trials(), run.results(), timings=timings), "jsonl")


def config_text(run: Run, *, timings: bool) -> str:
    """The best trial as a config; it has no timings."""
    config = Config.from_resolved(run.meta("config"))
    return trial_config(config, run.trial(run.trial_number("best")))
