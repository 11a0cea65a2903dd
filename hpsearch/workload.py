"""What a config's objective needs around it: checks before a search, data, and the objective itself."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hpsearch.config import CommandSettings, Config, FunctionSettings, NetworkSettings
from hpsearch.data.dataset import Dataset
from hpsearch.data.load import fingerprint
from hpsearch.data.load import load as load_data
from hpsearch.errors import ConfigError
from hpsearch.executors import BLAS_VARIABLES
from hpsearch.objective import Objective
from hpsearch.objectives.command import Command
from hpsearch.objectives.function import Function, check_signature
from hpsearch.objectives.network import NetworkObjective
from hpsearch.objectives.retrying import Retrying
from hpsearch.objectives.user_code import CodeObjective, Limits, UserCode
from hpsearch.store import Run
from hpsearch.trial import Status

RETRIED = {"crash": Status.CRASHED, "timeout": Status.TIMED_OUT}


class Workload(Protocol):
    """A config's objective, about to be run.

    Attributes:
        is_data: Whether results with another fingerprint do not compare, rather than perhaps.
    """

    is_data: bool

    def check(self) -> Sequence[str]:
        """Find what is wrong before anything is created; what the user should know otherwise.

        Raises:
            UsageError: The search could not run.
        """
        ...

    def fingerprint(self) -> str:
        """A SHA-256 of the files that results depend on."""
        ...

    def prepare(self, run: Run) -> None:
        """Put what every trial needs into a run directory, if it is not there."""
        ...

    def objective(self, run: Run) -> Objective:
        """What runs a trial."""
        ...


def workload(config: Config) -> Workload:
    """The workload of a config."""
    match config.objective:
        case NetworkSettings() as network:
            return NetworkWorkload(config, network)
        case FunctionSettings() as function:
            return FunctionWorkload(config, function)
        case CommandSettings() as command:
            return CommandWorkload(config, command)


class NetworkWorkload:
    """Training the built-in network on data that are prepared once."""

    is_data = True

    def __init__(self, config: Config, network: NetworkSettings) -> None:
        self._config = config
        self._network = network
        self._dataset: Dataset | None = None

    @property
    def dataset(self) -> Dataset:
        """The data; read when first needed.

        Raises:
            DataError: The data cannot be used.
        """
        if self._dataset is None:
            network = self._network
            self._dataset = load_data(
                network.data,
                seed=self._config.seed,
                label=network.label,
                validation=network.validation,
                test=network.test,
                dtype=network.dtype,
                standardize=network.standardize,
            )
        return self._dataset

    def check(self) -> Sequence[str]:
        """See :class:`Workload`."""
        self._config.check_rows(len(self.dataset.x_train))
        return self.dataset.warnings

    def fingerprint(self) -> str:
        """See :class:`Workload`."""
        network = self._network
        return fingerprint(network.data, validation=network.validation, test=network.test)

    def prepare(self, run: Run) -> None:
        """See :class:`Workload`."""
        if not (run.data_directory / "dataset.json").exists():
            dataset = self.dataset
            with run.writing():
                dataset.save(run.data_directory)
        self._dataset = None  # from here on the data are in memory once, as files that every worker maps

    def objective(self, run: Run) -> Objective:
        """See :class:`Workload`."""
        train = NetworkObjective(
            data=run.data_directory.resolve(),
            trials=run.trials_directory.resolve(),
            metric=self._config.metric,
            constants=self._network.constants,
            timeout=self._config.run.timeout,
        )
        return _retrying(train, self._config)


class CodeWorkload:
    """What functions and commands have in common."""

    is_data = False

    def __init__(self, config: Config, directory: str, user_code: UserCode) -> None:
        self._config = config
        self._directory = Path(directory)
        self._user_code = user_code

    def fingerprint(self) -> str:
        """See :class:`Workload`."""
        total = hashlib.sha256()
        for path in self._user_code.files(self._directory):
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def prepare(self, run: Run) -> None:
        """See :class:`Workload`; nothing is needed."""

    def objective(self, run: Run) -> Objective:
        """See :class:`Workload`."""
        settings = self._config.run
        code = CodeObjective(
            self._user_code,
            self._config.metric,
            self._directory,
            run.trials_directory.resolve(),
            Limits(settings.timeout, settings.memory),
            dict.fromkeys(BLAS_VARIABLES, str(settings.threads)),
            tuple(map(str, settings.devices)),
        )
        return _retrying(code, self._config)


class FunctionWorkload(CodeWorkload):
    """Calling the user's function."""

    def __init__(self, config: Config, function: FunctionSettings) -> None:
        self._function = Function(function.name, Path(function.directory), function.epochs)
        super().__init__(config, function.directory, self._function)

    def check(self) -> Sequence[str]:
        """See :class:`Workload`."""
        space = self._config.space
        names = {parameter.name: not parameter.when for parameter in space.parameters}
        names |= dict.fromkeys(space.constants, True)
        if wrong := check_signature(self._function, names):
            rule = f"must be a function that can be called with the values of a trial: {wrong}"
            call = ", ".join(f"{name}=…" for name in names)
            hint = f"A trial calls {self._function.name.rpartition(':')[2]}({call})"
            raise ConfigError([self._config.problem("objective.function", rule, hint=hint)])
        return ()


class CommandWorkload(CodeWorkload):
    """Running the user's command."""

    def __init__(self, config: Config, command: CommandSettings) -> None:
        super().__init__(config, command.directory, Command(command.run, command.patterns, command.epochs))

    def check(self) -> Sequence[str]:
        """See :class:`Workload`; the config has been checked already."""
        return ()


def _retrying(objective: Objective, config: Config) -> Objective:
    statuses = tuple(RETRIED[cause] for cause in config.run.retry_on)
    return Retrying(objective, statuses, config.run.retries) if statuses and config.run.retries else objective
