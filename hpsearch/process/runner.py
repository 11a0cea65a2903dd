"""A program that calls the user's function for one trial, or only checks it.

``python -P runner.py ANSWERS MESSAGES`` reads a job from the file descriptor ANSWERS and writes to MESSAGES
one JSON array per line. If the job is a trial: ``["record", metrics]`` for every epoch, whereupon it waits
for a line on ANSWERS before it continues (the end of the file is the signal to stop); at last ``["final",
figures]`` or ``["error", {"reason": text, "memory": whether it was a MemoryError, "exit": whether it was a
SystemExit}]``. If the job is only to check the function: ``["wrong", text]``, which is empty when nothing is.
What a function returned, not yielded, comes as ``["returned", metrics]``.

It imports nothing but the standard library, for it runs beside the user's code, whatever that needs. If the
environment names a copy of the user's code, modules come from that copy, also in processes that the function
starts by :mod:`multiprocessing`, which import this program.
"""

import difflib
import importlib
import importlib.util
import inspect
import json
import math
import os
import random
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRACEBACK_LINES = 12
LONGEST_REASON_LINE = 500
IMPORTS = ""
"""The module of the user's that is being imported: a search must not start there."""

LONGEST_MESSAGE = 2**17
"""Characters; the process that reads the messages accepts twice as many."""


@dataclass(frozen=True)
class Trial:
    """What a function gets if it has a parameter named ``trial``.

    Attributes:
        number: Counted from 0.
        seed: For whatever is drawn at random; below 2**32.
        directory: For files to keep.
        checkpoint_dir: For checkpoints; a trial that is run again finds them there.
        epochs: How many epochs to train, if the config says.
    """

    number: int
    seed: int
    directory: Path
    checkpoint_dir: Path
    epochs: int | None


class Wrong(Exception):
    """The function cannot be used; the message says why."""


def main() -> None:
    """Check a function, or run a trial."""
    answers, messages = os.fdopen(int(sys.argv[1])), os.fdopen(int(sys.argv[2]), "w")
    for descriptor in (answers.fileno(), messages.fileno()):
        os.set_inheritable(descriptor, False)
    job = json.loads(answers.readline())
    process = os.getpid()

    def send(kind: str, content: object) -> None:
        if os.getpid() != process:  # a fork that the function has made, and left running
            os._exit(0)
        message = json.dumps([kind, content])
        if len(message) > LONGEST_MESSAGE:
            raise ValueError(
                f"metrics must take at most {LONGEST_MESSAGE} characters as JSON; these take {len(message)}"
            )
        print(message, file=messages, flush=True)

    def report(record: object, kind: str = "record") -> bool:
        send(kind, record if not isinstance(record, Mapping) else numbers(record, job["metric"]))
        return bool(answers.readline())

    if "trial" not in job:
        send("wrong", check_signature(job))
        return
    try:
        send("final", run(job, report))
    except BaseException as error:  # sys.exit() too
        kinds = {"memory": isinstance(error, MemoryError), "exit": isinstance(error, SystemExit)}
        send("error", {"reason": describe(error), **kinds})


def run(job: Mapping[str, Any], report: Callable[..., bool]) -> dict[str, Any]:
    """Call the function, and report every epoch until ``report`` returns false; the final figures."""
    function = find(job["function"], job["path"])
    about = job["trial"]
    trial = Trial(**about | {key: Path(about[key]) for key in ("directory", "checkpoint_dir")})
    outcome = call(function, job["values"], trial)
    if not isinstance(outcome, Iterator):
        report(outcome if isinstance(outcome, Mapping) else {job["metric"]: outcome}, "returned")
        return {}
    final: object = None
    while True:
        try:
            record = next(outcome)
        except StopIteration as end:
            final = end.value
            break
        if not report(record if isinstance(record, Mapping) else {job["metric"]: record}):
            outcome.close()  # type: ignore[attr-defined] # a generator, as a rule; any other iterator raises
            break
    return numbers(final) if isinstance(final, Mapping) else {}


def call(function: Callable[..., Any], values: Mapping[str, Any], trial: Trial) -> object:
    """What the function returns for the values of a trial, with the global generators seeded."""
    arguments = dict(values)
    if "trial" in parameters_of(function) and "trial" not in arguments:
        arguments["trial"] = trial
    seed_generators(trial.seed)
    return function(**arguments)


def check_signature(job: Mapping[str, Any]) -> str:
    """What is wrong with a function, as a sentence; "" if nothing is."""
    try:
        function = find(job["function"], job["path"])
    except Wrong as error:
        return str(error)
    except BaseException as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        place = "" if at.filename.startswith("<") else f" ({at.filename}:{at.lineno})"
        return f"importing its module raises {type(error).__name__}: {error}{place}"
    return signature_problem(function, job["parameters"])


