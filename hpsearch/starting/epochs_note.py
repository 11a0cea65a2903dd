"""Do trials report as many epochs as the config says?"""

from __future__ import annotations  # types are imported for annotations only

from typing import TYPE_CHECKING

from hpsearch.trial import Status

if TYPE_CHECKING:
    from hpsearch.loop import Callback, SearchStart
    from hpsearch.trial import Epoch, Result, Trial


class EpochsNote:
    """A callback that notes the first trial with an unexpected number of epochs.

    Early stopping compares trials at rungs, which depend on the number of epochs. If trials report fewer,
    early stopping does nothing, and nobody would notice.

    Args:
        callback: The callback that it passes everything on to.
        epochs: How many epochs a full trial has; None if unknown, or if the number is searched.
    """

    def __init__(self, callback: Callback, epochs: int | None) -> None:
        self._callback = callback
        self._epochs = epochs
        self._noted = False

    def on_search_start(self, search: SearchStart) -> None:
        """Pass it on."""
        self._callback.on_search_start(search)

    def on_trial_start(self, trial: Trial) -> None:
        """Pass it on."""
        self._callback.on_trial_start(trial)

    def on_epoch(self, trial: Trial, epoch: Epoch) -> None:
        """Pass it on."""
        self._callback.on_epoch(trial, epoch)

    def on_trial_complete(self, trial: Trial, result: Result) -> None:
        """Pass it on, and compare the number of epochs."""
        self._callback.on_trial_complete(trial, result)
        if result.status is Status.DONE and result.reason and not self._noted:
            self._noted = True
            self._callback.on_message(
                f"Trial {trial.number} {result.reason}. Set epochs to as many as a full trial has, or"
                " leave it out"
            )
        expected = trial.values.get("epochs", self._epochs)
        count = len(result.curve)
        if (
            self._noted
            or result.status is not Status.DONE
            or not isinstance(expected, int)
            or count == expected
        ):
            return
        self._noted = True
        self._callback.on_message(
            f"Trial {trial.number} reported {count} of {expected} epochs. Early stopping needs a report after"
            f" every epoch; set epochs to {count} if that is all"
        )

    def on_message(self, text: str) -> None:
        """Pass it on."""
        self._callback.on_message(text)
