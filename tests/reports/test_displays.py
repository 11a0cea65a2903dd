"""Tests of the live display and of plain lines."""

import heapq
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from hpsearch.loop import SearchStart
from hpsearch.reports.lines import Lines
from hpsearch.reports.live import LiveDisplay
from hpsearch.reports.progress import Progress
from hpsearch.reports.sparkline import sparkline
from hpsearch.reports.text import duration, number, plain, printable, value_text
from hpsearch.space import Categorical, Number, Space
from hpsearch.trial import Epoch, Metric, Result, Rung, Status, Trial

METRIC = Metric("val_error")
SPACE = Space(
    (
        Number("learning_rate", 1e-3, 1, "log"),
        Number("momentum", 0.9, 0.999, "reverse_log"),
        Number("hidden_units", 16, 256, integer=True),
        Categorical("optimizer", ("adam", "momentum")),
    )
)


def begun(
    total: int, trials: Sequence[Trial] = (), results: Sequence[Result] = (), slots: int = 2
) -> SearchStart:
    """The start of a search."""
    return SearchStart(Path("runs/digits-001"), "caviar", METRIC, SPACE, total, slots, trials, results)


def trial(index: int) -> Trial:
    """A trial."""
    return Trial(index, {"learning_rate": 0.01 * index, "optimizer": "adam"}, index)


def done(index: int, value: float) -> Result:
    """A result with a curve of three epochs."""
    curve = tuple(Epoch(epoch, {"val_error": value * (4 - epoch)}, 0.1) for epoch in (1, 2, 3))
    return Result(index, Status.DONE, value, curve, seconds=0.3)


def test_a_sparkline_goes_from_lowest_to_highest() -> None:
    """Gaps stay gaps, a flat curve is flat, and a long one is shortened to fit and keeps its end."""
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([1.0, None, 2.0, float("nan")]) == "▁ █ "
    assert sparkline([3, 3, 3]) == "▁▁▁"
    assert sparkline([2, 4], bottom=0) == "▅█"
    assert sparkline([-1.7e308, 0, 1.7e308]) == "▁▅█"
    assert sparkline([]) == sparkline([None]) == ""
    long = sparkline(list(range(100)), width=10)
    assert len(long) == 10
    assert long[-1] == "█"


def test_numbers_have_four_significant_digits() -> None:
    """Small and large numbers use scientific notation, without unnecessary zeros."""
    assert [number(x) for x in (0.0123456, 1.0, 123456.0, 3.2e-5, -0.5)] == [
        "0.01235",
        "1",
        "1.235e5",
        "3.2e-5",
        "-0.5",
    ]
    assert [plain(x) for x in (None, True, 3, 0.25, "a\nb")] == ["", "true", "3", "0.25", "a"]


def test_durations_are_read_at_a_glance() -> None:
    """They are in seconds, minutes or hours; an unknown one is a dash."""
    seconds = [None, 0.44, 9.96, 61, 3599.6, 7500]
    assert [duration(s) for s in seconds] == ["–", "0.4 s", "10 s", "1 min 01 s", "1 h 00 min", "2 h 05 min"]


def test_control_characters_are_made_visible() -> None:
    """Escapes, line ends and direction marks are escaped; letters of all languages are kept."""
    assert printable("a\x1b[31m\n\u202e\ud800é漢") == "a\\x1b[31m\\n\\u202e\\ud800é漢"


def test_progress_counts_and_ranks() -> None:
    """It counts finished and failed trials, and lists the five best (ties by number) and running ones."""
    progress = Progress(begun(20, [trial(0)], [done(0, 0.5)]))
    for index in range(1, 8):
        progress.on_trial_start(trial(index))
    assert progress.on_trial_complete(trial(1), done(1, 0.25))
    assert not progress.on_trial_complete(trial(2), done(2, 0.25))
    assert not progress.on_trial_complete(trial(3), Result(3, Status.FAILED, reason="x"))
    for index in (4, 5, 6):
        progress.on_trial_complete(trial(index), done(index, index / 10))
    assert (progress.finished, progress.failed) == (7, 1)
    assert [trial.number for _, trial, _ in progress.leaders] == [1, 2, 4, 0, 5]
    assert list(progress.running) == [7]


