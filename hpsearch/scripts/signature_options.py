"""Options of programs whose command line is made from a signature or a dataclass.

These are HF's ``HfArgumentParser``, tyro, simple-parsing, pyrallis and draccus, jsonargparse, LightningCLI.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hpsearch.scripts.annotations import annotated
from hpsearch.scripts.script import UNKNOWN, Option, Script, kind_of, unique
from hpsearch.scripts.source_tree import Source, keyword

Signature = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_TRAINING_ARGUMENTS: dict[str, Any] = {
    "learning_rate": 5e-5,
    "per_device_train_batch_size": 8,
    "num_train_epochs": 3.0,
    "weight_decay": 0.0,
    "warmup_ratio": 0.0,
    "max_grad_norm": 1.0,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-8,
    "gradient_accumulation_steps": 1,
    "label_smoothing_factor": 0.0,
    "lr_scheduler_type": "linear",
    "seed": 42,
}
"""Parameters of transformers.TrainingArguments, with their defaults (version 4)."""

_NO_CURVE = (
    "The Trainer evaluates once, unless told otherwise. For a learning curve and early stopping, add"
    " --eval_strategy epoch to the command."
)

_TRAINER: dict[str, Any] = {"max_epochs": 1000, "gradient_clip_val": None, "accumulate_grad_batches": 1}
"""Parameters of lightning.Trainer, with their defaults (version 2)."""


@dataclass(frozen=True)
class _Style:
    """How a library turns parameters into options.

    Attributes:
        name: The library.
        flag: How a value is passed; ``{name}`` is the parameter's name, ``{dashed}`` the same with dashes.
        switches: Whether truth values are passed as ``--x/--no-x``.
        spelling: The words for true and false otherwise.
        positional: Whether parameters without a default have no flag.
        section: Whether a variable's name comes before those of its class: ``--model.lr``.
    """

    name: str
    flag: str
    switches: bool = False
    spelling: tuple[str, str] = ("true", "false")
    positional: bool = False


_HF = _Style("HfArgumentParser", "--{name} {{}}", spelling=("True", "False"))
_TYRO = _Style("tyro", "--{dashed} {{}}", switches=True)
_SIMPLE = _Style("simple-parsing", "--{last} {{}}", spelling=("True", "False"))
_PYRALLIS = _Style("pyrallis", "--{name} {{}}")
_JSONARGPARSE = _Style("jsonargparse", "--{name}={{}}", positional=True)
_LIGHTNING = _Style("LightningCLI", "--{name}={{}}")


def read_signature(source: Source) -> Script | None:
    """The options of the first call of such a library; None if there is none."""
    for call in source.calls():
        name = source.called(call.func)
        last = name.rpartition(".")[2]
        if last == "HfArgumentParser":
            return _from_classes(source, _HF, call.args[0] if call.args else keyword(call, "dataclass_types"))
        if name.startswith("tyro.") and last == "cli" and call.args:
            return _from_classes(source, _TYRO, call.args[0])
        if name.startswith("simple_parsing.") and last == "parse":
            return _from_classes(
                source, _SIMPLE, call.args[0] if call.args else keyword(call, "config_class")
            )
        if last == "add_arguments" and call.args and "simple_parsing" in str(source.modules.values()):
            return _from_classes(source, _SIMPLE, call.args[0])
        if name.startswith(("pyrallis.", "draccus.")) and last == "parse":
            return _from_classes(
                source, _PYRALLIS, call.args[0] if call.args else keyword(call, "config_class")
            )
        if name.startswith("jsonargparse.") and last in ("CLI", "auto_cli") and call.args:
            return _from_classes(source, _JSONARGPARSE, call.args[0])
        if last == "LightningCLI":
            return _lightning(source, call)
    return _wrapped(source)


def signature_options(source: Source, node: Signature) -> Iterator[Option]:
    """The parameters of a function; for a class, its fields or the arguments of ``__init__``."""
    if isinstance(node, ast.ClassDef):
        init = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
        if not init:
            yield from _fields(source, node)
            return
        node = init[0]
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + [*node.args.defaults]
    pairs = [
        *zip(arguments, defaults, strict=True),
        *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if argument.arg not in ("self", "cls"):
            yield _option(source, argument.arg, argument.annotation, default, argument.lineno)


def _fields(source: Source, node: ast.ClassDef) -> Iterator[Option]:
    for base in node.bases:
        if (found := source.class_of(source.called(base).rpartition(".")[2])) is not None and found[
            1
        ] != node:
            yield from _fields(*found)
        elif source.called(base).endswith("TrainingArguments"):
            yield from _training_arguments()
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            nested = _class_of(source, item.annotation)
            if nested is not None:
                name = item.target.id
                inner = _fields(*nested)
                yield from (replace(option, name=f"{name}.{option.name}") for option in inner)
            elif "ClassVar" not in ast.dump(item.annotation):
                yield _field(source, item, item.target.id)


def _class_of(source: Source, node: ast.expr | None) -> tuple[Source, ast.ClassDef] | None:
    """The dataclass that an annotation names, if it is one of this project's."""
    if not isinstance(node, ast.Name):
        return None
    found = source.class_of(node.id)
    is_dataclass = found is not None and any("dataclass" in ast.dump(d) for d in found[1].decorator_list)
    return found if is_dataclass else None


