"""The experiments of the tutorial: ``demo``."""

from pathlib import Path

import click

from hpsearch.cli.options import Color, common, console
from hpsearch.reports.figure_kinds import FIGURE_SUFFIXES

_NAMES = ("grid-vs-random", "scales", "batchnorm", "covariate-shift", "regions", "stale")


@click.command()
@click.argument("name", metavar="NAME", type=click.Choice(_NAMES))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the picture to an .html or .svg or .png or .pdf file.",
)
@common
def demo(name: str, output: Path | None, color: Color) -> None:
    """Run an experiment of the tutorial.

    Each takes less than a minute, draws a picture, and says what it measured, with 90 % intervals over
    paired seeds. The figures are the same on every computer of one architecture. NAME is one of:

    \b
      grid-vs-random   a grid and random points, equally many trials: which finds the better network?
      scales           how many draws of a learning rate or β a linear scale wastes
      batchnorm        the learning rates that train, with and without batch normalisation
      covariate-shift  how far each layer's inputs drift while the layers below it learn
      regions          which classes softmax regression can separate, and which a network can
      stale            after the data have changed: keep the old values, or search again?

    \b
    Examples:
      hpsearch demo scales
      hpsearch demo batchnorm -o batchnorm.svg
    """
    from hpsearch.demos import demonstrate
    from hpsearch.errors import UsageError

    if output is not None and output.suffix not in FIGURE_SUFFIXES:  # before spending a minute on it
        raise UsageError(
            f"A figure is written as {', '.join(FIGURE_SUFFIXES)}; found {output.suffix or output}"
        )
    found = demonstrate(name)
    if output is None:
        from hpsearch.reports.figures.braille import print_figure

        print_figure(found.figure, console(color))
        click.echo()
    else:
        found.figure.save(output)
    for finding in found.findings:
        click.echo(finding)
