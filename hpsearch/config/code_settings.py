"""The ``function`` and ``python`` sections, and the common base of sections for the user's own code."""

import keyword
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from hpsearch.config.parameter_section import ParameterRules
from hpsearch.config.reader import Reader
from hpsearch.config.schema import FunctionSection, PythonSection
from hpsearch.document.nodes import Location
from hpsearch.trial import Value

FUNCTION: Location = ("objective", "function")


class KeywordRules(ParameterRules):
    """A parameter of a function is a keyword argument."""

    def check_name(self, name: str, reader: Reader) -> None:
        """Reports a name that no keyword argument can have."""
        if not name.isidentifier() or keyword.iskeyword(name):
            rule = "must be a valid Python name, as it is an argument of the function"
            hint = f"Write {name}_" if keyword.iskeyword(name) else f"Write {name.replace('-', '_')}"
            reader.report(("space", name), rule, hint=hint, key=True)


class CodeSettings:
    """Settings shared by functions and commands, whose metrics are not known beforehand."""

    default_metric: ClassVar[str | None] = None
    default_at: ClassVar[Literal["last", "best"]] = "last"
    default_ties: ClassVar[Mapping[str, str]] = {}
    shares: ClassVar[Mapping[str, str]] = {}
    constants: ClassVar[Mapping[str, Value]] = {}

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics that are reported, with their goals; empty, because none are known."""
        return {}

    @classmethod
    def check_tree(cls, reader: Reader) -> None:
        """Reports mistakes that can be found even if the section cannot be read as a whole: none here."""


@dataclass(frozen=True)
class FunctionSettings(CodeSettings):
    """Which Python function a trial calls.

    Attributes:
        name: ``module:function``.
        directory: The absolute path of the directory with the module.
        epochs: How many epochs a full trial has; None if not given, or if the number is searched.
        touch: The parameters that may change during training.
    """

    kind: ClassVar[Literal["function"]] = "function"
    runs_user_code: ClassVar[bool] = True
    rules: ClassVar[ParameterRules] = KeywordRules()

    name: str
    directory: str
    epochs: int | None
    touch: tuple[str, ...] = ()

    @classmethod
    def read(cls, section: FunctionSection, reader: Reader, base: Path | None) -> "FunctionSettings":
        """The settings of a section; problems are reported."""
        path, _, name = section.name.rpartition("/")
        directory = code_directory(section.directory, base) / path
        if base is not None:
            check_directory(directory, (*FUNCTION, "directory") if section.directory else FUNCTION, reader)
        return cls(name, str(directory), section.epochs, tuple(section.touch))

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with all defaults filled in."""
        optional = {"epochs": self.epochs, "touch": list(self.touch)}
        given = {key: value for key, value in optional.items() if value}
        return {self.kind: {"name": self.name, "directory": self.directory, **given}}


@dataclass(frozen=True)
class PythonSettings(CodeSettings):
    """A Python program runs the trials, and nothing else can.

    Attributes:
        epochs: How many epochs a full trial has; None if not given, or if the number is searched.
    """

    kind: ClassVar[Literal["python"]] = "python"
    runs_user_code: ClassVar[bool] = False
    rules: ClassVar[ParameterRules] = ParameterRules()
    touch: ClassVar[tuple[str, ...]] = ()

    epochs: int | None

    @classmethod
    def read(cls, section: PythonSection, reader: Reader, base: Path | None) -> "PythonSettings":
        """The settings of a section; problems are reported."""
        return cls(section.epochs)

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with all defaults filled in."""
        return {self.kind: {} if self.epochs is None else {"epochs": self.epochs}}


def code_directory(written: str | None, base: Path | None) -> Path:
    """The absolute path of a directory with the user's code, relative to a base."""
    path = Path(os.path.expanduser(written or ""))  # noqa: PTH111 -- Path.expanduser raises
    return Path(os.path.abspath((base or Path()) / path))  # noqa: PTH100 -- Path.resolve would follow links


def check_directory(directory: Path, at: Location, reader: Reader) -> bool:
    """Whether a directory exists; if not, it is reported."""
    if directory.is_dir():
        return True
    reader.report(at, "must be in an existing directory", hint=f"There is no {directory}")
    return False
