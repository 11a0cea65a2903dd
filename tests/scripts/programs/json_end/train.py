"""Trains with click and prints its results as JSON at the end."""

import json
import math

import click


@click.command()
@click.option("--lr", default=0.01, show_default=True, help="Learning rate.")
@click.option("--n-estimators", default=100, help="Trees.")
@click.option("--max-depth", type=int, default=6)
@click.option("--subsample", type=click.FloatRange(0, 1), default=1.0)
@click.option("--shuffle/--no-shuffle", default=True)
@click.option("--objective", type=click.Choice(["squared", "absolute"]), default="squared")
@click.option("--verbose", is_flag=True)
def main(
    lr: float,
    n_estimators: int,
    max_depth: int,
    subsample: float,
    shuffle: bool,
    objective: str,
    verbose: bool,
) -> None:
    """Train."""
    error = (math.log10(lr) + 1) ** 2 + abs(math.log2(n_estimators) - 8) + abs(max_depth - 5) + 1 - subsample
    if verbose:
        print("rmse: 1e9")
    print(
        json.dumps(
            {"config": {"lr": lr, "shuffle": shuffle}, "valid": {"rmse": error + 0.1 * shuffle}}, indent=2
        )
    )


if __name__ == "__main__":
    main()
