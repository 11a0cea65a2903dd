"""Tests of the dashboard in a real browser: it is live, silent and harmless, and its figures respond."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.browser import Browser, running
from tests.dashboard.conftest import Site, result, trial


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests."""
    with running(tmp_path_factory.mktemp("browser")) as window:
        yield window


@pytest.fixture
def page(browser: Browser, site: Site) -> Browser:
    """The page of the run that is still searching."""
    browser.narrow(1280, 900)
    browser.visit(f"{site.address}/runs/one")
    browser.wait("document.documentElement.dataset.live")
    return browser


def test_the_page_follows_the_search(page: Browser, site: Site) -> None:
    """A result appears in the state, the table and a visible figure, and the console is silent."""
    page.wait("document.querySelector('#history path[data-trials]')")
    site.runs["one"].record([trial(62)], [result(60)])
    page.wait("document.querySelector('#trials').textContent.includes('61 results')")
    assert "61 of 200" in page.run("return document.querySelector('#state').textContent")
    assert page.console() == []
    assert page.run("return window.harmed === undefined && document.scripts.length") == 2


def test_a_filter_keeps_the_figures_and_is_in_the_address(page: Browser) -> None:
    """The table changes; the rest of the page stays."""
    page.run("window.mark = 1")
    page.type(".where", "optimizer=adam\ue007")
    page.wait("document.querySelector('.filter-form .count').textContent.includes(' of 60 results')")
    assert page.run("return [window.mark, location.search]") == [1, "?where=optimizer%3Dadam"]
    page.run("document.querySelector('th a.here').click()")
    page.click("th:nth-child(3) a")
    page.wait("location.search.includes('sort=value')")


def test_figures_are_brushed_and_lead_to_trials(page: Browser) -> None:
    """Figures are brushed as in the report; a click on a dot opens its trial."""
    page.wait("document.querySelector('#history path[data-trials]')")
    page.run("document.querySelector('#history').scrollIntoView({block: 'center'})")
    page.wait(
        "[...document.querySelectorAll('.slot')].every((each) => !each.dataset.visible || each.dataset.drawn)"
    )
    page.run("document.querySelector('#history').scrollIntoView({block: 'center'})")
    left, top, width, height = page.run(
        """const box = document.querySelector('#history .hit').getBoundingClientRect();
        return [box.left, box.top, box.width, box.height];"""
    )
    page.drag((left + 0.1 * width, top + 2), (left + 0.5 * width, top + height - 2))
    page.wait("/^\\d+ of 60 trials$/.test(document.querySelector('.figures .count').textContent)")
    assert page.run("return document.querySelectorAll('#history .chosen').length") > 0
    page.run("figures[0].pin(3)")
    page.wait("location.pathname === '/runs/one/trials/3' && document.querySelector('#curve .panel')")
    assert page.run("return document.querySelector('#curve .panel').getBoundingClientRect().height") == 240
    assert page.console() == []


@pytest.mark.parametrize("path", ["/", "/runs/one", "/runs/one/trials/9", "/compare?run=one&run=two"])
def test_nothing_is_wider_than_a_phone(browser: Browser, still: Site, path: str) -> None:
    """Pages scroll only down; wide tables scroll separately."""
    browser.narrow(390, 900)
    browser.visit(still.address + path)
    browser.wait("document.documentElement.dataset.live")
    assert browser.run("return document.documentElement.scrollWidth") <= 390
    assert browser.console() == []


def test_a_comparison_shows_its_figures(browser: Browser, site: Site) -> None:
    """The best so far of both runs comes first, and is redrawn when there is a result."""
    browser.narrow(1280, 900)
    browser.visit(f"{site.address}/compare?run=one&run=two")
    browser.wait("document.querySelector('#compare .panel')")
    browser.run("window.before = document.querySelector('#compare .marks').innerHTML")
    height = browser.run("return document.querySelector('#compare .panel').getBoundingClientRect().height")
    assert height == 340
    site.runs["one"].record([trial(62)], [replace(result(60), value=0.01)])
    browser.wait("document.querySelector('#compare .marks').innerHTML !== window.before")
    browser.run("document.querySelector('#history').scrollIntoView()")
    browser.wait("document.querySelector('#history path[data-trials]')")
    assert browser.console() == []