def _field(source: Source, item: ast.AnnAssign, name: str) -> Option:
    default, text, choices = item.value, "", None
    if isinstance(default, ast.Call) and source.called(default.func).rpartition(".")[2] in (
        "field",
        "choice",
    ):
        call = default
        default = keyword(call, "default")
        for details in (keyword(call, "metadata"), call):
            text = text or _entry(source, details, "help")
        factory = keyword(call, "default_factory")
        default = factory.body if default is None and isinstance(factory, ast.Lambda) else default
        choices = call.args if source.called(call.func).endswith("choice") else None
    option = _option(source, name, item.annotation, default, item.lineno)
    if choices:
        values = [source.value(choice) for choice in choices]
        option = replace(option, choices=tuple(value for value in values if value is not UNKNOWN))
    return replace(option, help=" ".join(text.split()))


def _entry(source: Source, node: ast.expr | None, name: str) -> str:
    """The text of an entry of a dictionary, or of a keyword."""
    found: ast.expr | None = None
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        found = next(
            (value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name), None
        )
    elif isinstance(node, ast.Call):
        found = keyword(node, name)
    text = source.value(found)
    return text if isinstance(text, str) else ""


def _option(
    source: Source, name: str, annotation: ast.expr | None, default: ast.expr | None, line: int
) -> Option:
    value = source.value(default) if default is not None else UNKNOWN
    kind, choices = annotated(source, annotation)
    if kind == "unknown" or (annotation is None and kind == "text"):
        kind = kind_of(value)
    return Option(name, "", kind, value, choices, line=line, required=default is None)


def _from_classes(source: Source, style: _Style, node: ast.expr | None) -> Script | None:
    """The options of the functions and classes in a call: one, or several in a tuple."""
    nodes = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    options: list[Option] = []
    notes: list[str] = []
    for each in nodes:
        name = each.id if isinstance(each, ast.Name) else ""
        found = source.class_of(name)
        function = source.function(name)
        if function is not None:
            options.extend(signature_options(source, function))
        elif found is not None:
            options.extend(signature_options(*found))
        elif source.modules.get(name, "").endswith("TrainingArguments"):
            options.extend(_training_arguments())
            notes.append(_NO_CURVE)
        else:
            notes.append(f"{ast.unparse(each) if each is not None else 'What it parses'} was not found.")
    styled = tuple(_styled(option, style) for option in unique(options))
    return Script(style.name, styled, notes=tuple(notes))


def _training_arguments() -> Iterator[Option]:
    yield Option("output_dir", "", "text", None)
    yield from _table(_TRAINING_ARGUMENTS, "")


def _table(defaults: dict[str, Any], prefix: str) -> Iterator[Option]:
    for name, value in defaults.items():
        yield Option(f"{prefix}{name}", "", "int" if value is None else kind_of(value), value)


def _styled(option: Option, style: _Style) -> Option:
    """The option with the flag that a library gives it."""
    last = option.name.rpartition(".")[2]
    word = style.flag.format(name=option.name, dashed=option.name.replace("_", "-"), last=last)
    if option.kind == "bool" and style.switches:
        head, _, tail = word.removesuffix(" {}").rpartition(".")
        off = f"{head}.no-{tail}" if head else f"--no-{tail.lstrip('-')}"
        return replace(option, flag=f"{word.removesuffix(' {}')}/{off}")
    if style.positional and option.required:
        return replace(option, flag="{}")
    return replace(option, flag=word, spelling=style.spelling)


def _lightning(source: Source, call: ast.Call) -> Script:
    """The arguments of the model and of the data module, if their classes can be found."""
    options: list[Option] = []
    notes: list[str] = []
    nodes = (
        ("model", call.args[0] if call.args else keyword(call, "model_class")),
        ("data", call.args[1] if len(call.args) > 1 else keyword(call, "datamodule_class")),
    )
    for section, node in nodes:
        found = source.class_of(node.id) if isinstance(node, ast.Name) else None
        if found is None:
            notes.append(f"The class of --{section} was not found; its arguments are in --{section}.help.")
            continue
        inner = signature_options(*found)
        options.extend(replace(option, name=f"{section}.{option.name}") for option in inner)
    options.extend(_table(_TRAINER, "trainer."))
    styled = tuple(_styled(option, _LIGHTNING) for option in unique(options))
    no_command = source.value(keyword(call, "run")) is False
    return Script(_LIGHTNING.name, styled, notes=tuple(notes), words=() if no_command else ("fit",))


def _wrapped(source: Source) -> Script | None:
    """A function with ``@pyrallis.wrap()``, whose first argument is a dataclass."""
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and node.args.args:
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if source.called(called) in ("pyrallis.wrap", "draccus.wrap"):
                    return _from_classes(source, _PYRALLIS, node.args.args[0].annotation)
    return None
