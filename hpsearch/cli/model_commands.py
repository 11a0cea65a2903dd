"""Commands that make and use a final model: ``train``, ``predict``."""

from pathlib import Path

import click

from hpsearch.cli.completions import complete_trial
from hpsearch.cli.options import Color, Form, common, formats, run_directory, say, screen
from hpsearch.commands import pasteable

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@run_directory
@click.argument("trial", metavar="[TRIAL|best]", shell_complete=complete_trial, default="best")
@click.option(
    "-o",
    "--output",
    type=_FILE,
    metavar="FILE",
    default=Path("model.npz"),
    show_default=True,
    help="Where to write the model.",
)
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@formats
@common
def train(directory: Path, trial: str, output: Path, quiet: bool, form: Form, color: Color) -> None:
    """Train a final model with the values of one trial.

    Trains the network on the training and validation rows together, with the trial's hyperparameters and
    seed. With `metric.at: best`, it trains for as many epochs as the trial took to reach its best. Then
    evaluates it on the test rows, which the search has not used, and writes it as plain arrays and JSON, for
    `hpsearch predict` or any program that reads .npz files.

    \b
    Example:
      hpsearch train runs/digits-001 best -o model.npz
    """
    from hpsearch.errors import UsageError
    from hpsearch.files import usage_errors
    from hpsearch.machine import kernels
    from hpsearch.reports.render import print_report
    from hpsearch.reports.trained_model import confusion_table, model_details
    from hpsearch.store import Run

    if not output.parent.is_dir():
        raise UsageError(f"{output} cannot be written: there is no directory {output.parent}")

    def show(epoch: int, epochs: int, loss: float) -> None:
        if not quiet:
            say(f"epoch {epoch} of {epochs}, train_loss {loss:.4g}")

    with Run.read(directory) as run:
        chosen = run.trial(run.trial_number(trial))
        variables = run.meta("kernels")
        if kernels.supported(variables):  # they change the last bits of a matrix product
            kernels.restart_with(variables)
        from hpsearch.api import train as train_model  # here because it loads NumPy

        final = train_model(run, chosen.number, show)
    with usage_errors(output):
        final.model.save(output)
    print_report(model_details(output, chosen, final.rows, final.metrics), form, screen(color))
    if form == "table" and final.metrics:
        click.echo()
        print_report(confusion_table(final.model.classes, final.confusion.tolist()), form, screen(color))
        following = pasteable("hpsearch", "predict", output, "DATA", "-o", "predictions.csv")
        say(f"\nNext: {following}")


@click.command()
@click.argument("model", type=_FILE)
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Where to write; stdout by default.")
@click.option(
    "--label",
    metavar="COLUMN",
    help="The CSV column that holds labels; the label column of the training data by default.",
)
@click.option("--probabilities", is_flag=True, help="Also write the probability of each class.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def predict(model: Path, data: Path, output: Path | None, label: str | None, probabilities: bool) -> None:
    """Predict the class of every row in DATA.

    DATA is a .npz, .csv or IDX file with the features that the model was trained on; the model standardizes
    them itself. The columns of a CSV are found by name and may be in any order; it may contain the labels,
    too. The output is a CSV file with one row for each row of DATA.

    \b
    Example:
      hpsearch predict model.npz new.csv -o predictions.csv --probabilities
    """
    import numpy as np

    from hpsearch.data.formats import kind, read_features
    from hpsearch.errors import UsageError
    from hpsearch.files import usage_errors, write_whole
    from hpsearch.network.model import Model
    from hpsearch.reports.predict import predictions_table
    from hpsearch.reports.render import format_report

    if (
        output is not None
        and output.exists()
        and any(map(output.samefile, filter(Path.exists, (model, data))))
    ):
        raise UsageError(
            f"{output} is an input and would be overwritten. Choose another file for the predictions."
        )
    trained = Model.open(model)
    usual_label = trained.label_name or "label"
    x = read_features(data, label, usual_label=usual_label, wanted=trained.feature_names)
    features = trained.network.sizes[0]
    if x.shape[1] == features + 1 and label is None and kind(data) == "csv":
        raise UsageError(
            f"{data}: must have the model's {features} features; found {features + 1} columns. If one of "
            "them holds labels, name it: --label COLUMN"
        )
    shares = trained.probabilities(x, str(data))
    labels = [trained.classes[index] for index in np.argmax(shares, axis=1)]
    table = predictions_table(trained.classes, labels, shares.tolist() if probabilities else None)
    text = format_report(table, "csv")
    if output is None:
        click.echo(text, nl=False)
        return
    with usage_errors(output):
        write_whole(output, text)
