"""Trains with argparse: dashes, a switch, a seed, and an output directory."""

import argparse
import math


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description="a small net")
    parser.add_argument(
        "--learning-rate", "--lr", type=float, default=1e-2, help="step size (default: %(default)s)"
    )
    parser.add_argument("--hidden-size", type=int, default=64)
    parser.add_argument("--weight-decay", type=float, default=1e-4, metavar="WD")
    parser.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
    parser.add_argument("--nesterov", action="store_true", help="look ahead")
    parser.add_argument("--no-bias", dest="bias", action="store_false")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out-dir", default="out")
    parser.add_argument("--log-interval", type=int, default=10)
    args = parser.parse_args()
    for epoch in range(1, args.epochs + 1):
        loss = (math.log10(args.learning_rate) + 2.5) ** 2 + abs(math.log2(args.hidden_size) - 7)
        loss += 0.1 * (args.optimizer == "sgd") - 0.05 * args.nesterov + 0.2 * (not args.bias)
        print(f"epoch {epoch}/{args.epochs}: train loss {loss / 2:.6f}, val loss {loss + 1 / epoch:.6f}")


if __name__ == "__main__":
    main()