def test_a_line_per_result() -> None:
    """Each line has the time, the progress, the trial and its result; the best is marked."""
    file = io.StringIO()
    lines = Lines(file)
    lines.on_search_start(begun(3, [trial(0)], [done(0, 0.5)]))
    for index in (1, 2):
        lines.on_trial_start(trial(index))
    lines.on_trial_complete(trial(1), done(1, 0.25))
    lines.on_trial_complete(
        trial(2), Result(2, Status.FAILED, reason="Error: \x1b[1m\nTraceback", seconds=2.0)
    )
    shown = [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in file.getvalue().splitlines()]
    assert shown == [
        "3 trials, 1 finished before (0.3 s each); 2 at a time (caviar)",
        "[2/3] trial 1 done: val_error 0.25, 3 epochs, 0.3 s  best so far",
        "[3/3] trial 2 failed: Error: \\x1b[1m, 2.0 s",
    ]


def test_lines_without_a_file_write_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """All callbacks still work, and nothing is written to any other place."""
    lines = Lines(None)
    lines.on_search_start(begun(3))
    lines.on_trial_start(trial(0))
    lines.on_trial_complete(trial(0), done(0, 0.5))
    lines.on_message("x")
    assert capfd.readouterr() == ("", "")


@dataclass
class Clock:
    """A monotonic clock that the test sets."""

    time: float = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.time


