"""A run as TensorBoard event files: learning curves, and hyperparameters for the HParams tab."""

import contextlib
from pathlib import Path
from typing import Any

from hpsearch.exchange.packages import required
from hpsearch.exchange.run_export import RunExport, TrialExport
from hpsearch.files import usage_errors
from hpsearch.trial import Status

_STATUSES = {Status.DONE: "STATUS_SUCCESS", Status.STOPPED: "STATUS_SUCCESS"}
"""Trials with any other status are STATUS_FAILURE; trials without a result are STATUS_RUNNING."""


def write_events(export: RunExport, directory: Path) -> list[str]:
    """Write a directory with an event file for each trial of a run.

    Args:
        export: The run.
        directory: The directory to create.

    Returns:
        Differences in TensorBoard: none.

    Raises:
        UsageError: tensorboardX is not installed; the directory is not empty, or cannot be written.
    """
    events = _Events()
    with usage_errors(directory):
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise FileExistsError
        for each in export.trials:
            events.write(export, each, directory / f"trial-{each.trial.number:05d}")
    return []


class _Events:
    """The parts of tensorboardX that are used: its file writer and its messages.

    Its ``SummaryWriter`` would start a thread for every trial and cannot say that a trial has failed.
    """

    def __init__(self) -> None:
        def part(name: str) -> Any:
            return required(f"tensorboardX.{name}", "--to tensorboard", "tensorboard")

        required("tensorboardX", "--to tensorboard", "tensorboard")
        self._writers, self._summaries = part("event_file_writer"), part("summary")
        self._event, self._summary = part("proto.event_pb2").Event, part("proto.summary_pb2")
        self._api, self._plugin = part("proto.api_pb2"), part("proto.plugin_hparams_pb2")

    def write(self, export: RunExport, exported: TrialExport, directory: Path) -> None:
        """Write the event file of one trial."""
        directory.mkdir(parents=True)
        writer = self._writers.EventsWriter(str(directory / "events"))
        with contextlib.closing(writer):
            started = exported.started.timestamp()
            result = exported.result
            for epoch in result.curve if result else ():
                for name, value in epoch.metrics.items():
                    if value is not None:
                        writer.write_event(self._scalar(name, value, epoch.number, started + epoch.seconds))
            figures = _figures(export, exported)
            ended = (exported.ended or exported.started).timestamp()
            experiment, start, _ = self._summaries.hparams(exported.flat_values, figures)
            for summary in (experiment, start, self._end(exported)):
                writer.write_event(self._event(wall_time=ended, summary=summary))
            for name, value in figures.items():
                writer.write_event(self._scalar(name, value, len(result.curve) if result else 0, ended))

    def _scalar(self, name: str, value: float, step: int, time: float) -> Any:
        summary = self._summary.Summary(value=[self._summary.Summary.Value(tag=name, simple_value=value)])
        return self._event(wall_time=time, step=step, summary=summary)

    def _end(self, exported: TrialExport) -> Any:
        """How a trial ended, for the HParams tab."""
        status = (
            _STATUSES.get(exported.result.status, "STATUS_FAILURE") if exported.result else "STATUS_RUNNING"
        )
        end = self._plugin.SessionEndInfo(status=self._api.Status.Value(status))
        content = self._plugin.HParamsPluginData(session_end_info=end, version=0).SerializeToString()
        data = self._summary.SummaryMetadata.PluginData(plugin_name="hparams", content=content)
        value = self._summary.Summary.Value(
            tag="_hparams_/session_end_info", metadata=self._summary.SummaryMetadata(plugin_data=data)
        )
        return self._summary.Summary(value=[value])


def _figures(export: RunExport, exported: TrialExport) -> dict[str, float]:
    """The value of a trial and its final metrics."""
    result = exported.result
    if result is None:
        return {}
    known = {export.config.metric.name: result.value, **result.final}
    return {f"hparam/{name}": value for name, value in known.items() if value is not None}
