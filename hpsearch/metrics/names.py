"""When two names mean the same metric, and which names are metrics at all."""

import re
from functools import lru_cache

_PARTS = re.compile(r"[a-z0-9]+")
_LETTERS = re.compile(r"[a-z]+")
_SEPARATORS = re.compile(r"(?:['’]s\b|[^a-z0-9])+")

LEVELS = frozenset({"debug", "info", "notice", "warning", "warn", "error", "critical", "trace"})
"""Words that logs put before a message."""

_COUNTERS = frozenset(
    """
    batch elapsed epoch epochs eta global_step it iter iteration iterations iters round step steps
    time total_steps
    """.split()  # noqa: SIM905 -- a list would take a line for each
)
_WORDS = frozenset(
    """
    acc accuracy alignment auc auprc auroc average_precision bce bleu bpb bpc bpd brier ce cer
    chamfer cider corr correlation cost crossentropy dice div elbo entropy epe err error f1 fid
    fitness fscore hits iou jaccard kappa kl kld l1 l2 lddt likelihood ll logloss loss mae map map50
    mape mcc mean_iou merror metric miou mlogloss mrr mse msle nce ndcg nll nllk nrmse objective p
    pearson perplexity pinball pixel_acc ppl precision psnr quality r r2 recall regret return
    returns reward rewards rmse rmsle roc rouge rouge1 rouge2 rougel score sdr sensitivity
    similarity smape spearman specificity ssim success ter top top1 top5 wape wer
    """.split()  # noqa: SIM905 -- a list would take a line for each
)


_SPLITS = frozenset({"dev", "eval", "test", "train", "training", "val", "valid", "validation"})
"""Words for the rows that something is measured on, which may come last."""

_STEMS = frozenset(letters[-1] for word in _WORDS if (letters := _LETTERS.findall(word)))


class Mentions:
    """Tells which lines may name a metric: the given one, or any usual one.

    Args:
        metric: Its name.
    """

    def __init__(self, metric: str) -> None:
        self._words = _STEMS | set(_LETTERS.findall(metric.lower())[-1:])
        self._always = not _LETTERS.search(metric.lower())

    def __call__(self, text: str) -> bool:
        """Whether some lines may name one."""
        return self._always or not self._words.isdisjoint(_LETTERS.findall(text.lower()))


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """The canonical form of a name: ``Val loss``, ``val/loss`` and ``val-loss`` are all ``val_loss``."""
    return _SEPARATORS.sub("_", name.lower()).strip("_")


def last_letters(name: str) -> str:
    """The last word of a name, in lower case: ``acc`` for ``Acc@1``."""
    words: list[str] = _LETTERS.findall(name.lower())
    return words[-1] if words else name.lower()


@lru_cache(maxsize=4096)
def is_counter(name: str) -> bool:
    """Whether a name means a counter or a clock, which only show a program's progress."""
    return canonical(name).rpartition("_")[2] in _COUNTERS or canonical(name) in _COUNTERS


@lru_cache(maxsize=4096)
def looks_like_a_metric(name: str) -> bool:
    """Whether a name's last words are usual for a measurement: ``test_loss``, ``P@1``, ``Loss/test``."""
    parts = _PARTS.findall(name.lower())
    while parts and (parts[-1].isdigit() or (len(parts) > 1 and parts[-1] in _SPLITS)):
        parts.pop()
    return bool(parts) and (parts[-1] in _WORDS or "_".join(parts[-2:]) in _WORDS)


_PREFERRED = (r"val|valid|validation|dev", r"eval|cv|cross_validation", r"test", r"^(?!.*train)", r"")


@lru_cache(maxsize=4096)
def likeliness(name: str) -> tuple[int, int]:
    """The sort key of metrics that a search may optimize: on validation data, losses first."""
    words = canonical(name)
    preferred = next(index for index, pattern in enumerate(_PREFERRED) if re.search(pattern, words))
    return preferred, int("best" in words) + int("loss" not in words)