def signature_problem(function: Callable[..., Any], parameters: Mapping[str, bool]) -> str:
    """What is wrong with the signature of a function, as a sentence; "" if nothing is.

    Args:
        function: What is called.
        parameters: The names it is called with, and whether every trial has them.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # a function without a signature, as some that are written in C
        return ""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return "it is asynchronous (async def), but must be a plain function"
    anything = any(about.kind is about.VAR_KEYWORD for about in signature.parameters.values())
    surplus = [] if anything else [name for name in parameters if name not in signature.parameters]
    needed = [
        name
        for name, about in signature.parameters.items()
        if about.default is about.empty
        and about.kind not in (about.VAR_POSITIONAL, about.VAR_KEYWORD)
        and not parameters.get(name, name == "trial")
    ]
    only_positional = [
        name for name, about in signature.parameters.items() if about.kind is about.POSITIONAL_ONLY
    ]
    faults = [
        (surplus, "it does not take {}, which the space has"),
        ([name for name in needed if name not in parameters], "it needs {}, which the space does not have"),
        ([name for name in needed if name in parameters], "{} needs a default, as not every trial has it"),
        (only_positional, "it is called by keywords, but {} is positional only"),
    ]
    return "; ".join(text.format(", ".join(names)) for names, text in faults if names)


def find(name: str, path: str) -> Callable[..., Any]:
    """The function ``module:function``, with the module found in the directory ``path`` first.

    Raises:
        Wrong: There is none, or it cannot be called.
    """
    module_name, _, attribute = name.partition(":")
    global IMPORTS
    IMPORTS = module_name
    sys.path.insert(0, path)
    sys.argv = [file_of(module_name, path)]  # ours would reach the user's argparse
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name + ".").startswith(error.name + "."):
            raise Wrong(f"there is no module {module_name} in {path}, and none is installed") from None
        raise
    IMPORTS = ""
    check_that_none_is_hidden(module_name.partition(".")[0], path)
    for part in attribute.split("."):
        if not hasattr(found, part):
            near = difflib.get_close_matches(part, dir(found), 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise Wrong(f"{module_name} ({getattr(found, '__file__', path)}) has no {part}{hint}")
        found = getattr(found, part)
    if not callable(found):
        raise Wrong(f"{name} cannot be called: it is of type {type(found).__name__}")
    return found  # type: ignore[no-any-return] # callable, as was seen


def file_of(module: str, path: str) -> str:
    """The file of a module in the directory ``path``, as a script that is started there has it."""
    stem = Path(path, *module.split("."))
    package = stem / "__init__.py"
    return str(package if package.is_file() else stem.with_name(f"{stem.name}.py"))


def check_that_none_is_hidden(name: str, path: str) -> None:
    """Of modules with the same name, that of the directory ``path`` is meant.

    Raises:
        Wrong: Python has found another one, since it was imported already.
    """
    found = getattr(sys.modules[name], "__file__", None)
    for own in (Path(path, f"{name}.py"), Path(path, name, "__init__.py")):
        if own.is_file() and not (found and Path(found).is_relative_to(path)):
            other = found or "built in"
            raise Wrong(f"{own} is hidden by Python's own module {name} ({other}); give it another name")


def parameters_of(function: Callable[..., Any]) -> Mapping[str, object]:
    """The parameters of a function by name."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return {}


def seed_generators(seed: int) -> None:
    """Seed the global generators of what the user's module has imported."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def numbers(record: Mapping[Any, Any], metric: str | None = None) -> dict[str, Any]:
    """The entries of a record that are numbers, as JSON can write them.

    Raises:
        TypeError: The entry ``metric`` is not a number.
    """
    found: dict[str, Any] = {}
    for key, value in record.items():
        try:
            if isinstance(value, bool | str | bytes) or is_truth(value):
                raise TypeError
            if hasattr(value, "dtype") and hasattr(value, "item"):  # an array or tensor of one element
                value = value.item()
            whole = isinstance(value, int) and abs(value) < 2**53
            found[str(key)] = value if whole else float(value)
        except OverflowError:
            found[str(key)] = math.inf
        except (TypeError, ValueError, RuntimeError):
            if key == metric:
                shown = f"a metric must be a number, not {type(value).__name__}: {value!r:.80}"
                raise TypeError(shown) from None
    return found


def is_truth(value: object) -> bool:
    """Whether a value of NumPy's or PyTorch's is true or false, which float() would take for a number."""
    return str(getattr(value, "dtype", "")).endswith("bool")


def describe(error: BaseException) -> str:
    """An exception as text: its type and message, then the last lines of its traceback, without ours."""
    try:
        head = f"{type(error).__name__}: {error}".splitlines()
        trace = traceback.TracebackException.from_exception(error)
        trace.stack = traceback.StackSummary.from_list([frame for frame in trace.stack if not is_ours(frame)])
        lines = "".join(trace.format()).rstrip().splitlines() if trace.stack or error.__cause__ else []
    except Exception:  # its own __str__ raises
        return f"{type(error).__name__}, whose message cannot be shown"
    shown = [*head[:TRACEBACK_LINES], *lines[-TRACEBACK_LINES:]]
    return "\n".join(line[:LONGEST_REASON_LINE] for line in shown)


def is_ours(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is of this program, or of the import system."""
    return frame.filename == __file__ or "importlib" in frame.filename or "kept_modules" in frame.filename


def import_kept_code() -> None:
    """Import the user's modules from the copy that the environment names, if it names one."""
    place = Path(__file__).with_name("kept_modules.py")
    spec = importlib.util.spec_from_file_location("hpsearch_kept_modules", place)
    kept_modules: Any = importlib.util.module_from_spec(spec)  # type: ignore[arg-type] # the file is there
    spec.loader.exec_module(kept_modules)  # type: ignore[union-attr] # as above
    kept_modules.install_from_environment()


if __name__ in ("__main__", "__mp_main__"):
    import_kept_code()
if __name__ == "__main__":
    main()
