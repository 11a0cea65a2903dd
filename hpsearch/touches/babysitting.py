"""The rules of a careful person who watches one model; they use only its own learning curve.

1. *Back to the last good epoch, with half the learning rate*, when the loss is not finite, or is ``BLOWUP``
   times the best so far (after the first epoch: times the loss of the untrained model). (Goodfellow, Bengio
   and Courville (2016), section 11.4.1: the learning rate is the one to change first; half of it again and
   again is Armijo's (1966) backtracking.)
2. *A smaller learning rate on a plateau*: after ``patience`` epochs without progress it is multiplied by
   ``REDUCTION``. (He et al. (2016), section 3.4, divide it by 10 "when the error plateaus".)
3. *Stop when nothing helps*: after ``REDUCTIONS`` of these without progress. (Prechelt (1998), "Early
   stopping – but when?")

They use neither other trials nor a clock, so a babysat search is as reproducible as any other.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from hpsearch.touches import Touch
from hpsearch.trial import Epoch

BLOWUP = 3.0
"""A loss this many times the best means a step too far …"""

NOISE = 0.05
"""… unless it is below this share of the first epoch's loss: near 0 every loss jumps."""

RETURN = 0.5
"""The factor for the learning rate at a return."""

MOST_RETURNS = 3
"""At most this many returns in a row; if smaller steps do not help, the epoch is accepted as it is."""

MOST_RETURNS_FROM_DIVERGENCE = 12
"""At most this many returns in a row from a divergence. By then the learning rate is 1/4096 of what it was,
and the trial has diverged."""

REDUCTION = 0.3
"""The factor for the learning rate on a plateau."""

REDUCTIONS = 3
"""After this many reductions without progress, training stops."""

PROGRESS = 0.01
"""A loss has progressed if it is lower than the best by this share."""


RATE = "learning_rate"
"""In the record of a babysat epoch, the learning rate α₀ that it was trained with."""

RETURNS = "returns"
"""In the record of a babysat epoch, how often the model went back before the epoch was accepted."""


TOUCHES = "touches"
"""In the final metrics of a babysat trial, how often it was touched."""


class Decision(Enum):
    """What to do after an epoch."""

    CONTINUE = "continue"
    RETURN = "return"
    REDUCE = "reduce"
    STOP = "stop"
    GIVE_UP = "give up"


@dataclass(slots=True)
class Nurse:
    """Watches one learning curve.

    Attributes:
        patience: How many epochs without progress are a plateau.
        untrained: The loss of the model before its first epoch, if it is known.
        returns: How often the model went back before the present epoch.
    """

    patience: int
    untrained: float = math.inf
    returns: int = 0
    _first: float = math.inf
    _best_trained: float = math.inf
    _best: float = math.inf
    _waited: int = 0
    _reductions: int = 0

    @classmethod
    def of(cls, epochs: int, untrained: float = math.inf) -> "Nurse":
        """A nurse for a number of epochs; a plateau is a sixth of them, at least 3 and at most 10."""
        return cls(min(max(epochs // 6, 3), 10), untrained)

    def after(self, metrics: Mapping[str, float | None], *, accepted: bool = False) -> Decision:
        """Decide after an epoch.

        Args:
            metrics: Those of the epoch, with ``train_loss`` or ``val_loss`` or both.
            accepted: Whether the model is known not to have returned from it, as when a trial is resumed.
        """
        trained, watched = _loss(metrics, "train_loss", "val_loss"), _loss(metrics, "val_loss", "train_loss")
        finite = math.isfinite(trained) and math.isfinite(watched)
        if not finite or self._too_far(trained):
            self.returns += not accepted
            learned = finite and math.isfinite(self._first)
            if not accepted and self.returns <= (MOST_RETURNS if learned else MOST_RETURNS_FROM_DIVERGENCE):
                return Decision.RETURN
            if not finite:
                return Decision.GIVE_UP
            self._best_trained = trained  # smaller steps do not help: this is where the model is now
        self.returns = 0
        if math.isinf(self._first):
            self._first = trained
        self._best_trained = min(self._best_trained, trained)
        return self._progressed(watched)

    def _too_far(self, loss: float) -> bool:
        if math.isinf(self._first):
            return loss > BLOWUP * self.untrained
        return loss > BLOWUP * self._best_trained and loss > NOISE * self._first

    def _progressed(self, loss: float) -> Decision:
        if loss < self._best - PROGRESS * abs(self._best) or math.isinf(self._best):
            self._best, self._waited, self._reductions = loss, 0, 0
            return Decision.CONTINUE
        self._waited += 1
        if self._waited < self.patience:
            return Decision.CONTINUE
        self._waited, self._reductions = 0, self._reductions + 1
        return Decision.REDUCE if self._reductions <= REDUCTIONS else Decision.STOP


def touches_of(curve: Sequence[Epoch], rate: float | None) -> list[Touch]:
    """The touches of a babysat trial, recovered from its learning curve.

    Args:
        curve: The trial's learning curve; it contains touches only if the trial was babysat.
        rate: The learning rate that the trial began with, if that is known.
    """
    touches: list[Touch] = []
    for epoch in curve:
        now, returns = epoch.metrics.get(RATE), epoch.metrics.get(RETURNS)
        if now is None or returns is None:
            return []
        if rate is not None and now != rate:
            before = epoch.number - 1
            # The model went back from an epoch that is not in the curve to the one before.
            back = {"epoch": epoch.number, "back_to": before} if returns else {"epoch": before}
            touches.append(Touch.from_json({**back, RATE: now}))
        rate = now
    return touches


def _loss(metrics: Mapping[str, float | None], *names: str) -> float:
    for name in names:
        if name in metrics:
            value = metrics[name]
            return math.nan if value is None else value
    raise KeyError(f"a nurse needs one of {', '.join(names)}")
