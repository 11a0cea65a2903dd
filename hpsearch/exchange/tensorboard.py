"""A run as event files of TensorBoard: learning curves, and hyperparameters for its HParams tab."""

import contextlib
from pathlib import Path
from typing import Any

from hpsearch.exchange.packages import required
from hpsearch.exchange.run_export import RunExport, TrialExport
from hpsearch.files import usage_errors
from hpsearch.trial import Status

STATUSES = {Status.DONE: "STATUS_SUCCESS", Status.STOPPED: "STATUS_SUCCESS"}
"""Trials of all other statuses are STATUS_FAILURE; those without a result, STATUS_RUNNING."""


def write_events(export: RunExport, directory: Path) -> None:
    """Write a directory with an event file for each trial of a run.

    Args:
        export: The run.
        directory: What is to be made.

    Raises:
        UsageError: tensorboardX is not installed; the directory is not empty, or cannot be written.
    """
    events = _Events()
    with usage_errors(directory):
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise FileExistsError
        for record in export.records:
            events.write(export, record, directory / f"trial-{record.trial.number:05d}")


class _Events:
    """What is used of tensorboardX: its writer of files and the messages in them.

    Its ``SummaryWriter`` would start a thread for every trial, and knows no trial that has failed.
    """

    def __init__(self) -> None:
        def part(name: str) -> Any:
            return required(f"tensorboardX.{name}", "--to tensorboard", "tensorboard")

        required("tensorboardX", "--to tensorboard", "tensorboard")
        self._writers, self._summaries = part("event_file_writer"), part("summary")
        self._event, self._summary = part("proto.event_pb2").Event, part("proto.summary_pb2")
        self._api, self._plugin = part("proto.api_pb2"), part("proto.plugin_hparams_pb2")

    def write(self, export: RunExport, record: TrialExport, directory: Path) -> None:
        """Write the event file of a trial."""
        directory.mkdir(parents=True)
        writer = self._writers.EventsWriter(str(directory / "events"))
        with contextlib.closing(writer):
            began = record.began.timestamp()
            result = record.result
            for epoch in result.curve if result else ():
                for name, value in epoch.metrics.items():
                    if value is not None:
                        writer.write_event(self._scalar(name, value, epoch.number, began + epoch.seconds))
            figures = _figures(export, record)
            ended = (record.ended or record.began).timestamp()
            experiment, start, _ = self._summaries.hparams(dict(record.trial.values), figures)
            for summary in (experiment, start, self._end(record)):
                writer.write_event(self._event(wall_time=ended, summary=summary))
            for name, value in figures.items():
                writer.write_event(self._scalar(name, value, len(result.curve) if result else 0, ended))

    def _scalar(self, name: str, value: float, step: int, time: float) -> Any:
        summary = self._summary.Summary(value=[self._summary.Summary.Value(tag=name, simple_value=value)])
        return self._event(wall_time=time, step=step, summary=summary)

    def _end(self, record: TrialExport) -> Any:
        """What the HParams tab reads of how a trial ended."""
        status = STATUSES.get(record.result.status, "STATUS_FAILURE") if record.result else "STATUS_RUNNING"
        end = self._plugin.SessionEndInfo(status=self._api.Status.Value(status))
        content = self._plugin.HParamsPluginData(session_end_info=end, version=0).SerializeToString()
        data = self._summary.SummaryMetadata.PluginData(plugin_name="hparams", content=content)
        value = self._summary.Summary.Value(
            tag="_hparams_/session_end_info", metadata=self._summary.SummaryMetadata(plugin_data=data)
        )
        return self._summary.Summary(value=[value])


def _figures(export: RunExport, record: TrialExport) -> dict[str, float]:
    """What a trial is worth, and what was measured once at its end."""
    result = record.result
    if result is None:
        return {}
    known = {export.metric.name: result.value, **result.final}
    return {f"hparam/{name}": value for name, value in known.items() if value is not None}
