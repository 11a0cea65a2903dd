"""Tests of the callbacks for other libraries: with the library if it is installed, or with a stand-in."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from hpsearch import callbacks
from hpsearch.objectives.code_objective import CodeObjective
from hpsearch.objectives.local_function import LocalFunction
from hpsearch.trial import Metric, Result, Rung, Status, Trial
from tests import library_stand_ins

Run = Callable[..., Result]
X = np.linspace(-1, 1, 120).reshape(40, 3)
Y = (X.sum(axis=1) > 0).astype(int)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a function of ``trial`` as a trial of 6 epochs, which may have to stop after two."""

    def run(function: Callable[..., Any], metric: str, *, stop: bool = False) -> Result:
        objective = CodeObjective(LocalFunction(function, 6), Metric(metric), tmp_path, tmp_path / "trials")
        return objective(Trial(0, {}, 5, (Rung(2, -1e9),) if stop else ()))

    return run


@pytest.fixture(params=["real", "stand-in"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A library or its stand-in; skips if the real one is required and not installed."""

    def get(name: str) -> ModuleType:
        if request.param == "real":
            return pytest.importorskip(name)
        stand_in: ModuleType = getattr(library_stand_ins, name.partition(".")[0])()
        monkeypatch.setitem(sys.modules, name, stand_in)
        if name == "keras":
            monkeypatch.setitem(sys.modules, "keras.callbacks", stand_in.callbacks)
        return stand_in

    return get


def check(run: Run, function: Callable[..., Any], metric: str, *others: str) -> None:
    """The trial has one epoch for each of the library's, and a stopped one ends after its rung."""
    done = run(function, metric)
    assert (done.status, len(done.curve), done.reason) == (Status.DONE, 6, "")
    for epoch in done.curve:
        assert {metric, *others} <= set(epoch.metrics)
    stopped = run(function, metric, stop=True)
    assert (stopped.status, len(stopped.curve)) == (Status.STOPPED, 2)
    assert [epoch.metrics[metric] for epoch in stopped.curve] == [
        epoch.metrics[metric] for epoch in done.curve[:2]
    ]


@pytest.mark.filterwarnings("ignore:.*eval_set:FutureWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")  # LightGBM's, of 4.7
@pytest.mark.parametrize("estimator", [False, True])
def test_lightgbm_reports_every_round(run: Run, estimator: bool) -> None:
    """This works with train() and the estimators; the booster of a stopped trial predicts with its rounds."""
    lightgbm = pytest.importorskip("lightgbm")
    boosters = []

    def train(trial: Any) -> None:
        settings = {"objective": "binary", "min_data_in_leaf": 2, "verbose": -1, "num_threads": 1}
        reports = [callbacks.lightgbm(trial), lightgbm.record_evaluation({})]
        if estimator:
            model = lightgbm.LGBMClassifier(**settings, n_estimators=6)
            model.fit(X, Y, eval_set=[(X, Y)], eval_names=["val"], callbacks=reports)
            boosters.append(model.booster_)
        else:
            data = lightgbm.Dataset(X, Y)
            sets = {"valid_sets": [data, data.create_valid(X, Y)], "valid_names": ["train", "val"]}
            boosters.append(lightgbm.train(settings, data, 6, **sets, callbacks=reports))

    check(run, train, "val_binary_logloss", *([] if estimator else ["train_binary_logloss"]))
    assert boosters[0].current_iteration() == 6
    assert boosters[1].current_iteration() == boosters[1].best_iteration == 2
    assert boosters[1].predict(X).shape == (40,)


def test_lightgbm_reports_the_mean_of_cv(run: Run) -> None:
    """It is reported under the name of the data set."""
    lightgbm = pytest.importorskip("lightgbm")

    def train(trial: Any) -> None:
        settings = {"objective": "binary", "min_data_in_leaf": 2, "verbose": -1, "num_threads": 1}
        lightgbm.cv(settings, lightgbm.Dataset(X, Y), 6, nfold=2, callbacks=[callbacks.lightgbm(trial)])

    check(run, train, "valid_binary_logloss")


def test_lightgbm_without_evaluation_fails_the_trial(run: Run) -> None:
    """The message says what to pass."""
    lightgbm = pytest.importorskip("lightgbm")

    def train(trial: Any) -> None:
        lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, Y), 1, callbacks=[callbacks.lightgbm(trial)])

    result = run(train, "val_l2")
    assert result.reason.startswith("ValueError: LightGBM has evaluated nothing. Give valid_sets=[…]")


