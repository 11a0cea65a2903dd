"""Tests of user commands as trials."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hpsearch.trial import Result, Rung, Status

Command = Callable[..., Result]


def values(result: Result) -> list[float | None]:
    """The metric, epoch by epoch."""
    return [epoch.metrics["value"] for epoch in result.curve]


def test_json_lines_on_stdout_are_epochs(command: Command) -> None:
    """JSON lines are found among other output."""
    result = command(
        'echo training; echo \'{{"value": {x}, "loss": 2}}\'; echo "{{"; echo \'{{"value": 1}}\''
    )
    assert result.status is Status.DONE
    assert [epoch.metrics for epoch in result.curve] == [{"value": 0.25, "loss": 2.0}, {"value": 1.0}]


def test_json_lines_may_go_to_a_file_of_their_own(command: Command) -> None:
    """Writers may open and close the file as they like."""
    line = 'echo \'{{"value": {x}}}\' >> "$HPSEARCH_METRICS"'
    assert values(command(f"{line}; {line}")) == [0.25, 0.25]


def test_patterns_find_metrics_in_what_is_printed(command: Command) -> None:
    """Patterns also apply to stderr; the line with the search's metric completes an epoch."""
    patterns = {"value": r"val=([0-9.e-]+)", "loss": r"loss=(\S+)"}
    result = command("echo loss=3; echo val=1e-3 >&2; sleep .1; echo loss=nan val=2", patterns=patterns)
    assert [epoch.metrics for epoch in result.curve] == [
        {"value": 0.001, "loss": 3.0},
        {"value": 2.0, "loss": None},
    ]


def test_a_file_may_take_the_place_of_the_pipe(command: Command) -> None:
    """Programs may replace a file by a new one, so that no reader sees half of it."""
    result = command('echo \'{{"value": {x}}}\' > draft; mv draft "$HPSEARCH_METRICS"')
    assert (result.status, result.value) == (Status.DONE, 0.25)


def test_a_progress_bar_is_read_as_a_terminal_shows_it(command: Command) -> None:
    """Text after the last carriage return counts, however long the line; Windows line ends work."""
    bar = "yes '50%|#####' | head -c 1000000 | tr '\\n' '\\r'; printf '\\r'"
    assert values(command(f"{bar}; echo '{{{{\"value\": 3}}}}'")) == [3.0]
    assert values(command('printf \'{{"value": 3}}\\r\\n{{"value": 4}}\\r\\n\'')) == [3.0, 4.0]
    patterns = {"value": r"val=(\S+)"}
    assert values(command(f"{bar}; printf 'val=1\\rval=2\\n'", patterns=patterns)) == [2.0]


def test_null_is_not_a_number(command: Command) -> None:
    """Strict JSON writes NaN as null."""
    assert command("echo '{{\"value\": null}}'").status is Status.DIVERGED


SHOW = (sys.executable, "-c", "import json, sys; print(json.dumps({'value': 1, 'words': sys.argv[1:]}))")


def test_words_are_filled_in(command: Command, directory: Path) -> None:
    """Values are never split, whatever they contain; ``{args}`` is all of them."""
    hostile = "a b; $(rm) 'c' {x}"
    show = (*SHOW[:2], SHOW[2].replace("{", "{{").replace("}", "}}"))
    command(
        *show,
        "{x}",
        "--s={seed}",
        "{{}}",
        "{args}",
        "{epochs}",
        "{json}",
        x={"x": hostile, "on": True},
        epochs=9,
    )
    filled_in = json.loads((directory / "stdout.log").read_text())["words"]
    expected = [hostile, "--s=11", "{}", "--x", hostile, "--on", "true", "9"]
    assert filled_in == [*expected, str(directory / "values.json")]
    assert json.loads((directory / "values.json").read_text()) == {"x": hostile, "on": True}


def test_a_shell_gets_values_quoted(command: Command, directory: Path) -> None:
    """A value cannot become a command."""
    command("printf '%s\\n' {x} {args}; echo $HPSEARCH_TRIAL $HPSEARCH_SEED", x="$(id); 'b'")
    expected = ["$(id); 'b'", "--x", "$(id); 'b'", "7 11"]
    assert (directory / "stdout.log").read_text().splitlines() == expected


NO_METRIC = "it ended without reporting the metric 'value'; metrics found:"


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("true", Status.FAILED, "it ended without reporting the metric 'value'; metrics found: none"),
        (
            "echo last words",
            Status.FAILED,
            "it ended without reporting the metric 'value'; metrics found: none",
        ),
        (
            "echo '{{\"valeu\": 1}}'",
            Status.FAILED,
            "it ended without reporting the metric 'value'; metrics found: valeu",
        ),
        ("echo '{{\"value\": 1}}'; exit 3", Status.FAILED, 'it exited with code 3: {"value": 1}'),
        ("kill -SEGV $$", Status.CRASHED, "its process was ended by SIGSEGV"),
        ("sh -c 'kill -9 $$'; exit 137", Status.CRASHED, "it exited with code 137, as after SIGKILL"),
        (
            'echo \'{{"value": "one"}}\'',
            Status.FAILED,
            "TypeError: a metric must be a number, not str: 'one'",
        ),
        ("echo '{{\"value\": [1]}}'", Status.FAILED, "TypeError: a metric must be a number, not list: [1]"),
    ],
)
def test_whatever_a_command_does_is_a_result(
    command: Command, text: str, status: Status, reason: str
) -> None:
    """The first line of the result's reason says what happened."""
    result = command(text)
    assert (result.status, result.reason.splitlines()[0]) == (status, reason)


def test_the_last_lines_are_in_the_reason(command: Command) -> None:
    """They come from stderr, if it has any; invalid bytes are shown as such."""
    assert command("echo out; echo oops >&2; exit 1").reason == "it exited with code 1: oops\noops"
    assert command("echo last words").reason.endswith("\nlast words")
    assert command("printf '\\377\\n'; exit 1").reason == "it exited with code 1: \\xff\n\\xff"


def test_a_program_that_is_not_there_fails_the_trial(command: Command) -> None:
    """It may have disappeared since the config was checked."""
    assert command("/no/such", "{x}").reason == "/no/such cannot be run: No such file or directory"


def test_early_stopping_ends_the_command(command: Command) -> None:
    """The search does not wait for the command to end by itself."""
    result = command("while :; do echo '{{\"value\": 2}}'; sleep 0.01; done", rungs=(Rung(3, 1.0),))
    assert (result.status, len(result.curve)) == (Status.STOPPED, 3)
