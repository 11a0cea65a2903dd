"""Commands that use what was found: ``train``, ``predict``."""

from pathlib import Path

import click

from hpsearch.cli.options import Color, Form, common, console, formats, run_directory
from hpsearch.cli.runs import trial_number

MODEL = click.Path(path_type=Path, dir_okay=False)


@click.command()
@run_directory
@click.argument("trial", metavar="[TRIAL|best]", default="best")
@click.option(
    "-o",
    "--output",
    type=MODEL,
    metavar="FILE",
    default=Path("model.npz"),
    show_default=True,
    help="Where to write the model.",
)
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@formats
@common
def train(directory: Path, trial: str, output: Path, quiet: bool, form: Form, color: Color) -> None:
    """Train one trial's network for use.

    On the training and the validation rows together, with the trial's hyperparameters and seed (and as many
    epochs as it took to its best, where the search's metric is `at: best`). Then it is evaluated on the test
    rows, which no search has seen, and written: plain arrays and JSON, for `hpsearch predict` or any program
    that reads .npz files.

    \b
    Example:
      hpsearch train runs/digits-001 best -o model.npz
    """
    from threadpoolctl import threadpool_limits

    from hpsearch import blas
    from hpsearch.config import Config
    from hpsearch.errors import RunMismatch, UsageError
    from hpsearch.files import usage_errors
    from hpsearch.objectives.final import epochs_to_best, train_final
    from hpsearch.objectives.kinds import prepare
    from hpsearch.objectives.network import NetworkPreparation
    from hpsearch.reports.formats import print_report
    from hpsearch.reports.models import confusion_table, model_sheet
    from hpsearch.store import Run

    if not output.parent.is_dir():
        raise UsageError(f"{output} cannot be written: there is no directory {output.parent}")
    with Run.read(directory) as run:
        config = Config.from_resolved(run.meta("config"))
        chosen = run.trial(trial_number(run, trial))
        result, kernel, fingerprint = run.result(chosen.number), run.meta("blas_kernel"), run.meta("data")

    # The kernel and its threads change the last bits of a matrix product, so they are the run's.
    if blas.supported(kernel, blas.cpu_flags()):
        blas.restart_with(kernel)
    preparation = prepare(config)
    if not isinstance(preparation, NetworkPreparation):
        raise UsageError(f"{directory} searches a {config.objective.kind}; only the network can be trained")
    if preparation.fingerprint() != fingerprint:
        raise RunMismatch(
            f"The data has changed since {directory} began, so what it found need not hold. Put the old data"
            " back, or search the new data."
        )

    def show(epoch: int, epochs: int, loss: float) -> None:
        if not quiet:
            click.echo(f"epoch {epoch} of {epochs}, train_loss {loss:.4g}", err=True)

    values = {**config.objective.constants, **chosen.values, **epochs_to_best(config.metric, result)}
    with threadpool_limits(limits=config.run.threads, user_api="blas"):
        final = train_final(preparation.dataset, values, chosen.seed, show)
    with usage_errors(output):
        final.model.save(output)
    print_report(model_sheet(output, chosen, final.rows, final.metrics), form, console(color))
    if form == "table" and final.metrics:
        click.echo()
        print_report(confusion_table(final.model.classes, final.confusion.tolist()), form, console(color))
        click.echo(f"\nNext: hpsearch predict {output} DATA -o predictions.csv", err=True)


@click.command()
@click.argument("model", type=MODEL)
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=MODEL, metavar="FILE", help="Where to write; stdout if not given.")
@click.option(
    "--label",
    metavar="COLUMN",
    help="A CSV column that holds labels; that of the training data if not given.",
)
@click.option("--probabilities", is_flag=True, help="Also the probability of each class.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def predict(model: Path, data: Path, output: Path | None, label: str | None, probabilities: bool) -> None:
    """Predict the class of every row of DATA.

    DATA is a .npz, .csv or IDX file with the features that the model was trained on; standardisation is part
    of the model. The columns of a CSV are found by their names and may be in any order; that of the labels
    may be among them. The answer is a CSV file with a row for each of the rows.

    \b
    Example:
      hpsearch predict model.npz new.csv -o predictions.csv --probabilities
    """
    import numpy as np

    from hpsearch.data.formats import kind, read_features
    from hpsearch.errors import UsageError
    from hpsearch.files import usage_errors, write_whole
    from hpsearch.network.model import Model
    from hpsearch.reports.formats import format_report
    from hpsearch.reports.models import predictions_table

    if (
        output is not None
        and output.exists()
        and any(map(output.samefile, filter(Path.exists, (model, data))))
    ):
        raise UsageError(f"{output} is read, and would be overwritten; name another file for the predictions")
    trained = Model.open(model)
    usual_label = trained.label_name or "label"
    x = read_features(data, label, usual_label=usual_label, wanted=trained.feature_names)
    features = trained.network.sizes[0]
    if x.shape[1] == features + 1 and label is None and kind(data) == "csv":
        raise UsageError(
            f"{data}: must have the model's {features} features; found {features + 1} columns. If one of "
            "them holds labels, say which: --label COLUMN"
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