def played(now: Clock, seconds: Callable[[int], float], total: int, slots: int) -> list[tuple[float, float]]:
    """A search whose trials take some seconds: the real and the displayed time left at every result."""
    progress, queue, number, said = Progress(begun(total, slots=slots)), [], 0, []
    while number < total or queue:
        while number < total and len(queue) < slots:
            progress.on_trial_start(trial(number))
            heapq.heappush(queue, (now() + seconds(number), number))
            number += 1
        now.time, finished = heapq.heappop(queue)
        progress.on_trial_complete(trial(finished), done(finished, 0.5))
        said.append((now.time, progress.remaining))
    end = now.time
    return [(end - at, remaining) for at, remaining in said]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock used by the progress display."""
    clock = Clock()
    monkeypatch.setattr("hpsearch.reports.progress.time.monotonic", clock)
    return clock


SEARCHES = {
    "alike": lambda number: 10 + number % 3,
    "stopped early": lambda number: 30 if number % 4 == 0 or number < 8 else 4,
    "of different sizes": lambda number: [3, 8, 20, 5, 12][number % 5],
}


@pytest.mark.parametrize(
    ("kind", "slots"),
    [("alike", 1), ("alike", 8), ("stopped early", 4), ("of different sizes", 1), ("of different sizes", 4)],
)
def test_the_time_left_is_right_within_a_quarter(now: Clock, kind: str, slots: int) -> None:
    """This is so at 25%, 50% and 75% of the trials; after the first result, none is shown."""
    said = played(now, SEARCHES[kind], total=64, slots=slots)
    assert said[0][1] is None
    for share in (4, 2, 4 / 3):
        left, remaining = said[int(64 / share)]
        assert remaining == pytest.approx(left, rel=0.25)


def test_the_time_left_counts_results_of_this_process_only(now: Clock) -> None:
    """After a resume, earlier results took no time: four in twenty seconds leave 20 s for four more."""
    before = range(12)
    progress = Progress(begun(20, [trial(i) for i in before], [done(i, 0.5) for i in before], slots=1))
    assert progress.remaining is None
    for index in (12, 13, 14, 15):
        progress.on_trial_start(trial(index))
        now.time += 5
        progress.on_trial_complete(trial(index), done(index, 0.5))
    assert progress.remaining == pytest.approx(20)


def test_after_an_interrupt_only_what_runs_is_awaited(now: Clock) -> None:
    """Trials that will not start take no time; one that has run for 2 of 5 seconds has 3 left."""
    ending: list[bool] = []
    progress = Progress(replace(begun(20, slots=1), draining=lambda: bool(ending)))
    for index in range(5):
        progress.on_trial_start(trial(index))
        now.time += 5 if index < 4 else 2
        if index < 4:
            progress.on_trial_complete(trial(index), done(index, 0.5))
    assert progress.remaining == pytest.approx(78)
    ending.append(True)
    assert progress.remaining == pytest.approx(3)


def test_curves_that_workers_write_are_read_twice_a_second(now: Clock) -> None:
    """They are not read for every frame, and never become shorter."""
    looks = []
    curve = (Epoch(1, {"val_error": 0.5}, 0.1),)
    progress = Progress(begun(3), lambda number: looks.append(number) or curve)
    progress.on_trial_start(trial(0))
    progress.read_curves()
    progress.read_curves()
    assert looks == [0]
    assert progress.running[0].curve == curve


def shown(display: LiveDisplay, width: int, height: int) -> str:
    """What the display currently shows, without styles."""
    return "".join(f"{line.plain.rstrip()}\n" for line in display.lines(width, height))


def busy(now: Clock) -> LiveDisplay:
    """The display of a search with results, a failure, and running trials."""
    display = LiveDisplay(Console(file=io.StringIO(), force_terminal=True), "digits")
    display.on_search_start(replace(begun(40, slots=3), stops_early=True))
    rates = [0.5, 0.02, 0.9, 0.004, 0.1, 0.03, 0.02, 0.05, 0.04, 0.03, 0.025, 0.03]
    for index, rate in enumerate(rates):
        values = {
            "learning_rate": rate,
            "momentum": round(0.9 + index / 200, 3),
            "hidden_units": 16 * (1 + index),
        }
        display.on_trial_start(replace(trial(index), values={**values, "optimizer": "adam"}))
        now.time += 2
        result = Result(index, Status.FAILED, reason="ValueError: no") if index == 2 else done(index, rate)
        display.on_trial_complete(replace(trial(index), values={**values, "optimizer": "adam"}), result)
    for index in (12, 13, 14):
        rungs = (Rung(1, 0.5), Rung(4, 0.125))
        display.on_trial_start(replace(trial(index), rungs=rungs))
    now.time += 1
    display.on_epoch(replace(trial(12), rungs=rungs), Epoch(1, {"val_error": 0.5}, 0.1))
    display.on_epoch(replace(trial(12), rungs=rungs), Epoch(2, {"val_error": 0.25}, 0.2))
    return display


@pytest.mark.parametrize(("width", "height"), [(120, 35), (100, 30), (80, 24), (60, 18), (40, 12)])
def test_the_live_display_fits_the_terminal(
    now: Clock, golden: Callable[..., None], monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    """Header, zoom, best and running trials fill the available room; it is never taller than the terminal."""
    monkeypatch.setattr("hpsearch.reports.live_tables.time.monotonic", now)
    with busy(now) as display:
        text = shown(display, width, height)
    assert max(map(len, text.splitlines())) <= width
    assert len(text.splitlines()) < height
    golden(f"live-{width}x{height}.screen", text)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_long_name_leaves_room_for_the_value(now: Clock, width: int) -> None:
    """The name is cut in the middle, so that both its ends remain visible."""
    name = "the_weight_decay_of_the_encoder"
    space = Space((Number("x", 0, 1), Number(f"{name}_of_the_model", 0, 1)))
    with LiveDisplay(Console(file=io.StringIO(), force_terminal=True), "long") as display:
        display.on_search_start(replace(begun(20), space=space))
        for index in range(8):
            asked = Trial(index, {"x": 0.5, f"{name}_of_the_model": 0.12345678}, index)
            display.on_trial_start(asked)
            display.on_trial_complete(asked, done(index, 0.5))
        text = shown(display, width, 30)
    (line,) = (line for line in text.splitlines() if "·" in line and line.startswith("the_"))
    assert line.endswith("  0.12345678")
    assert "_model" in line


def test_a_failure_is_said_once_for_each_reason() -> None:
    """The first trial that fails for a reason is reported on a line above the display."""
    file = io.StringIO()
    with LiveDisplay(Console(file=file, force_terminal=True, width=80), "digits") as display:
        display.on_search_start(begun(10))
        for index in range(3):
            display.on_trial_start(trial(index))
            display.on_trial_complete(trial(index), Result(index, Status.FAILED, reason="ValueError: no"))
    assert file.getvalue().count("failed: ValueError: no") == 1


@pytest.mark.parametrize("text", ["1", "1e-3", "true", "null", "None", "no", "a, b", "[1]", " a", "", "~"])
def test_text_that_looks_like_something_else_is_in_quotes(text: str) -> None:
    """This may be a number, a truth value, null, a list or several values; other text is unchanged."""
    assert value_text(text) == f'"{text}"'
    assert value_text("relu-6/a b") == "relu-6/a b"


def test_columns_of_the_live_display_are_aligned_below_wide_characters(now: Clock) -> None:
    """A value such as 日本語 takes six cells, and the next column begins in the same cell in each line."""
    space = Space((Categorical("kind", ("日本語", "a")), Number("rate", 0, 1)))
    trials = [
        Trial(index, {"kind": kind, "rate": 0.25}, index)
        for index, kind in enumerate(("日本語", "a", "日本語"))
    ]
    search = replace(begun(9, trials, [done(index, 0.1) for index in range(3)]), space=space)
    display = LiveDisplay(Console(file=io.StringIO(), force_terminal=True), "wide")
    with display:
        display.on_search_start(search)
        lines = [line.plain for line in display.lines(100, 40)]
    starts = {cell_len(line[: line.index("0.25")]) for line in lines if "0.25" in line}
    assert len(starts) == 1
    assert starts == {cell_len(line[: line.index("rate")]) for line in lines if line.startswith("trial")}
