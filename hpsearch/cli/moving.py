"""Commands that move searches here from other tools, and runs there: ``import``, ``export``."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hpsearch.cli.options import Color, common, run_directory, say, timings
from hpsearch.cli.runs import trial_number

if TYPE_CHECKING:
    from hpsearch.exchange.draft import Draft
    from hpsearch.store import Run

FILES = ("csv", "json", "jsonl", "config")
TOOLS = ("optuna", "tensorboard", "mlflow")


@click.command("import")
@click.argument("sweep", metavar="[SWEEP]", type=click.Path(path_type=Path), required=False)
@click.option("--optuna", "study", nargs=2, metavar="URL STUDY", help="Import a study of Optuna instead.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="CONFIG", help="Where to; stdout if not given."
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def import_(sweep: Path | None, study: tuple[str, str] | None, output: Path | None) -> None:
    """Make a config of a search of another tool.

    SWEEP is a sweep file of Weights & Biases; URL is a storage of Optuna, such as sqlite:///study.db, or a
    journal file. Whatever became something else here, or could not be carried over, is named on stderr with
    its line and why, and in comments of the config, which also say what is left to be done by hand. A file
    that is there is never overwritten.

    \b
    Examples:
      hpsearch import sweep.yaml -o config.yaml
      hpsearch import --optuna sqlite:///study.db digits -o config.yaml
    """
    from hpsearch.errors import UsageError
    from hpsearch.reports.text import printable

    if (sweep is None) == (study is None):
        raise UsageError("import takes a sweep file, or --optuna URL STUDY: one of the two")
    if study is not None:
        from hpsearch.exchange.optuna.study import from_study

        draft = from_study(*study)
    else:
        from hpsearch.exchange.wandb.importer import from_sweep

        assert sweep is not None  # noqa: S101 -- for the type checker; one of the two is given
        draft = from_sweep(sweep)
    _write_config(draft, output)
    for line in (*(f"note: {note}" for note in draft.notes), "", *draft.todo.split("\n"), ""):
        say(printable(line))
    if output is not None:
        say(f"{output} written. Next: hpsearch check {output}, hpsearch run {output}")


def _write_config(draft: Draft, output: Path | None) -> None:
    """Write the config where it was asked for, and say what is missing beside it."""
    from hpsearch.config import Config
    from hpsearch.errors import ConfigError
    from hpsearch.files import usage_errors, write_new
    from hpsearch.reports.text import printable

    text = draft.as_yaml()
    if output is None:
        click.echo(text, nl=False)
    else:
        with usage_errors(output):
            write_new(output, text)
    path = output or Path("config.yaml")
    try:
        Config.parse(text, path)
    except ConfigError as error:
        say(f"note: the config still needs a change by hand:\n{error}\n")
    if draft.program and not (path.parent / draft.program).exists():
        program = printable(draft.program)
        say(f"note: there is no {program} in {path.parent.absolute()}, where the command runs")


@click.command()
@run_directory
@click.option("--to", "target", type=click.Choice([*FILES, *TOOLS]), required=True, help="What to write.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where to: a file, of tensorboard a directory; stdout if not given.",
)
@click.option("--tracking-uri", metavar="URI", help="Where to, of mlflow: a server or file:DIRECTORY.")
@click.option("--name", metavar="NAME", help="The study or experiment; as RUN if not given.")
@timings
@common
def export(
    directory: Path,
    target: str,
    output: Path | None,
    tracking_uri: str | None,
    name: str | None,
    timings: bool,
    color: Color,
) -> None:
    """Write all trials of RUN for other programs.

    \b
    csv          a row per epoch of every trial: trial, status, epoch, metrics, values
    json         everything, in one document
    jsonl        a trial per line
    config       the best trial as a config
    optuna       a study in a new journal file, for optuna-dashboard
    tensorboard  event files in a new directory: curves, and the HParams tab
    mlflow       an experiment with a run for each trial

    The last three need a package each: `pip install 'hpsearch[optuna,tensorboard,mlflow]'`.

    \b
    Examples:
      hpsearch export runs/digits-001 --to csv > epochs.csv
      hpsearch export runs/digits-001 --to optuna -o study.journal
      hpsearch export runs/digits-001 --to mlflow --tracking-uri http://localhost:5000
    """
    from hpsearch.errors import UsageError
    from hpsearch.files import usage_errors, write_whole
    from hpsearch.store import Run

    wrong = _wrong_options(target, output, tracking_uri, name)
    if wrong:
        raise UsageError(wrong)
    with Run.read(directory) as run:
        if target in TOOLS:
            _export_to_tool(run, target, output, tracking_uri, name)
            return
        text = _as_text(run, target, timings=timings)
    if output is None:
        click.echo(text, nl=False)
        return
    with usage_errors(output):
        write_whole(output, text)


def _wrong_options(target: str, output: Path | None, uri: str | None, name: str | None) -> str:
    """What is wrong with the options of ``export`` together; "" if nothing is."""
    if target in ("optuna", "tensorboard") and output is None:
        return f"--to {target} writes no text: give the {'file' if target == 'optuna' else 'directory'} by -o"
    if target == "mlflow" and (uri is None or output is not None):
        return "--to mlflow writes to a tracking server or store: give --tracking-uri, not -o"
    if target != "mlflow" and uri is not None:
        return "--tracking-uri goes with --to mlflow only"
    return (
        "--name goes with --to optuna and --to mlflow only"
        if name and target not in ("optuna", "mlflow")
        else ""
    )


def _as_text(run: Run, target: Any, *, timings: bool) -> str:
    """The trials of a run in a format of ours."""
    from hpsearch.config import Config, trial_config
    from hpsearch.reports.formats import format_report
    from hpsearch.reports.runs import epochs_table, trials_table

    config = run.meta("config")
    if target == "config":
        best = run.trial(trial_number(run, "best"))
        return trial_config(Config.from_resolved(config), best)
    view = epochs_table if target == "csv" else trials_table
    return format_report(view(config, run.trials(), run.results(), timings=timings), target)


def _export_to_tool(run: Run, target: str, output: Path | None, uri: str | None, name: str | None) -> None:
    """Write the trials of a run in the format of another tool."""
    from hpsearch.exchange.run_export import RunExport
    from hpsearch.reports.text import printable

    export = RunExport.of(run, name)
    notes: list[str] = []
    if target == "mlflow" and uri is not None:
        from hpsearch.exchange.mlflow import write_experiment

        notes = write_experiment(export, uri)
        done = f"experiment {export.name} written to {uri}"
    elif target == "optuna" and output is not None:
        from hpsearch.exchange.optuna.journal import write_journal

        notes = write_journal(export, output)
        done = f"{output} written, study {export.name}. Next: optuna-dashboard {output}"
    elif output is not None:
        from hpsearch.exchange.tensorboard import write_events

        write_events(export, output)
        done = f"{output} written. Next: tensorboard --logdir {output}"
    for note in notes:
        say(printable(f"note: {note}"))
    say(f"{len(export.records)} trials; {done}")
