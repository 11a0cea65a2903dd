"""A config that runs one trial's values again, such as best.yaml."""

from __future__ import annotations  # types are imported for annotations only

from typing import TYPE_CHECKING

from hpsearch.config.constraints_section import CONSTRAINTS
from hpsearch.config.parameter_section import resolved_constant
from hpsearch.document.dump import dump

if TYPE_CHECKING:
    from hpsearch.config.config import Config
    from hpsearch.trial import Trial


def trial_config(config: Config, trial: Trial) -> str:
    """A config, as YAML, whose only trial has the values of another trial.

    Args:
        config: The config of the search that found the values.
        trial: The trial with the values.
    """
    resolved = config.resolved()
    resolved["space"] = {name: resolved_constant(value) for name, value in trial.values.items()}
    resolved[CONSTRAINTS] = []
    resolved["search"] |= {"method": "random", "trials": 1, "early_stopping": False}
    resolved["search"] |= {"portfolio": False}
    resolved["search"] |= {"warm_start": [], "known_results": [], "enqueue": []}
    resolved["search"] |= {"stop_at": {}}
    comment = f"""\
# The values of trial {trial.number}, which had the seed {trial.seed}. A new run has another seed, so its
# result may be a little better or worse: the best of many trials was also lucky.
"""
    return comment + dump(resolved)
