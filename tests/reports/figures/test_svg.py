"""Tests of SVG: sizes, escapes, and the parts that represent trials."""

import re
import xml.etree.ElementTree as ET  # it only reads our own output

import numpy as np
import pytest

from hpsearch.reports.figures.figure import Axis, Cells, Dots, Figure, Label, Lines, Panel
from hpsearch.reports.figures.history import history
from hpsearch.reports.figures.palette import DARK, LIGHT
from hpsearch.reports.figures.svg import figure_svg, panel_html
from hpsearch.reports.figures.zoom import zoom
from tests.conftest import GOLDENS
from tests.reports.figures.make import narrowing, run_data

HOSTILE = "<script>alert('&')</script>\x1b[31m\u202e"
AXIS = Axis("x", [(0.5, "½")])
SVG = "{http://www.w3.org/2000/svg}"


def test_a_figure_is_a_file_of_its_own(golden) -> None:
    """The file of a history of four trials equals the golden file."""
    tried = [{"rate": 0.01, "layers": 1, "optimizer": "sgd"}] * 4
    text = figure_svg(history(run_data(tried, [0.4, 0.2, None, 0.1])))
    golden("history.svg", text.replace("><", ">\n<"), GOLDENS)


def test_texts_stay_texts() -> None:
    """Whatever a name contains, the file is XML with the same elements, and no control character."""
    panel = Panel(Axis(HOSTILE, [(0.5, HOSTILE)]), Axis(HOSTILE), [Label(0, 0, HOSTILE)], HOSTILE)
    text = figure_svg(Figure("zoom", HOSTILE, HOSTILE, [panel], legend=[("best", HOSTILE)]))
    root = ET.fromstring(text)  # noqa: S314 -- our own
    assert not list(root.iter(f"{SVG}script"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>" not in panel_html(panel, HOSTILE)


def test_every_part_has_its_trial() -> None:
    """A path has one number per part; what cannot be drawn is left out of both."""
    lines = [(np.array([0.0, 1.0]), np.array([0.0, 1.0])), (np.array([0.0]), np.array([np.nan]))]
    dots = Dots(np.array([0.1, np.nan, 0.3]), np.array([0.1, 0.2, 0.3]), "main", [7, 8, 9])
    text = panel_html(Panel(AXIS, AXIS, [dots, Lines(lines, "best", [4, 5])]), "")
    found = re.findall(r'data-trials="([^"]*)" d="([^"]*)"', text)
    assert [numbers for numbers, _ in found] == ["7 9", "4"]
    assert [d.count("M") for _, d in found] == [2, 1]


def test_fifty_thousand_dots_are_small() -> None:
    """They take less than a megabyte, including numbers, and one element."""
    rng = np.random.default_rng(0)
    dots = Dots(rng.random(50_000), rng.random(50_000), "main", range(50_000))
    text = panel_html(Panel(AXIS, AXIS, [dots]), "")
    assert len(text) < 1_200_000
    assert text.count("data-trials") == 1


def test_equal_runs_have_equal_bytes() -> None:
    """No identifier is random."""
    assert figure_svg(zoom(narrowing(40))) == figure_svg(zoom(narrowing(40)))


def test_cells_are_rectangles() -> None:
    """Left, bottom, right and top of the axes become corners."""
    text = panel_html(Panel(AXIS, AXIS, [Cells(np.array([[0.0, 0.0, 0.5, 1.0]]), "band")]), "")
    assert "M0 4000H2000V0H0Z" in text


@pytest.mark.parametrize(("palette", "paper"), [(LIGHT, "#ffffff"), (DARK, "#14171c")])
def test_colours_stand_out_from_the_paper(palette: dict[str, str], paper: str) -> None:
    """Texts have a contrast of 4.5 (WCAG 2.2, 1.4.3), and lines and dots one of 3 (1.4.11)."""
    for role in ("ink", "muted"):
        assert contrast(palette[role], paper) >= 4.5, role
    for role in ("main", "best", *(f"series{index}" for index in range(6))):
        assert contrast(palette[role], paper) >= 3, role


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_scale_is_in_order_of_lightness(palette: dict[str, str]) -> None:
    """It survives printing in grey: on paper the best is darkest, on a dark screen lightest."""
    levels = [luminance(palette[f"scale{index}"]) for index in range(8)]
    assert levels == sorted(levels, reverse=palette is LIGHT)


def test_both_palettes_have_every_role() -> None:
    """No role lacks a colour in either theme."""
    assert set(LIGHT) == set(DARK)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
