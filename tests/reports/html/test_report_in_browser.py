"""Tests of the report in a real browser: it is small, silent and harmless, and its figures interactive."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import hpsearch
from hpsearch.inspection.plotting import plot, report
from hpsearch.reports.figures.saving import figure_bytes
from tests.browser import Browser, running

MOST_BYTES = 10_000_000
MOST_ELEMENTS = 3000  # what keeps it fast: a page of the table is built, not all 5,000 rows
KINDS = ["history", "zoom", "curves", "importance", "slices", "marginal", "maps", "parallel", "grid"]
COUNT = "document.querySelector('.count').textContent"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests."""
    with running(tmp_path_factory.mktemp("browser")) as window:
        yield window


@pytest.fixture(scope="module")
def pages(large: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of 5,000 trials."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    with hpsearch.load(large) as run:
        path.write_text(report([run]), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser, pages: Path) -> Browser:
    """The report, opened, with an empty console."""
    browser.narrow(1280, 900)
    browser.console()
    browser.open(pages)
    browser.wait("document.documentElement.dataset.ready")
    return browser


def middle(page: Browser, kind: str, x: float, y: float) -> tuple[float, float]:
    """The point in the window at this share of the width and height of a figure's first panel."""
    box = page.run(
        """document.querySelector(`#${arguments[0]}`).scrollIntoView({block: 'center'});
        const box = document.querySelector(`#${arguments[0]} .hit`).getBoundingClientRect();
        return [box.left, box.top, box.width, box.height];""",
        kind,
    )
    return box[0] + x * box[2], box[1] + y * box[3]


def test_the_report_of_5000_trials_is_small(page: Browser, pages: Path) -> None:
    """It is at most 10 MB, and the browser has few elements however many trials there are."""
    assert pages.stat().st_size <= MOST_BYTES
    assert page.run("return document.querySelectorAll('*').length") <= MOST_ELEMENTS
    assert page.run(f"return {COUNT}") == "5000 of 5000 trials"


def test_all_figures_are_drawn(page: Browser) -> None:
    """Each figure has panels with visible marks."""
    assert page.run("return [...document.querySelectorAll('figure')].map((each) => each.id)") == KINDS
    sizes = page.run(
        """return [...document.querySelectorAll('figure')].map((each) =>
             Math.min(...[...each.querySelectorAll('.panel')].map((panel) => {
               const paths = [...panel.querySelectorAll('.marks path')];
               const boxes = paths.map((path) => path.getBoundingClientRect());
               return Math.max(...boxes.map((box) => Math.max(box.width, box.height)));
             })));"""
    )
    assert min(sizes) > 40


def test_nothing_hostile_runs_and_the_console_is_silent(page: Browser) -> None:
    """Scripts, handlers, links and control characters in values and reasons stay text."""
    page.run("document.querySelectorAll('.more').forEach((each) => each.click())")
    assert page.run("return window.harmed === undefined")
    assert page.run("return document.scripts.length") == 2
    assert (
        page.run("return document.querySelectorAll('img, iframe, object, [onerror], [onmouseover]').length")
        == 0
    )
    links = page.run("return [...document.querySelectorAll('a')].map((each) => each.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    text = page.run("return document.querySelector('.run').textContent")
    assert "\x1b" not in text
    assert "<script>window.harmed = 1</script>" in text
    assert page.console() == []


def test_the_policy_stops_a_script_that_got_in(page: Browser) -> None:
    """If a text were not escaped, the page's Content-Security-Policy would still block and report it."""
    page.run(
        """const script = document.createElement('script');
        script.textContent = 'window.harmed = 9';
        document.body.append(script);
        const image = document.createElement('img');
        image.src = 'https://example.com/x.png';
        document.body.append(image);"""
    )
    page.wait("true")
    assert page.run("return window.harmed === undefined")
    said = " ".join(page.console())
    assert "Content Security Policy" in said
    assert "script" in said


def test_conditions_filter_the_table_and_the_figures(page: Browser) -> None:
    """The count and the highlighted trials agree; a wrong condition is marked and has no effect."""
    page.type(".filter", "optimizer=adam, learning_rate<1e-2, status=done")
    page.wait(f"!{COUNT}.startsWith('5000')")
    found = page.run(
        """const data = JSON.parse(document.querySelector("script[type='application/json']").textContent);
        const at = (row, name) => row[data.columns.indexOf(name)];
        const rows = data.rows.filter((row) => at(row, 'optimizer') === 'adam' && at(row, 'status') === 'done'
          && at(row, 'learning_rate') < 0.01);
        const drawn = [...document.querySelectorAll('#history .chosen')]
          .map((path) => path.getAttribute('d').split('M').length - 1);
        return [rows.length, drawn.reduce((sum, each) => sum + each, 0)];"""
    )
    count = int(page.run(f"return {COUNT}").split()[0])
    assert 0 < count == found[0] == found[1] < 5000
    page.run(
        """const input = document.querySelector('.filter');
        input.value += ', nonsense<1';
        input.dispatchEvent(new Event('input'));"""
    )
    assert page.run("return document.querySelector('.filter').classList.contains('wrong')")
    assert page.run(f"return {COUNT}").startswith(f"{count} ")


def test_a_word_searches_all_cells(page: Browser) -> None:
    """Failed trials are found by their status."""
    page.type(".filter", "FAILED")
    page.wait(f"{COUNT} === '100 of 5000 trials'")


CONDITIONS = [
    *("schedule=null", "schedule!=null", "schedule=unused", "schedule!=unused", "schedule=cosine"),
    *("words=null", "words='null'", 'words="null"', "words!='null'", "words=unused", 'words!="unused"'),
    *("words='a, b'", 'words=="a, b", schedule=null', "beta2=null", "beta2=unused", "beta2!=unused"),
    *("beta2<1", "beta2='0.95'", "val_error=null", "val_error!=unused", "val_error=0.05", "'said null'"),
]


def test_the_filter_finds_what_the_leaderboard_does(browser: Browser, nulls: Path, tmp_path: Path) -> None:
    """This includes null, the text "null", parameters that are not used, and missing values."""
    with hpsearch.load(nulls) as run:
        (tmp_path / "nulls.html").write_text(report([run]), encoding="utf-8")
        expected = {where: f"{len(run.results(where))} of 24 trials" for where in CONDITIONS}
    browser.open(tmp_path / "nulls.html")
    browser.wait("document.documentElement.dataset.ready")
    found = browser.run(
        f"""const input = document.querySelector('.filter');
        return arguments[0].map((where) => {{
          input.value = where;
          input.dispatchEvent(new Event('input'));
          return input.classList.contains('wrong') ? input.title : {COUNT};
        }});""",
        CONDITIONS,
    )
    assert dict(zip(CONDITIONS, found, strict=True)) == expected
    assert len(set(expected.values())) > 6


def test_a_column_sorts_both_ways_with_missing_values_last(page: Browser) -> None:
    """The column beta2, which a third of the trials do not use, sorts ascending, then descending."""
    column = page.run(
        """const heads = [...document.querySelectorAll('thead button')];
        const at = heads.findIndex((each) => each.textContent === 'beta2');
        heads[at].click();
        return at;"""
    )
    first = "document.querySelector(`tbody tr td:nth-child(${arguments[0] + 1})`).textContent"
    low = float(page.run(f"return {first}", column))
    page.run("document.querySelectorAll('thead button')[arguments[0]].click()", column)
    high = float(page.run(f"return {first}", column))
    assert 0.9 <= low < high <= 0.9999
    sorts = page.run(
        "return [...document.querySelectorAll('th')].map((each) => each.getAttribute('aria-sort'))"
    )
    assert sorts[column] == "descending"
    assert sorts.count("none") == len(sorts) - 1


def test_brushing_selects_in_all_figures_and_narrows_down(page: Browser) -> None:
    """A brush on one axis of the parallel coordinates, then one on another; Esc removes both."""
    page.drag(middle(page, "parallel", 0.02, 0.02), middle(page, "parallel", 0.08, 0.55))
    page.wait(f"!{COUNT}.startsWith('5000')")
    first = int(page.run(f"return {COUNT}").split()[0])
    assert page.run("return document.querySelectorAll('#zoom .chosen').length") > 0
    page.drag(middle(page, "history", 0.5, 0.02), middle(page, "history", 0.99, 0.98))
    page.wait(f"!{COUNT}.startsWith('{first} ')")
    second = int(page.run(f"return {COUNT}").split()[0])
    assert 0 < second < first < 5000
    page.type(".filter", "\ue00c")
    page.wait(f"{COUNT}.startsWith('5000')")
    assert page.run("return document.querySelectorAll('.brush, .chosen').length") == 0


def test_pointing_at_a_trial_names_it_and_shows_it_everywhere(page: Browser) -> None:
    """A note shows its values as text, and the trial is marked in the other figures."""
    x, y = middle(page, "history", 0.0, 0.0)
    box = page.run(
        """const d = document.querySelector('#history path[data-trials]').getAttribute('d').split('M')[1];
        const box = document.querySelector('#history .hit').getBoundingClientRect();
        const [x, y] = d.replace('h0', '').split(' ').map(Number);
        return [x / 4000 * box.width, y / 4000 * box.height];"""
    )
    page.hover(x + box[0], y + box[1])
    page.wait("!document.querySelector('.tip').hidden")
    note = page.run("return document.querySelector('.tip').textContent")
    assert "learning_rate: " in note
    assert page.run("return document.querySelectorAll('#zoom .pointed, #parallel .pointed').length") >= 2


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(page: Browser, width: int) -> None:
    """On a phone and a desktop, the page only scrolls vertically, and no tick labels of an axis overlap."""
    page.narrow(width, 900)
    assert page.run("return document.documentElement.scrollWidth") <= width
    overlaps = page.run(
        """const overlapping = [];
        for (const area of document.querySelectorAll('.area')) {
          const boxes = [...area.querySelectorAll(':scope > g > text')]
            .map((text) => [text.getBoundingClientRect(), text.textContent]).filter(([box]) => box.width);
          boxes.sort(([a], [b]) => a.left - b.left);
          for (let at = 1; at < boxes.length; at += 1) {
            if (boxes[at][0].left < boxes[at - 1][0].right) overlapping.push(boxes[at][1]);
          }
        }
        return overlapping;"""
    )
    assert overlaps == []


def test_a_single_figure_is_a_page_of_its_own(browser: Browser, small: Path, tmp_path: Path) -> None:
    """It responds to the mouse as in the report, but has no table."""
    with hpsearch.load(small) as run:
        content = figure_bytes(plot(run, "zoom"), ".html")
    (tmp_path / "zoom.html").write_bytes(content)
    browser.console()
    browser.open(tmp_path / "zoom.html")
    browser.wait("document.documentElement.dataset.ready")
    assert browser.run("return document.querySelectorAll('.panel').length") == 6
    assert browser.console() == [], json.dumps(browser.console())
