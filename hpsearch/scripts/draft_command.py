"""The command line of a script: the options given in every trial, and how searched options are passed."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hpsearch.scripts.script import Option, Script

_STYLES = {"--{name} {{}}": "{args}", "--{name}={{}}": "{args:--k=v}", "{name}={{}}": "{args:k=v}"}
"""How all searched options are passed at once, by the flag that they share."""

_OUTPUT = re.compile(
    r"(^|_)(out|output|save|log|run|result|results|checkpoint|ckpt|exp|work|tb|train)_?(dir|path|folder|directory|root)$"
    r"|^(outdir|logdir|rundir|workdir|savedir|output|outputs|default_root_dir|results|run_name_dir)$"
)
_EPOCHS = re.compile(r"(^|_)(n_|max_|num_|num_train_)?epochs?$")
_LENGTH = re.compile(r"^(max_?|num_?|n_?|total_?)?(epochs|steps|iters|iterations|updates|timesteps)$")
_ENDLESS = re.compile(r"infinit|for ?ever|endless|unlimited|no limit|indefinite", re.IGNORECASE)
_SEED = re.compile(r"(^|_)seed$|^random_state$")
_PATH_LIKE = re.compile(r"data|train|input|pretrain", re.IGNORECASE)


EDIT = "EDIT_ME"
"""Marks a place where the user has to write something."""


@dataclass(frozen=True)
class Role:
    """The roles of a script's options, apart from those that are searched.

    Attributes:
        epochs: The option for the number of epochs.
        seed: The option for the seed.
        output: The option for a directory that it writes to.
        required: The options that the user has to give.
        values: The values that the user has given, by name.
    """

    epochs: Option | None
    seed: Option | None
    output: Option | None
    required: tuple[Option, ...]
    values: Mapping[str, str] = field(default_factory=dict)

    def value_of(self, option: Option) -> str:
        """The word for a required option: the user's value, or a mark to write it there."""
        return quoted(self.values[option.name]) if option.name in self.values else EDIT

    @property
    def given(self) -> list[tuple[Option, str]]:
        """The options given in every trial, with the placeholders for their values."""
        pairs = ((self.epochs, "{epochs}"), (self.seed, "{seed}"), (self.output, "{trial_dir}"))
        return [(option, text) for option, text in pairs if option is not None and _is_passed(option)]


def roles(script: Script, values: Mapping[str, str]) -> Role:
    """The options of a script that have a role.

    A constant can set the number of epochs, but not a seed or a directory.

    Args:
        script: The script.
        values: The user's values for required options, by name.
    """
    passed = [option for option in script.options if _is_passed(option)]

    def first(options: Sequence[Option], pattern: re.Pattern[str], *kinds: str) -> Option | None:
        found = (
            option
            for option in options
            if option.kind in kinds and pattern.search(option.name.rpartition(".")[2].lower())
        )
        return next(found, None)

    epochs = first(script.options, _EPOCHS, "int", "float", "unknown")
    seed = first(passed, _SEED, "int", "unknown")
    output = first(passed, _OUTPUT, "text", "unknown")
    if output is not None and _PATH_LIKE.search(output.name):
        output = None
    taken = {option.name for option in (epochs, seed, output) if option is not None}
    endless = [option for option in passed if _is_endless(option) and option.name not in taken]
    needed = script.options if script.style == "function" else passed
    required = tuple(option for option in needed if option.required and option.name not in taken)
    required += tuple(option for option in endless if option not in required)
    return Role(epochs, seed, output, required, values)


def _is_endless(option: Option) -> bool:
    """Whether a script trains forever unless this option says how long."""
    name = option.name.rpartition(".")[2].lower()
    is_open = option.known_default in (-1, 0, None)
    return bool(is_open and _LENGTH.search(name) and _ENDLESS.search(option.help))


def is_epochs(option: Option) -> bool:
    """Whether an option sets the number of epochs."""
    return bool(_EPOCHS.search(option.name.rpartition(".")[2].lower()))


def _is_passed(option: Option) -> bool:
    return bool(option.flag or option.variable)


def command_words(program: Sequence[str], script: Script, role: Role, searched: Sequence[Option]) -> str:
    """The command of a config.

    Args:
        program: The words that run the script, quoted.
        script: The script.
        role: The roles of its options.
        searched: The options that are searched.
    """
    given = [(option, text) for option, text in role.given if option.flag]
    given += [
        (option, role.value_of(option))
        for option in role.required
        if option.flag and option.name not in _names(searched)
    ]
    first = [option for option in searched if option.before]
    if first:  # {args} would pass them after the words too
        given += [(option, f"{{{option.name}}}") for option in searched if option.flag]
    words = {
        place: [option.flag.replace("{}", text) for option, text in given if option.before is place]
        for place in (True, False)
    }
    hydra = ["hydra.run.dir={trial_dir}"] if script.style == "hydra" else []
    all_at_once = [args_style(searched)] if any(option.flag for option in searched) and not first else []
    chosen = [*map(quoted, script.words), *map(shlex.quote, script.fixed)]
    return " ".join([*program, *words[True], *chosen, *hydra, *words[False], *all_at_once])


def _names(options: Sequence[Option]) -> set[str]:
    return {option.name for option in options}


def args_style(searched: Sequence[Option]) -> str:
    """The placeholder whose style fits most of the searched options."""
    counts = {
        style: sum(option.flag == flag.format(name=option.name) for option in searched)
        for flag, style in _STYLES.items()
    }
    return max(counts, key=counts.__getitem__)


def own_flag(option: Option, style: str) -> str:
    """The flag that an option needs; "" if it is passed like all others."""
    shared = next(flag for flag, placeholder in _STYLES.items() if placeholder == style)
    if option.kind == "bool" and "{}" not in option.flag and "/" not in option.flag:
        on, _ = option.spelling
        return option.flag if on else f"/{option.flag}"  # present or absent
    return "" if option.flag == shared.format(name=option.name) else option.flag


def quoted(text: str) -> str:
    """A text as a word of a command, without placeholders."""
    return shlex.quote(text.replace("{", "{{").replace("}", "}}"))