@pytest.mark.parametrize("how", ["train", "estimator", "cv"])
def test_xgboost_reports_every_round(run: Run, how: str) -> None:
    """This works with train(), the estimators and cv(); the booster of a stopped trial has its rounds."""
    xgboost = pytest.importorskip("xgboost")
    rounds = []

    def train(trial: Any) -> None:
        reports, settings = [callbacks.xgboost(trial)], {"objective": "binary:logistic", "nthread": 1}
        data = xgboost.DMatrix(X, Y, nthread=1)
        if how == "cv":
            xgboost.cv(settings, data, 6, nfold=2, metrics="logloss", callbacks=reports)
        elif how == "train":
            booster = xgboost.train(settings, data, 6, evals=[(data, "test")], callbacks=reports)
            rounds.append(booster.num_boosted_rounds())
        else:
            model = xgboost.XGBClassifier(n_estimators=6, n_jobs=1, callbacks=reports)
            model.fit(X, Y, eval_set=[(X, Y)], verbose=False)
            rounds.append(model.get_booster().num_boosted_rounds())

    check(run, train, "validation_0_logloss" if how == "estimator" else "test_logloss")
    assert rounds == ([] if how == "cv" else [6, 2])


def test_xgboost_without_evaluation_fails_the_trial(run: Run) -> None:
    """The message says what to pass."""
    xgboost = pytest.importorskip("xgboost")

    def train(trial: Any) -> None:
        xgboost.train({"nthread": 1}, xgboost.DMatrix(X, Y), 1, callbacks=[callbacks.xgboost(trial)])

    assert run(train, "val_rmse").reason.startswith("ValueError: XGBoost has evaluated nothing. Give evals=[")


@pytest.mark.parametrize("batch_size", [None, 16])
def test_partial_fit_trains_epoch_by_epoch(run: Run, batch_size: int | None) -> None:
    """Classifiers get their classes once; a stopped one predicts; the same seed trains the same."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    models = []

    def train(trial: Any) -> None:
        model = linear_model.SGDClassifier(random_state=trial.seed)
        models.append(
            callbacks.partial_fit(
                model, X, Y, trial=trial, batch_size=batch_size, evaluate=lambda model: 1 - model.score(X, Y)
            )
        )

    check(run, train, "error")
    assert [model.t_ - 1 for model in models] == [40 * 6, 40 * 2]
    assert models[1].predict(X).shape == (40,)


def test_partial_fit_takes_frames_lists_and_regressors(run: Run) -> None:
    """Anything with rows works; further arguments are passed to the first call."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c"])

    def train(trial: Any) -> None:
        model = linear_model.SGDRegressor(random_state=0)
        for rows, targets in ((frame, frame["a"]), (X.tolist(), X[:, 0].tolist())):
            callbacks.partial_fit(
                model, rows, targets, trial=trial, epochs=3, batch_size=7, evaluate=lambda model: {"r2": 1.0}
            )

    with pytest.warns(UserWarning, match="valid feature names"):
        result = run(train, "r2")
    assert (result.status, len(result.curve)) == (Status.DONE, 6)


def test_partial_fit_needs_epochs(tmp_path: Path) -> None:
    """Without epochs in the call or the config, partial_fit says where to set them."""

    def train(trial: Any) -> None:
        callbacks.partial_fit(None, X, Y, trial=trial, evaluate=len)

    objective = CodeObjective(LocalFunction(train), Metric("error"), tmp_path, tmp_path / "trials")
    assert objective(Trial(0, {}, 5)).reason.startswith("ValueError: partial_fit() needs epochs")


def test_keras_reports_every_epoch(run: Run, either: Callable[[str], ModuleType]) -> None:
    """Metrics have the names in its logs; a stopped model leaves fit() in the usual way."""
    keras = either("keras")
    epochs = []

    def train(trial: Any) -> None:
        if hasattr(keras, "layers"):
            model = keras.Sequential([keras.layers.Dense(1)])
            model.compile(optimizer="sgd", loss="mse")
            data = {"x": X, "y": Y, "validation_data": (X, Y), "verbose": 0, "shuffle": False}
            model.build((None, 3))
            model.set_weights([np.ones((3, 1)), np.zeros(1)])
            fit = model.fit(**data, epochs=6, callbacks=[callbacks.keras(trial)])
            epochs.append(len(fit.history["loss"]))
        else:
            epochs.append(len(keras.Model().fit(6, [callbacks.keras(trial)])))

    check(run, train, "val_loss", "loss")
    assert epochs == [6, 2]


