"""A config as labelled lines, for ``check`` and ``show``."""

from collections.abc import Mapping
from typing import Any

from hpsearch.config import Config
from hpsearch.document.scalars import flow
from hpsearch.reports.text import value_text

__all__ = ["config_lines", "pairs"]


def config_lines(config: Config) -> list[tuple[str, str]]:
    """The sections of a config as labels and texts."""
    resolved: Mapping[str, Any] = config.resolved()
    metric, kind = config.metric, config.objective.kind
    constraints = [("constraints", "\n".join(resolved["constraints"]))] if resolved["constraints"] else []
    return [
        ("name", config.name),
        ("seed", str(config.seed)),
        ("metric", f"{metric.goal} {metric.name} at the {metric.at} epoch"),
        (kind, pairs(resolved["objective"][kind])),
        ("space", "\n".join(f"{name}: {_parameter(spec)}" for name, spec in resolved["space"].items())),
        *constraints,
        ("search", pairs(resolved["search"])),
        ("run", pairs(resolved["run"])),
    ]


def pairs(values: Mapping[str, Any]) -> str:
    """A mapping as lines of text."""
    return "\n".join(f"{name}: {_flat(value)}" for name, value in values.items())


def _parameter(spec: object) -> str:
    if not isinstance(spec, Mapping):
        return value_text(spec)
    return ", ".join(f"{key} {_flat(value)}" for key, value in spec.items())


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list):
        return flow(value)
    return value_text(value)


def blas_lines(versions: Mapping[str, Any]) -> str:
    """The BLAS libraries among the versions, one on each line."""
    return "\n".join(" ".join(map(str, filter(None, each.values()))) for each in versions["blas"])
