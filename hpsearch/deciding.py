"""Where the answer of a trained network changes."""

import numpy as np

from hpsearch.api import train
from hpsearch.config import Config
from hpsearch.errors import UsageError
from hpsearch.objectives.kinds import prepare
from hpsearch.objectives.network import NetworkPreparation
from hpsearch.reports.figures import Figure
from hpsearch.reports.figures.region_panel import region_panel
from hpsearch.space import Floats
from hpsearch.starting.relocation import Relocation
from hpsearch.store import Run


def decision_regions(run: Run) -> Figure:
    """Train the best trial's network, as ``hpsearch train`` does, and draw its regions with the test rows.

    Args:
        run: A run of the built-in network on data with two features, open for reading.

    Raises:
        UsageError: It is another kind of run, or has no trial with a value.
        RunMismatch: The data has changed since the run started.
        DataError: Training diverged.
    """
    config = Config.from_resolved(Relocation(run).resolved())
    preparation = prepare(config) if config.objective.kind == "network" else None
    features = preparation.dataset.features if isinstance(preparation, NetworkPreparation) else None
    if not isinstance(preparation, NetworkPreparation) or features != 2:
        found = f"a {config.objective.kind}" if features is None else f"{features} features"
        raise UsageError(
            "regions can be drawn of the built-in network on data with two features;"
            f" {run.directory} has {found}"
        )
    data, model = preparation.dataset, train(run).model
    x, y = (data.x_test, data.y_test) if len(data.x_test) else (data.x_train, data.y_train)
    rows = (x * data.scale + data.mean).astype(np.float64)

    def classify(points: Floats) -> Floats:
        return np.asarray(model.probabilities(points).argmax(axis=1), dtype=np.float64)

    number = run.trial_number("best")
    panel = region_panel(
        f"trial {number}", rows, y, classify, data.feature_names or ("feature 1", "feature 2")
    )
    which = "test" if len(data.x_test) else "training"
    caption = (
        f"The network of trial {number}, trained on the training and validation rows. Lines: where its most"
        f" probable class changes. Dots: the {which} rows, coloured by class."
    )
    return Figure("regions", "Decision regions", caption, [panel], 1, 420)
