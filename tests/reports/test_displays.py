"""Tests of the live display and of plain lines."""

import io
import re

import pytest
from rich.console import Console

from hpsearch.reports.lines import Lines
from hpsearch.reports.live import LiveDisplay
from hpsearch.reports.progress import Progress
from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.text import duration, number, plain, printable
from hpsearch.trial import Epoch, Metric, Result, Status, Trial

METRIC = Metric("val_error")


def trial(index: int) -> Trial:
    """A trial."""
    return Trial(index, {"learning_rate": 0.01 * index, "optimizer": "adam"}, index)


def done(index: int, value: float) -> Result:
    """A result with a curve of three epochs."""
    curve = tuple(Epoch(epoch, {"val_error": value * (4 - epoch)}, 0.1) for epoch in (1, 2, 3))
    return Result(index, Status.DONE, value, curve, seconds=0.3)


def test_a_sparkline_goes_from_lowest_to_highest() -> None:
    """Gaps stay gaps, a flat curve is flat, a long one is shortened to its width and keeps its end."""
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([1.0, None, 2.0, float("nan")]) == "▁ █ "
    assert sparkline([3, 3, 3]) == "▁▁▁"
    assert sparkline([2, 4], bottom=0) == "▅█"
    assert sparkline([]) == sparkline([None]) == ""
    long = sparkline(list(range(100)), width=10)
    assert len(long) == 10
    assert long[-1] == "█"


def test_numbers_have_four_significant_digits() -> None:
    """Small and large numbers use scientific notation, without needless zeros."""
    assert [number(x) for x in (0.0123456, 1.0, 123456.0, 3.2e-5, -0.5)] == [
        "0.01235",
        "1",
        "1.235e5",
        "3.2e-5",
        "-0.5",
    ]
    assert [plain(x) for x in (None, True, 3, 0.25, "a\nb")] == ["", "true", "3", "0.25", "a"]


def test_durations_are_read_at_a_glance() -> None:
    """Seconds, minutes, hours; a dash if not known."""
    seconds = [None, 0.44, 9.96, 61, 3599.6, 7500]
    assert [duration(s) for s in seconds] == ["–", "0.4 s", "10 s", "1 min 01 s", "1 h 00 min", "2 h 05 min"]


def test_control_characters_are_made_visible() -> None:
    """Escapes, line ends and direction marks are escaped; letters of all languages are kept."""
    assert printable("a\x1b[31m\n\u202e\ud800é漢") == "a\\x1b[31m\\n\\u202e\\ud800é漢"


def test_progress_counts_and_ranks() -> None:
    """Finished, failed, the five best with ties by number, running trials."""
    progress = Progress(METRIC, 20, [trial(0)], [done(0, 0.5)])
    for index in range(1, 8):
        progress.on_trial_start(trial(index))
    assert progress.on_trial_complete(trial(1), done(1, 0.25))
    assert not progress.on_trial_complete(trial(2), done(2, 0.25))
    assert not progress.on_trial_complete(trial(3), Result(3, Status.FAILED, reason="x"))
    for index in (4, 5, 6):
        progress.on_trial_complete(trial(index), done(index, index / 10))
    assert (progress.finished, progress.failed) == (7, 1)
    assert [index for _, index, _, _ in progress.leaders] == [1, 2, 4, 0, 5]
    assert list(progress.running) == [7]
    assert progress.remaining is not None


def test_a_line_per_result() -> None:
    """Each line has the time, the progress, the trial and its result; the best is marked."""
    file = io.StringIO()
    lines = Lines(file)
    lines.on_search_start(METRIC, 3, 2, [trial(0)], [done(0, 0.5)])
    for index in (1, 2):
        lines.on_trial_start(trial(index))
    lines.on_trial_complete(trial(1), done(1, 0.25))
    lines.on_trial_complete(
        trial(2), Result(2, Status.FAILED, reason="Error: \x1b[1m\nTraceback", seconds=2.0)
    )
    shown = [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in file.getvalue().splitlines()]
    assert shown == [
        "3 trials, 1 finished before; 2 at a time",
        "[2/3] trial 1 done: val_error 0.25, 3 epochs, 0.3 s  best so far",
        "[3/3] trial 2 failed: Error: \\x1b[1m, 2.0 s",
    ]


def test_lines_without_a_file_write_nothing() -> None:
    """All callbacks still work."""
    lines = Lines(None)
    lines.on_search_start(METRIC, 3, 2, [], [])
    lines.on_trial_start(trial(0))
    lines.on_trial_complete(trial(0), done(0, 0.5))
    lines.on_message("x")


def screen(display: LiveDisplay, width: int) -> list[str]:
    """What the display shows now, without its styles."""
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    console.print(display.render())
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_the_live_display_shows_progress_leaders_and_running_trials() -> None:
    """At 100 and at 50 columns no line is too wide, and only the column of values is cut."""
    display = LiveDisplay(Console(file=io.StringIO(), force_terminal=True), "digits")
    with display:
        display.on_search_start(METRIC, 10, 2, [], [])
        for index in (1, 2, 3):
            display.on_trial_start(trial(index))
        display.on_trial_complete(trial(1), done(1, 0.25))
        display.on_epoch(trial(2), Epoch(1, {"val_error": 0.5}, 0.1))
        display.on_epoch(trial(2), Epoch(2, {"val_error": 0.125}, 0.2))
        for width in (100, 50):
            lines = screen(display, width)
            text = "\n".join(lines)
            assert max(map(len, lines)) <= width
            assert "digits" in lines[0]
            assert "1/10" in lines[0]
            assert "val_error" in text
            assert "█▅▁" in text
            assert "epoch 2" in text
            assert "trial 3" in text


def test_the_time_left_counts_results_of_this_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a resume, results from before took no time: two in ten seconds leave 30 s for six more."""
    now = [100.0]
    monkeypatch.setattr("hpsearch.reports.progress.time.monotonic", lambda: now[0])
    before = range(12)
    progress = Progress(METRIC, 20, [trial(i) for i in before], [done(i, 0.5) for i in before])
    assert progress.remaining is None
    for index in (12, 13):
        progress.on_trial_start(trial(index))
        now[0] += 5
        progress.on_trial_complete(trial(index), done(index, 0.5))
    assert progress.remaining == 30
