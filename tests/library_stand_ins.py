"""The least of Keras, Lightning and HF's Trainer that a callback meets: the hooks, in the libraries' order.

Each trains a "model" whose loss halves every epoch. As in the originals, a training run that has to stop ends
with the epoch in which it was told to.
"""

from types import ModuleType, SimpleNamespace
from typing import Any


def keras() -> ModuleType:  # noqa: C901 -- its classes are short
    """``keras.callbacks.Callback`` and ``keras.Model``: fit() as in Keras 3's trainers."""

    class Callback:
        def __init__(self) -> None:
            self.params: Any = None
            self._model: Any = None

        def set_model(self, model: Any) -> None:
            self._model = model

        @property
        def model(self) -> Any:
            return self._model

        def on_train_begin(self, logs: Any = None) -> None: ...
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None: ...
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None: ...
        def on_train_end(self, logs: Any = None) -> None: ...

    class Model:
        stop_training = False

        def fit(self, epochs: int, callbacks: list[Callback]) -> list[dict[str, float]]:
            history = []
            self.stop_training = False
            for callback in callbacks:
                callback.set_model(self)
                callback.on_train_begin()
            for epoch in range(epochs):
                logs = {"loss": 0.5**epoch / 2, "val_loss": 0.5**epoch}
                for callback in callbacks:
                    callback.on_epoch_begin(epoch)
                for callback in callbacks:
                    callback.on_epoch_end(epoch, logs)
                history.append(logs)
                if self.stop_training:
                    break
            for callback in callbacks:
                callback.on_train_end()
            return history

    return _modules("keras", callbacks=_modules("keras.callbacks", Callback=Callback), Model=Model)


def lightning() -> ModuleType:
    """``Callback`` and ``Trainer`` of ``lightning.pytorch``: fit() like its fit loop."""

    class Callback:
        def on_validation_end(self, trainer: Any, pl_module: Any) -> None: ...
        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None: ...

    class Trainer:
        def __init__(
            self, max_epochs: int, callbacks: list[Callback], check_val_every_n_epoch: int = 1
        ) -> None:
            self.max_epochs, self.callbacks = max_epochs, callbacks
            self.check_val_every_n_epoch = check_val_every_n_epoch
            self.callback_metrics: dict[str, float] = {}
            self.sanity_checking = self.should_stop = self.enable_validation = False
            self.current_epoch = 0

        def fit(self, module: Any) -> None:
            self.enable_validation = hasattr(module, "validation_step")
            if self.enable_validation:
                self.sanity_checking = True
                self._validate(module)
                self.sanity_checking = False
                self.callback_metrics = {}
            for epoch in range(self.max_epochs):
                self.current_epoch = epoch
                if self.enable_validation and (self.current_epoch + 1) % self.check_val_every_n_epoch == 0:
                    self._validate(module)
                self.callback_metrics["train_loss"] = 0.5**self.current_epoch / 2
                for callback in self.callbacks:
                    callback.on_train_epoch_end(self, module)
                if self.should_stop:
                    break

        def _validate(self, module: Any) -> None:
            self.callback_metrics["val_loss"] = 0.5**self.current_epoch
            for callback in self.callbacks:
                callback.on_validation_end(self, module)

    return _modules("lightning.pytorch", Callback=Callback, Trainer=Trainer)


def transformers() -> ModuleType:
    """``TrainerCallback`` and ``Trainer``: train() with an evaluation every epoch, and evaluate()."""

    class TrainerCallback:
        def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None: ...
        def on_epoch_end(self, args: Any, state: Any, control: Any, **others: Any) -> None: ...
        def on_evaluate(self, args: Any, state: Any, control: Any, **others: Any) -> None: ...
        def on_train_end(self, args: Any, state: Any, control: Any, **others: Any) -> None: ...

    class Trainer:
        def __init__(self, num_train_epochs: int, callbacks: list[TrainerCallback]) -> None:
            self.num_train_epochs, self.callbacks = num_train_epochs, callbacks
            self.control = SimpleNamespace(should_training_stop=False)
            self.state = SimpleNamespace(epoch=0.0, is_world_process_zero=True)

        def train(self) -> None:
            self._call("on_train_begin")
            for epoch in range(self.num_train_epochs):
                self.state.epoch = float(epoch + 1)
                self._call("on_epoch_end")
                self.evaluate()
                if self.control.should_training_stop:
                    break
            self._call("on_train_end")

        def evaluate(self) -> dict[str, float]:
            metrics = {"eval_loss": 0.5 ** (self.state.epoch - 1), "epoch": self.state.epoch}
            self._call("on_evaluate", metrics=metrics)
            return metrics

        def _call(self, hook: str, **others: Any) -> None:
            for callback in self.callbacks:
                getattr(callback, hook)(None, self.state, self.control, model=None, **others)

    return _modules("transformers", TrainerCallback=TrainerCallback, Trainer=Trainer)


def _modules(name: str, **contents: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(contents)
    return module
