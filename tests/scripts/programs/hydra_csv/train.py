"""Trains with Hydra, and writes its metrics to a CSV file as Lightning's logger does."""

import csv
import math
from pathlib import Path
from typing import Any

import hydra


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg: Any) -> None:
    """Train."""
    with (Path(cfg.output) / "metrics.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=["epoch", "train_loss", "val_loss"])
        writer.writeheader()
        for epoch in range(cfg.trainer.max_epochs):
            loss = (math.log10(cfg.optimizer.lr) + 2) ** 2 + cfg.model.dropout + abs(cfg.model.layers - 3)
            loss += 0.5 * (cfg.model.activation == "relu")
            writer.writerow({"epoch": epoch, "train_loss": loss / 2})
            writer.writerow({"epoch": epoch, "val_loss": loss + 1 / (epoch + 1)})
            file.flush()


if __name__ == "__main__":
    main()
