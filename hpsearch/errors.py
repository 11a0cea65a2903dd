"""What can go wrong: the errors and their attributes.

::

    HpsearchError
    ├── UsageError            the call or command line is wrong
    │   ├── ConfigError       the config is wrong; has every Problem found in it
    │   └── DataError         a data file cannot be used as it is
    ├── SearchFailed          no trial succeeded, or too many failed in a row
    ├── TrainingFailed        the user's code failed while a model was nursed
    ├── SpaceExhausted        every configuration of a finite space has been proposed
    ├── SystemLacking         the operating system has no more files, processes or memory to give
    ├── ClusterLost           a cluster cannot be reached any more
    ├── Interrupted           a signal interrupted the search; it is saved
    └── RunError              the run directory cannot be used
        ├── RunNotFound       the directory contains no run
        ├── RunExists         the directory to create already exists
        ├── RunLocked         another process is searching in it
        ├── RunDamaged        its database cannot be read
        ├── RunMismatch       it belongs to another config, data set or version
        │   └── CodeChanged   the user's code is not the code that it began with
        └── RunUnwritable     nothing can be written to it: disk full, read-only

Messages state the rule, the value found, and what to do. A trial that fails is not an error: it is a
:class:`hpsearch.trial.Result` with its status and reason.
"""

from dataclasses import dataclass
from pathlib import Path


class HpsearchError(Exception):
    """Base of every error that hpsearch raises on purpose."""


class UsageError(HpsearchError):
    """The call or the command line is wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a config, with its place.

    Attributes:
        path: The file as the user named it, or the ``KEY=VALUE`` argument.
        line: Counted from 1; 0 when the mistake has no place in a file.
        column: Counted from 1; 0 when the mistake has no place in a file.
        key: Dotted path of the setting, such as ``space.learning_rate.min``; "" for the file itself.
        rule: The broken rule, as a sentence without its full stop.
        found: The value found, as text to show; "" if nothing was there.
        hint: What to write instead; "" if the rule is enough.
    """

    path: str
    line: int
    column: int
    key: str
    rule: str
    found: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        key = f" {self.key}:" if self.key else ""
        found = f"; found {self.found}" if self.found else ""
        hint = f". {self.hint}" if self.hint else ""
        return f"{place}:{key} {self.rule}{found}{hint}"


class ConfigError(UsageError):
    """The config is wrong.

    Attributes:
        problems: Every mistake found, in the order of the file; never empty.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(
            sorted(problems, key=lambda problem: (problem.path, problem.line, problem.column))
        )
        super().__init__("\n".join(map(str, self.problems)))


class DataError(UsageError):
    """A data file or array cannot be used as it is."""


class SearchFailed(HpsearchError):
    """No trial succeeded, or too many failed in a row.

    Attributes:
        directory: The run directory, if there is one.
    """

    def __init__(self, message: str, directory: Path | None = None) -> None:
        self.directory = directory
        super().__init__(message)


class TrainingFailed(HpsearchError):
    """The user's code failed while a model was nursed; the message says how."""


class SpaceExhausted(HpsearchError):
    """Every configuration of a finite space has been proposed."""


class SystemLacking(HpsearchError):
    """The operating system has no more files, processes or memory to give; the message says what to type."""


class ClusterLost(HpsearchError):
    """The cluster cannot be reached, or went away while trials ran; finished trials are saved."""


class Interrupted(HpsearchError):
    """A signal interrupted the search; finished trials are saved.

    Attributes:
        signal: Its number.
        directory: The run directory, if there is one.
    """

    def __init__(self, message: str, signal: int, directory: Path | None = None) -> None:
        self.signal = signal
        self.directory = directory
        super().__init__(message)


class RunError(HpsearchError):
    """The run directory cannot be used."""


class RunNotFound(RunError):
    """There is no run in that directory."""


class RunExists(RunError):
    """The directory to create already exists."""


class RunLocked(RunError):
    """Another process is searching in this run directory."""


class RunDamaged(RunError):
    """The run's database cannot be read."""


class StoredConfigDamaged(ConfigError, RunDamaged):
    """The config that a run has stored is not one that hpsearch writes."""


class RunMismatch(RunError):
    """The run belongs to another config, data set or version of hpsearch."""


class CodeChanged(RunMismatch):
    """The user's code is not the code that the run began with; finished trials are saved."""


class RunUnwritable(RunError):
    """Nothing can be written to the run directory."""
