"""The formats that a run can be exported to.

To add one, write its module with a writer and add a line to :data:`TARGETS`. A writer's imports happen only
when it is used, so that ``hpsearch export --help`` can list the targets quickly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

__all__ = ["TARGETS", "Destination", "Target"]

Destination = Literal["stdout", "file", "directory", "server"]


@dataclass(frozen=True, slots=True)
class Target:
    """A format that a run can be exported to.

    Attributes:
        summary: A summary of the output, for ``--help``.
        writer: ``module:function`` in this room. For the destination ``stdout`` it takes a
            :class:`hpsearch.store.Run`, a :class:`hpsearch.exchange.chosen.Chosen` and ``timings``, and
            returns the text in parts; otherwise it takes a :class:`hpsearch.exchange.run_export.RunExport`
            and a destination, and returns notes on the differences there, as sentences.
        destination: Where the output goes: to ``stdout`` or a file; only to a new ``file`` or
            ``directory``; or to a ``server``.
        extra: The extra of hpsearch that installs the package it needs; "" if it needs none.
        named: Whether the output has a name.
        done: The message at the end; ``{to}``, ``{name}`` and ``{trials}`` are filled in.
    """

    summary: str
    writer: str
    destination: Destination = "stdout"
    extra: str = ""
    named: bool = False
    done: str = ""

    def load_writer(self) -> Callable[..., Any]:
        """The writer, imported now."""
        module, _, function = self.writer.partition(":")
        writer: Callable[..., Any] = getattr(import_module(f"hpsearch.exchange.{module}"), function)
        return writer


TARGETS: Mapping[str, Target] = {
    "csv": Target(
        "one row per epoch of each trial: trial, status, epoch, metrics, values", "text_formats:csv_text"
    ),
    "json": Target("everything in one document", "text_formats:json_text"),
    "jsonl": Target("one trial per line", "text_formats:jsonl_text"),
    "config": Target("the best trial as a config", "text_formats:config_text"),
    "optuna": Target(
        "a study in a new journal file, for optuna-dashboard",
        "optuna.export_journal:write_journal",
        "file",
        extra="optuna",
        named=True,
        done="Exported {trials} trials to {to} as study {name}. Next: optuna-dashboard {to}",
    ),
    "tensorboard": Target(
        "event files in a new directory: learning curves and the HParams tab",
        "tensorboard:write_events",
        "directory",
        extra="tensorboard",
        done="Exported {trials} trials to {to}. Next: tensorboard --logdir {to}",
    ),
    "mlflow": Target(
        "an experiment with one run per trial",
        "mlflow:write_experiment",
        "server",
        extra="mlflow",
        named=True,
        done="Exported {trials} trials to {to} as experiment {name}.",
    ),
}
"""By the name that ``--to`` takes, in the order of the help."""
