"""How are the values of a number distributed? To add a prior, write its class and add it to ``PRIORS``."""

from hpsearch.space.priors.log_normal import LogNormal
from hpsearch.space.priors.normal import Normal
from hpsearch.space.priors.prior import InvalidKey, Prior
from hpsearch.space.priors.uniform import Linear, Log, ReverseLog

__all__ = ["PRIORS", "InvalidKey", "Prior"]

PRIORS: dict[str, type[Prior]] = {
    "linear": Linear,
    "log": Log,
    "reverse_log": ReverseLog,
    "normal": Normal,
    "log_normal": LogNormal,
}
"""Every prior, by the name that a config gives it."""
