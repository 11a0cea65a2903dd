"""The command line of a script: what every trial is given, and how the searched options are passed."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.scripts.script import Option, Script

_STYLES = {"--{name} {{}}": "{args}", "--{name}={{}}": "{args:--k=v}", "{name}={{}}": "{args:k=v}"}
"""How all searched options are passed at once, by the flag that each of them has."""

_OUTPUT = re.compile(
    r"(^|_)(out|output|save|log|run|result|results|checkpoint|ckpt|exp|work|tb|train)_?(dir|path|folder|directory|root)$"
    r"|^(outdir|logdir|rundir|workdir|savedir|output|outputs|default_root_dir|results|run_name_dir)$"
)
_EPOCHS = re.compile(r"(^|_)(n_|max_|num_|num_train_)?epochs?$")
_SEED = re.compile(r"(^|_)seed$|^random_state$")
_PATH_LIKE = re.compile(r"data|train|input|pretrain", re.IGNORECASE)


@dataclass(frozen=True)
class Role:
    """What a script's options are for, beside those that are searched.

    Attributes:
        epochs: Says how long it trains.
        seed: Is the seed.
        output: Is a directory that it writes to.
        required: Have to be given by the user.
    """

    epochs: Option | None
    seed: Option | None
    output: Option | None
    required: tuple[Option, ...]


def roles(script: Script) -> Role:
    """The options of a script that have a role."""
    passed = [option for option in script.options if option.flag]

    def first(pattern: re.Pattern[str], *kinds: str) -> Option | None:
        found = (
            option
            for option in passed
            if option.kind in kinds and pattern.search(option.name.rpartition(".")[2].lower())
        )
        return next(found, None)

    epochs = first(_EPOCHS, "int", "float", "unknown")
    seed = first(_SEED, "int", "unknown")
    output = first(_OUTPUT, "text", "unknown")
    if output is not None and _PATH_LIKE.search(output.name):
        output = None
    taken = {option.name for option in (epochs, seed, output) if option is not None}
    required = tuple(option for option in passed if option.required and option.name not in taken)
    return Role(epochs, seed, output, required)


def command_words(base: Sequence[str], script: Script, role: Role, searched: Sequence[Option]) -> str:
    """The command of a config: its words, quoted where they must be."""
    words = [*map(_word, base), *map(_word, script.words)]
    if script.style == "hydra":
        words.append("hydra.run.dir={trial_dir}")
    names = {option.name for option in searched}
    for option, text in ((role.epochs, "{epochs}"), (role.seed, "{seed}"), (role.output, "{trial_dir}")):
        if option is not None:
            words.append(option.flag.replace("{}", text))
    words += [option.flag.replace("{}", "EDIT_ME") for option in role.required if option.name not in names]
    if any(option.flag for option in searched):
        words.append(args_style(searched))
    return " ".join(words)


def args_style(searched: Sequence[Option]) -> str:
    """The placeholder that passes most of the searched options as they are passed."""
    counts = {
        style: sum(option.flag == flag.format(name=option.name) for option in searched)
        for flag, style in _STYLES.items()
    }
    return max(counts, key=counts.__getitem__)


def own_flag(option: Option, style: str) -> str:
    """The flag that an option needs for itself; "" if it is passed as all are."""
    shared = next(flag for flag, placeholder in _STYLES.items() if placeholder == style)
    if option.kind == "bool" and "{}" not in option.flag and "/" not in option.flag:
        on, _ = option.spelling
        return option.flag if on else f"/{option.flag}"  # present or absent
    return "" if option.flag == shared.format(name=option.name) else option.flag


def _word(text: str) -> str:
    return shlex.quote(text.replace("{", "{{").replace("}", "}}"))
