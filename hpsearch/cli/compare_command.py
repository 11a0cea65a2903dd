"""The command that compares runs: ``compare``."""

from pathlib import Path

import click

from hpsearch.cli.options import Color, Form, RunDirectory, common, console, formats, screen


@click.command()
@click.argument("directories", metavar="RUN RUN...", nargs=-1, required=True, type=RunDirectory())
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the figure to an .html or .svg or .png or .pdf file instead.",
)
@formats
@common
def compare(directories: tuple[Path, ...], output: Path | None, form: Form, color: Color) -> None:
    """Compare what two or more runs found.

    Shows which settings differ, the best trials side by side, the best value so far of each run on one axis,
    and whether the difference is more than noise. Runs that differ only in their seed count as repeats of one
    config: their averages are compared, and their spread shows the noise. The interval accounts for the luck
    of which trials were tried, by resampling the trials of each run, and for the standard error of the best
    values, where it is known.

    \b
    Examples:
      hpsearch compare runs/digits-001 runs/digits-002
      hpsearch compare digits-001 digits-002 digits-003 -o compare.svg
    """
    import contextlib

    from hpsearch.inspection.comparing import compared, comparison_figure, verdicts
    from hpsearch.reports.compare import comparison_data, comparison_tables, sentence
    from hpsearch.reports.figures.braille import print_figure
    from hpsearch.reports.plain_screen import write_text
    from hpsearch.reports.render import print_report
    from hpsearch.reports.text import printable
    from hpsearch.store import Run

    with contextlib.ExitStack() as stack:
        runs = compared([stack.enter_context(Run.read(directory)) for directory in directories])
    if output is not None:
        comparison_figure(runs).save(output)
        return
    plain, found = screen(color), verdicts(runs)
    if form != "table":
        print_report(comparison_data(runs, found), form, plain)
        return
    for table in comparison_tables(runs):
        print_report(table, form, plain)
        click.echo()
    if found:
        # A terminal has no dashed lines, so lines would be confused.
        print_figure(comparison_figure(runs, bounds=False), console(color))
        click.echo()
    for verdict in found:
        write_text(printable(sentence(verdict, runs[0].config.metric.name)), plain)