def test_lightning_reports_every_validated_epoch(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sanity check is not reported; the metrics of the training epoch are included."""
    lightning = library_stand_ins.lightning()
    monkeypatch.setitem(sys.modules, "lightning.pytorch", lightning)
    epochs = []

    class Module:
        def validation_step(self) -> None: ...

    def train(trial: Any) -> None:
        trainer = lightning.Trainer(6, [callbacks.lightning(trial)])
        trainer.fit(Module())
        epochs.append(trainer.current_epoch + 1)

    check(run, train, "val_loss", "train_loss")
    assert epochs == [6, 2]

    def seldom(trial: Any) -> None:
        lightning.Trainer(12, [callbacks.lightning(trial)], check_val_every_n_epoch=2).fit(Module())

    check(run, seldom, "val_loss")

    def without(trial: Any) -> None:
        lightning.Trainer(6, [callbacks.lightning(trial)]).fit(object())

    check(run, without, "train_loss")


@pytest.mark.filterwarnings("ignore")
def test_lightning_itself_reports_every_validated_epoch(run: Run) -> None:
    """This uses the real library if it is installed."""
    lightning = pytest.importorskip("lightning.pytorch")
    torch = pytest.importorskip("torch")

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)
            torch.nn.init.ones_(self.layer.weight)
            torch.nn.init.zeros_(self.layer.bias)

        def training_step(self, batch: Any, index: int) -> Any:
            loss = self.layer(batch[0]).square().mean()
            self.log("train_loss", loss, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, index: int) -> None:
            self.log("val_loss", self.layer(batch[0]).square().mean())

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), 0.1)

    def train(trial: Any) -> None:
        rows = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 3)), batch_size=8)
        options = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
        trainer = lightning.Trainer(
            max_epochs=6, callbacks=[callbacks.lightning(trial)], accelerator="cpu", **options
        )
        trainer.fit(Module(), rows, rows)

    check(run, train, "val_loss", "train_loss")


def test_transformers_reports_every_evaluation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """This means evaluations during training; later ones by the function are not reported."""
    transformers = library_stand_ins.transformers()
    monkeypatch.setitem(sys.modules, "transformers", transformers)
    epochs = []

    def train(trial: Any) -> dict[str, float]:
        trainer = transformers.Trainer(6, [callbacks.transformers(trial)])
        trainer.train()
        epochs.append(trainer.state.epoch)
        return {"final": trainer.evaluate()["eval_loss"]}

    check(run, train, "eval_loss", "epoch")
    assert epochs == [6.0, 2.0]


@pytest.mark.filterwarnings("ignore")
def test_transformers_itself_reports_every_evaluation(run: Run, tmp_path: Path) -> None:
    """This uses the real library if it is installed."""
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)
            torch.nn.init.ones_(self.layer.weight)

        def forward(self, x: Any, labels: Any = None) -> Any:
            out = self.layer(x)
            return {"loss": (out - labels[:, None]).square().mean(), "logits": out}

    rows = [{"x": torch.ones(3), "labels": torch.tensor(1.0)} for _ in range(8)]

    def train(trial: Any) -> None:
        settings = transformers.TrainingArguments(
            str(tmp_path), num_train_epochs=6, eval_strategy="epoch", save_strategy="no", report_to=[]
        )
        trainer = transformers.Trainer(
            Model(),
            settings,
            train_dataset=rows,
            eval_dataset=rows,
            callbacks=[callbacks.transformers(trial)],
        )
        trainer.train()

    check(run, train, "eval_loss")


def test_no_library_is_imported_before_it_is_used() -> None:
    """Nor is NumPy, or anything of hpsearch except what a trial reports to."""
    names = ("numpy", "sklearn", "lightgbm", "xgboost", "keras", "torch", "transformers")
    code = (
        "import sys, hpsearch; hpsearch.callbacks.lightgbm\n"
        f"assert not set({names!r}) & set(sys.modules)\n"
        "print([name for name in sys.modules if name.startswith('hpsearch.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "hpsearch.search" not in done.stdout
