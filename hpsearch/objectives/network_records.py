"""The epochs of the network's training as records, with or without a careful nurse."""

import math
from collections.abc import Mapping, Sequence

from hpsearch.network.train import Training
from hpsearch.objective import Records
from hpsearch.touches import Change
from hpsearch.touches.babysitting import RATE, REDUCTION, RETURN, RETURNS, Decision, Nurse
from hpsearch.trial import Epoch


def records(training: Training) -> Records:
    """The epochs of a training.

    Args:
        training: The training; it runs to its end.
    """
    while not training.ended:
        yield _next(training)
    return None


def babysat_records(training: Training, earlier: Sequence[Epoch] = ()) -> Records:
    """The epochs of a training that a nurse watches; an epoch from which the model goes back is not reported.

    A training that was saved and resumed gets the same touches as one that was not.

    Args:
        training: The training; it is touched in place.
        earlier: Its earlier epochs.
    """
    untrained = math.inf if earlier else _loss_on_training_rows(training)
    nurse, decision = Nurse.of(training.hyperparameters.epochs, untrained), Decision.CONTINUE
    for epoch in earlier:
        decision = nurse.after(epoch.metrics, accepted=True)
    while decision is not Decision.STOP and not training.ended:
        if decision is Decision.REDUCE:
            _slow_down(training, REDUCTION)
        good = training.snapshot()
        while True:
            record = _next(training)
            returns = nurse.returns
            decision = nurse.after({name: _finite(value) for name, value in record.items()})
            if decision is not Decision.RETURN:
                break
            training.rewind(good)
            _slow_down(training, RETURN)
        yield {**record, RATE: training.hyperparameters.learning_rate, RETURNS: returns}
    return None


def _next(training: Training) -> dict[str, float]:
    """Train an epoch; if it diverges, all metrics are NaN, although its error would be a number."""
    stack = training.train_epoch()
    finite = all(math.isfinite(value) for metrics in stack for value in metrics.values())
    return mean_over_seeds(stack) if finite else dict.fromkeys(stack[0], math.nan)


def _loss_on_training_rows(training: Training) -> float:
    stack = training.evaluate(training.dataset.x_train, training.dataset.y_train)
    loss = math.fsum(metrics["loss"] for metrics in stack) / len(stack)
    return loss if math.isfinite(loss) else math.inf


def _slow_down(training: Training, factor: float) -> None:
    training.change({RATE: Change(factor, is_factor=True)})


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def mean_over_seeds(stack: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of every metric; with more than one seed, also its standard error, as ``NAME_se``.

    Args:
        stack: The metrics of each seed.
    """
    if len(stack) == 1:
        return dict(stack[0])
    import statistics  # takes 6 ms; needed for several seeds only

    means: dict[str, float] = {}
    for name in stack[0]:
        values = [metrics[name] for metrics in stack]
        means[name] = statistics.fmean(values)
        means[f"{name}_se"] = statistics.stdev(values) / math.sqrt(len(values))
    return means
