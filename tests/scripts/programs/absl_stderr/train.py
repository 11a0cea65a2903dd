"""Trains with absl flags, and logs to stderr."""

import math
from collections.abc import Sequence

from absl import app, flags, logging

FLAGS = flags.FLAGS
flags.DEFINE_float("learning_rate", 0.1, "The learning rate of SGD.")
flags.DEFINE_float("momentum", 0.9, "The decay of the momentum.")
flags.DEFINE_integer("batch_size", 128, "Rows of a batch.")
flags.DEFINE_integer("num_epochs", 3, "How often the data are seen.")
flags.DEFINE_bool("nesterov", False, "Whether the momentum looks ahead.")
flags.DEFINE_string("workdir", "work", "Where logs are written.")


def main(argv: Sequence[str]) -> None:
    """Train."""
    for epoch in range(1, FLAGS.num_epochs + 1):
        loss = (math.log10(FLAGS.learning_rate) + 1.5) ** 2 + (10 * FLAGS.momentum - 9.5) ** 2
        loss += abs(math.log2(FLAGS.batch_size) - 6) - 0.1 * FLAGS.nesterov + 1 / epoch
        logging.info(
            "epoch:% 3d, train_loss: %.4f, train_accuracy: %.2f, test_loss: %.4f, test_accuracy: %.2f",
            epoch, loss / 2, 99.0, loss, 100 / (1 + loss),
        )  # fmt: skip


if __name__ == "__main__":
    app.run(main)
