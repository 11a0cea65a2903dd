"""The field's habits: which options are hyperparameters, and the usual ranges around a default.

The first row that matches a name decides. Ranges are based on the default; they are starting points, and
every proposal says what it is based on.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from hpsearch.scripts import ranges
from hpsearch.scripts.ranges import Habit, Section
from hpsearch.scripts.script import Option


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is usual for an option.

    Attributes:
        section: How to search it; None if it is not searched.
        reason: Why, in a few words.
    """

    section: Section | None
    reason: str


def propose(option: Option) -> Proposal:
    """The field's habit for an option."""
    last = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", option.name.rpartition(".")[2])
    name = re.sub(r"[^a-z0-9]+", "_", last.lower()).strip("_")
    for row in _TABLE:
        if row.pattern.search(name):
            return Proposal(row.habit(option) if row.habit is not None else None, row.reason)
    return Proposal(None, "its name does not say whether it is a hyperparameter")


@dataclass(frozen=True)
class _Row:
    """Names and what is usual for them.

    Attributes:
        words: Regular expressions of words, separated by spaces; underscores join words.
        habit: What is usual; None if they are not searched.
        reason: Their meaning.
        anywhere: Whether the words may be anywhere in a name, and not only at its end.
    """

    words: str
    habit: Habit | None
    reason: str
    anywhere: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the names."""
        return re.compile(rf"(?:^|_)(?:{'|'.join(self.words.split())})(?:$|{'_' if self.anywhere else '$'})")


_TABLE = (
    _Row("seed random_state rng", None, "a seed is not searched", anywhere=True),
    _Row("(eval|val|test|valid|dev)_(batch|bs)(_size)? (eval|test)_(iters|steps)", None, "not of training"),
    _Row("min_lr eta_min lr_min final_lr end_lr", None, "the end of a schedule follows its start"),
    _Row(
        r"batch_?size batch bs mini_?batch(_size)? batch_size_\w+",
        ranges.powers_of_two,
        "a batch size: powers of two",
    ),
    _Row(r"warm_?up(_\w+)?", ranges.warmup, "a warm-up: a share of training, or a length"),
    _Row(
        "(lr|learning_rate)_(decay|decay_rate|gamma|factor|mult) decay_(lr|learning_rate) decay_rate "
        "decay_factor step_gamma",
        ranges.linear(0.1, 0.99),
        "a decay of the learning rate",
    ),
    _Row(
        "(lr|learning_rate)(_(actor|critic|head|backbone|[gd]|disc|gen|policy|vf|pi|encoder|decoder|init))? "
        "lr0 learningrate lrate eta0? step_length",
        ranges.log(2, 2, 1e-3, high=1.0),
        "a learning rate: two decades each way",
    ),
    _Row(
        "momentum mom beta_?[12] b[12] rho ema ema_decay ema_rate polyak discount gae_lambda",
        ranges.reverse_log,
        "a momentum or the decay of an average: 1 - x over a decade each way",
    ),
    _Row(
        r"dropout\w* drop_out drop_?rate drop_?prob drop_?path p_drop \w*pdrop stochastic_depth",
        ranges.linear(0.0, 0.5),
        "a dropout",
        anywhere=True,
    ),
    _Row("interval every freq frequency period", None, "how often, not what"),
    _Row(
        "path file dir dirs directory root folder output out save load checkpoint ckpt resume "
        "restore pretrained download cache url host port address user token project entity name tag "
        "group notes? run_id id version wandb tensorboard mlflow comet neptune log logs logging "
        "logger verbose verbosity quiet debug print display plot show visualize profile progress "
        "dry_run demo help config cfg",
        None,
        "paths, logging and bookkeeping",
        anywhere=True,
    ),
    _Row(
        "devices? gpus? n_gpu cuda cpu mps accel accelerator tpu workers n_jobs jobs n?threads? "
        "num_threads rank local_rank world_size dist distributed backend nodes strategy ddp fsdp "
        "compile jit amp fp16 bf16 half tf32 dtype precision pin_memory prefetch buffer "
        "deterministic benchmark",
        None,
        "the machine, not the model",
        anywhere=True,
    ),
    _Row(
        "data datasets? task split fold train training do_train do_eval eval eval_only test mode "
        "num_classes n_classes classes in_channels input_size input_dim image_size img_size "
        "vocab_size target labels? metric valid_size test_size max_samples limit num_samples "
        "n_samples validation_fraction",
        None,
        "the task, not the model",
    ),
    _Row(
        "(n_|max_|num_|num_train_)?epochs? max_iters? (max_|num_|total_|train_)?steps iters "
        "iterations n_iter niter num_iterations patience early_stopping budget",
        None,
        "how long to train is kept",
    ),
    _Row("eps epsilon adam_epsilon adam_eps", None, "it rarely matters"),
    _Row("label_smoothing(_factor)? smoothing", ranges.linear(0.0, 0.2), "a label smoothing"),
    _Row("(mixup|cutmix)(_alpha)?", ranges.linear(0.0, 1.0), "a strength of mixing"),
    _Row(
        "weight_decay wd decay l[12] l[12]_reg reg regulari[sz]ation regulari[sz]er reg_lambda "
        "reg_alpha lambda lambda_l[12] penalty lam ridge alpha",
        ranges.log(2, 2, 1e-4),
        "a regularisation: two decades each way",
    ),
    _Row("c cost", ranges.log(2, 3, 1.0), "the cost of a support vector machine"),
    _Row("gamma", ranges.gamma, "gamma"),
    _Row(
        r"grad_?clip\w* clip_grad\w* clip_norm clip max_grad_norm max_norm gradient_clip\w*",
        ranges.clip,
        "a bound of the gradient: a decade each way",
    ),
    _Row("temperature temp tau", ranges.log(1, 1, 1.0), "a temperature: a decade each way"),
    _Row(
        "num_leaves max_bin max_leaves min_data_in_leaf min_child_samples n_neighbors num_neighbors",
        ranges.sizes,
        "a size of a tree or neighbourhood",
    ),
    _Row("n_estimators num_trees num_rounds? num_boost_round n_trees", ranges.sizes, "a number of trees"),
    _Row("min_child_weight min_split_gain min_split_loss", ranges.log(1, 2, 1.0), "a bound of a tree"),
    _Row(
        r"subsample colsample\w* bagging_fraction feature_fraction max_features rsm",
        ranges.linear(0.5, 1.0),
        "a share of rows or columns",
    ),
    _Row(r"max_depth min_samples_\w+", ranges.few, "a depth of a tree"),
    _Row(
        "n_embd d_model embed_dim embedding_dim emb_dim emb dim hidden_dim model_dim d_ff ffn_dim "
        "mlp_dim latent_dim z_dim nz ngf ndf emsize width",
        ranges.doubled,
        "a width, divisible as its default is",
    ),
    _Row("n_?heads? num_heads heads?", ranges.powers_of_two, "a number of heads"),
    _Row(r"(n_|num_)?(\w+_)?(layers?|depth|blocks|stages)", ranges.few, "a depth: half to twice its default"),
    _Row(
        r"hidden\d* units\d* neurons channels filters features nhid n_hid lora_r ngrams kernel_size fc_size",
        ranges.sizes,
        "a size: a quarter to four times its default",
        anywhere=True,
    ),
    _Row(
        "optimi[sz]er optim opt algorithm solver activation act act_fn nonlinearity norm "
        "normali[sz]ation scheduler lr_scheduler(_type)? lr_schedule schedule pooling pool kernel "
        "kernel_type booster boosting boosting_type init initiali[sz]er init_method augmentation "
        "augment cell rnn_type grow_policy",
        ranges.choices,
        "a choice of the model or of its training",
    ),
    _Row(
        "bias nesterov amsgrad batch_?norm bn layer_?norm residual skip bidirectional tied cosine "
        r"attention use_\w+",
        ranges.switch,
        "a switch of the model",
    ),
)
