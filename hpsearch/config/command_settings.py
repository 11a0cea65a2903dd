"""The ``command`` section: how a command runs, how it gets a trial's values, and where its metrics are."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from hpsearch.config.code_settings import CodeSettings, check_directory, code_directory
from hpsearch.config.command_checks import check_flags, check_placeholders, check_targets
from hpsearch.config.parameter_section import ParameterRules
from hpsearch.config.reader import Reader
from hpsearch.config.schema import CommandSection
from hpsearch.document.nodes import Location, MappingNode, ScalarNode, SequenceNode, entries_at, find
from hpsearch.invocation.flags import PYTHON, as_text, choice_text
from hpsearch.invocation.placeholders import placeholders, split_words
from hpsearch.metrics.patterns import BadPattern, Pattern

COMMAND: Location = ("objective", "command")

_INTERPRETER = re.compile(r"python[0-9.]*|Rscript|bash|julia|node|perl|ruby|sh|zsh")
_WITHOUT_VALUE = re.compile(r"-[uBEIOsS]+")
_SHELL_WORDS = ("|", "||", "&&", "&", ";", "<", ">", ">>", "2>", "2>&1")


class CommandRules(ParameterRules):
    """A parameter of a command may say how it is passed."""

    takes_flags: ClassVar[bool] = True


@dataclass(frozen=True)
class CommandSettings(CodeSettings):
    """Which command a trial runs.

    Attributes:
        run: The program and its arguments; a text if a shell runs it.
        patterns: Patterns by metric.
        directory: The absolute path of the directory it runs in.
        epochs: How many epochs a full trial has; None if not given, or if the number is searched.
        flags: How ``{args}`` passes single parameters.
        spellings: By parameter, the word for each value; those for all parameters are under "".
        environment: Environment variables, with placeholders.
        files: Templates by the path of the filled-in file in the trial's directory.
        metrics_file: The file that the program writes metrics to, with placeholders.
        output: Where the metrics are printed.
        in_trial_directory: Whether each trial runs in its own directory.
        touch: The parameters that may change during training.
    """

    kind: ClassVar[Literal["command"]] = "command"
    runs_user_code: ClassVar[bool] = True
    rules: ClassVar[ParameterRules] = CommandRules()

    run: tuple[str, ...] | str
    patterns: Mapping[str, str]
    directory: str
    epochs: int | None
    flags: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    metrics_file: str | None = None
    output: Literal["both", "stdout", "stderr"] = "both"
    in_trial_directory: bool = False
    touch: tuple[str, ...] = ()

    @classmethod
    def metrics(cls, reader: Reader) -> Mapping[str, str | None]:
        """The metrics that are reported, with their goals; empty unless metrics come only from patterns."""
        if find(reader.root, (*COMMAND, "metrics_file")) is not None:
            return {}
        return dict.fromkeys(entries_at(reader.root, (*COMMAND, "metrics")))

    @classmethod
    def read(cls, section: CommandSection, reader: Reader, base: Path | None) -> "CommandSettings | None":
        """The settings of a section; problems are reported."""
        directory = code_directory(section.directory, base)
        at = (*COMMAND, "run") if isinstance(find(reader.root, COMMAND), MappingNode) else COMMAND
        run = _run(section, at, reader)
        if run is None:
            return None
        for index, part in enumerate([run] if isinstance(run, str) else run):
            where = (*at, index) if isinstance(find(reader.root, at), SequenceNode) else at
            check_placeholders(part, where, section, reader, alone=section.shell or _is_one(part))
        flags = {name: (flag, (*COMMAND, "flags", name)) for name, flag in section.flags.items()}
        flags |= {name: (flag, ("space", name, "flag")) for name, flag in _space_flags(reader)}
        check_flags(flags, reader)
        _check_texts(section, reader)
        check_targets(section, None if base is None else directory, (*COMMAND, "files"), reader)
        for name, pattern in section.metrics.items():
            _check_pattern(pattern, (*COMMAND, "metrics", name), reader)
        if base is not None:
            _check_program(run, directory, at, reader)
        spellings = {"": section.spelling, **section.spellings, **dict(_space_spellings(reader))}
        return cls(
            run,
            section.metrics,
            str(directory),
            section.epochs,
            {name: flag for name, (flag, _) in flags.items()},
            {name: words for name, words in spellings.items() if words},
            section.env,
            section.files,
            section.metrics_file,
            section.output,
            section.in_trial_directory,
            tuple(section.touch),
        )

    def resolved(self) -> dict[str, Any]:
        """The ``objective`` section, with defaults filled in except those of rarely used keys."""
        shell = isinstance(self.run, str)
        section: dict[str, Any] = {"run": self.run if shell else list(self.run), "shell": shell}
        section |= {"directory": self.directory}
        own = {name: dict(words) for name, words in self.spellings.items() if name}
        optional = {
            "flags": dict(self.flags),
            "spelling": dict(self.spellings.get("", {})),
            "spellings": own,
            "env": dict(self.environment),
            "files": dict(self.files),
            "metrics": dict(self.patterns),
            "metrics_file": self.metrics_file,
            "output": None if self.output == "both" else self.output,
            "in_trial_directory": self.in_trial_directory,
            "epochs": self.epochs,
            "touch": list(self.touch),
        }
        return {self.kind: section | {key: value for key, value in optional.items() if value}}


def _is_one(part: str) -> bool:
    """Whether a word is one placeholder and nothing else."""
    return part.startswith("{") and part.endswith("}") and part.count("{") == 1


def _space_flags(reader: Reader) -> Iterator[tuple[str, str]]:
    """The flags that the space gives to parameters."""
    for name in entries_at(reader.root, ("space",)):
        node = find(reader.root, ("space", name, "flag"))
        if isinstance(node, ScalarNode) and isinstance(node.value, str):
            yield name, node.value


def _space_spellings(reader: Reader) -> Iterator[tuple[str, dict[str, str]]]:
    """The spellings that the space gives to parameters; wrong ones are reported with the parameter."""
    for name in entries_at(reader.root, ("space",)):
        node = find(reader.root, ("space", name, "spelling"))
        if isinstance(node, ScalarNode) and node.value == "python":
            yield name, dict(PYTHON)
        elif isinstance(node, MappingNode):
            words = ((key, entry.node) for key, entry in node.entries.items())
            yield (
                name,
                {
                    choice_text(key): as_text(word.value)
                    for key, word in words
                    if isinstance(word, ScalarNode)
                },
            )


def _check_texts(section: CommandSection, reader: Reader) -> None:
    """Checks the placeholders of variables and of the metrics' file."""
    for name, text in section.env.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            rule = "must be the name of a variable: letters, digits and '_'"
            reader.report((*COMMAND, "env", name), rule, key=True)
        check_placeholders(text, (*COMMAND, "env", name), section, reader, alone=False, word=False)
    if section.metrics_file is not None:
        at = (*COMMAND, "metrics_file")
        check_placeholders(section.metrics_file, at, section, reader, alone=False, word=False)


