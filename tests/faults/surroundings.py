"""Surroundings of programs that several tests share."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from unittest import mock

from hpsearch.objectives.network import NetworkObjective


@dataclass(frozen=True)
class TrainedBy:
    """Surroundings in which another class trains the network.

    Attributes:
        kind: The class.
        environment: Environment variables of the processes, by name.
    """

    kind: type[NetworkObjective]
    environment: tuple[tuple[str, str], ...] = ()

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        os.environ.update(self.environment)
        with mock.patch("hpsearch.objectives.network.NetworkObjective", self.kind):
            yield
