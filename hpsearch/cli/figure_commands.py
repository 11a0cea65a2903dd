"""Commands that draw runs: ``plot``, ``report``."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpsearch.cli.options import Color, common, console, run_directory, say, viewed_runs
from hpsearch.reports.figure_kinds import FIGURE_KINDS

if TYPE_CHECKING:
    from hpsearch.reports.figures import Figure
    from hpsearch.store import Run

_REGIONS = "regions"  # needs a newly trained model; the others need only results


@click.command()
@run_directory
@click.argument("kind", metavar="KIND", type=click.Choice([*FIGURE_KINDS, _REGIONS]))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write an .html or .svg or .png or .pdf file.",
)
@common
def plot(directory: Path, kind: str, output: Path | None, color: Color) -> None:
    """Draw a figure of a run.

    Without -o the figure is drawn as text in the terminal. KIND is one of:

    \b
      history     each trial, the best so far, and what random search would have reached
      zoom        where each parameter was tried as the search narrowed
      curves      learning curves, and the thresholds of early stopping
      importance  how much each parameter matters, with intervals
      slices      each parameter against the metric
      marginal    the mean metric over each parameter, with its uncertainty
      maps        the metric over pairs of parameters, as the surrogate predicts it
      parallel    parallel coordinates
      grid        the values tried, and those a grid would have tried
      timeline    when each trial ran, and in which slot
      regions     for data with two features: the decision regions of the best network, trained again

    \b
    Examples:
      hpsearch plot runs/digits-001 zoom
      hpsearch plot runs/digits-001 history -o history.svg
    """
    from hpsearch.inspection.plotting import plot as figure_of
    from hpsearch.reports.figures.braille import print_figure
    from hpsearch.store import Run

    with Run.read(directory) as run:
        figure = _regions(run) if kind == _REGIONS else figure_of(run, kind)
    if output is not None:
        figure.save(output)
        return
    print_figure(figure, console(color))


def _regions(run: Run) -> Figure:
    from hpsearch.machine import kernels

    if kernels.supported(variables := run.meta("kernels")):
        kernels.restart_with(variables)
    from hpsearch.deciding import decision_regions  # here because it loads NumPy

    return decision_regions(run)


@click.command()
@viewed_runs
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    default=Path("report.html"),
    show_default=True,
    help="Where to write the page.",
)
@click.option("--timings", is_flag=True, help="Also show times; they differ between equal searches.")
@common
def report(directories: tuple[Path, ...], output: Path, timings: bool, color: Color) -> None:
    """Write a page about one or more runs.

    The page is one file that works offline: a summary in words, all figures, all trials to sort and filter,
    failures with their tracebacks, the config, and the commands that reproduce the result. Equal searches
    have equal pages.

    \b
    Example:
      hpsearch report runs/digits-001 -o report.html
    """
    import contextlib

    from hpsearch.files import usage_errors, write_whole
    from hpsearch.inspection.plotting import report as page_of
    from hpsearch.store import Run

    with contextlib.ExitStack() as stack:
        runs = [stack.enter_context(Run.read(directory)) for directory in directories]
        page = page_of(runs, timings=timings)
    with usage_errors(output):
        write_whole(output, page)
    say(f"Wrote {output}")