def _run(section: CommandSection, at: Location, reader: Reader) -> tuple[str, ...] | str | None:
    """The words of a command; the text if a shell runs it."""
    if section.shell:
        if not isinstance(section.run, str):
            reader.report(at, "must be text if shell is true", hint="Or remove shell: true")
            return None
        return section.run
    try:
        words = split_words(section.run) if isinstance(section.run, str) else section.run
    except ValueError:
        reader.report(at, "must close its quotes", hint="Or write a list of words: [python, train.py]")
        return None
    if not words or not words[0]:
        hint = "For example: python train.py {args}"
        reader.report(at, "must name a program", found="nothing", hint=hint)
        return None
    for word in words if isinstance(section.run, str) else ():
        if word in _SHELL_WORDS:
            hint = "Write {run: …, shell: true}"
            reader.report(at, f"must be a program and its arguments; {word} needs a shell", hint=hint)
            return None
    return tuple(words)


def _check_pattern(pattern: str, at: Location, reader: Reader) -> None:
    try:
        Pattern(pattern).check()
    except BadPattern as error:
        reader.report(at, str(error), hint="For example: 'val_loss={}'")


def _check_program(run: tuple[str, ...] | str, directory: Path, at: Location, reader: Reader) -> None:
    if not check_directory(directory, (*COMMAND, "directory"), reader):
        return
    if not isinstance(run, str) and not placeholders(run[0]):
        program = str(directory / run[0]) if "/" in run[0] else run[0]
        if shutil.which(program) is None:
            exists = os.path.exists(program)  # noqa: PTH110 -- never raises
            hint = f"{program} exists but is not executable" if exists else "Is it installed and on the PATH?"
            reader.report(at, f"must name a program that can be run, not {run[0]}", found="", hint=hint)
        elif (script := _script(run)) and not (directory / script).exists():
            hint = f"There is no {directory / script}"
            reader.report(at, f"must name an existing script, not {script}", found="", hint=hint)


def _script(run: tuple[str, ...]) -> str | None:
    """The script that a command passes to an interpreter; None if that is unclear."""
    program, *words = run
    words = [word for word in words if not _WITHOUT_VALUE.fullmatch(word)]
    if not words or not _INTERPRETER.fullmatch(Path(program).name):
        return None
    return None if words[0].startswith("-") or placeholders(words[0]) else words[0]
