"""The words of a command for one trial."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hpsearch.invocation.flags import Inactive, Passing
from hpsearch.invocation.placeholders import filled, is_args, placeholders
from hpsearch.trial import Value

SHELL = "/bin/sh"


@dataclass(frozen=True)
class CommandLine:
    """A command with placeholders.

    Attributes:
        run: The program and its arguments; or a text for a shell.
        passing: How values become words.
        environment: Variables with placeholders; a variable whose parameter has no value is not set.
    """

    run: tuple[str, ...] | str
    passing: Passing = field(default_factory=Passing)
    environment: Mapping[str, str] = field(default_factory=dict)

    def words(self, values: Mapping[str, Value], special: Mapping[str, str]) -> list[str]:
        """The program and its arguments.

        A word with a placeholder that has no value in this trial is left out, and the flag before it.

        Args:
            values: The trial's values.
            special: Words for the placeholders that are not parameters, except ``args``.

        Raises:
            ExpressionError: An expression has no value.
        """
        if isinstance(self.run, str):
            return [SHELL, "-c", filled(self.run, lambda inner: self._quoted(inner, values, special))]
        words: list[str] = []
        flag = False  # whether the last word is a flag whose value may follow
        for part in self.run:
            inner = placeholders(part)
            if len(inner) == 1 and is_args(inner[0]):
                words += self.passing.all_words(inner[0], values)
                continue
            try:
                words.append(filled(part, lambda text: self.passing.placeholder(text, values, special)))
            except Inactive:
                if flag and part == f"{{{inner[0]}}}":
                    words.pop()
            flag = part.startswith("-") and not inner
        return words

    def variables(self, values: Mapping[str, Value], special: Mapping[str, str]) -> dict[str, str]:
        """The variables of the environment.

        Raises:
            ExpressionError: An expression has no value.
        """
        return dict(self._variables(values, special))

    def _variables(
        self, values: Mapping[str, Value], special: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        for name, text in self.environment.items():
            try:
                yield name, filled(text, lambda inner: self.passing.placeholder(inner, values, special))
            except Inactive:
                continue

    def _quoted(self, inner: str, values: Mapping[str, Value], special: Mapping[str, str]) -> str:
        if is_args(inner):
            return shlex.join(self.passing.all_words(inner, values))
        return shlex.quote(self.passing.placeholder(inner, values, special))


def pasteable(words: list[str], variables: Mapping[str, str], directory: str = "") -> str:
    """A command as a line for a shell.

    Args:
        words: The program and its arguments.
        variables: The environment variables.
        directory: The directory it runs in; "" for any.
    """
    shell = words[:2] == [SHELL, "-c"] and len(words) == 3
    assigned = [f"{name}={shlex.quote(text)}" for name, text in variables.items()]
    exported = (
        f"export {' '.join(assigned)}; " if shell and assigned else "".join(f"{text} " for text in assigned)
    )
    line = exported + (words[2] if shell else shlex.join(words))
    return f"cd {shlex.quote(directory)} && {line}" if directory else line
