"""Writing a config: one trial's values as a search of their own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import yaml

from hpsearch.config.scalars import TrapError, resolve
from hpsearch.config.tree import JSON
from hpsearch.trial import Trial

if TYPE_CHECKING:
    from hpsearch.config.config import Config


class _Dumper(yaml.SafeDumper):
    """Quotes the texts that would be read as something else, and escapes what is not printable."""

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """With escapes for whatever is not ASCII, such as marks that turn the direction of writing."""
        self.allow_unicode = False
        super().write_double_quoted(text, split)
        self.allow_unicode = True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        is_safe = text.isprintable() and resolve(text) == text
    except TrapError:
        is_safe = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_safe else '"')


_Dumper.add_representer(str, _text)


def trial_config(config: "Config", trial: Trial) -> str:
    """A config, as YAML, whose one trial has a trial's values: to build on.

    Args:
        config: Where the values were found.
        trial: Has the values.
    """
    values = trial.values
    resolved = config.resolved()
    resolved["space"] = dict(values)
    resolved["search"] |= {"method": "random", "trials": 1, "early_stopping": False}
    resolved["search"] |= {"warm_start": [], "enqueue": []}
    comment = f"""\
# The values of trial {trial.number}, which had the seed {trial.seed}. Run again they get another one,
# and so may be worth a little more or less: of many trials, the best one has been lucky, too.
"""
    return comment + dump(resolved)


def dump(data: Mapping[str, JSON]) -> str:
    """JSON data as YAML text that is read back as it was."""
    return yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
