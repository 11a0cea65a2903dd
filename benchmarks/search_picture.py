"""The picture of docs/search-quality.md: regret against trials, one line per searcher, as SVG.

::

    python -m benchmarks.search_picture --results runs/search.jsonl --to docs/search-quality.svg
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.search import FLOOR, read
from benchmarks.search_tasks import PUBLIC

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 64, 150, 24, 48
COLOURS = {
    "coarse_to_fine": "#c2410c",
    "optuna_tpe": "#1d4ed8",
    "optuna_gp": "#7c3aed",
    "optuna_cmaes": "#0f766e",
    "hyperopt_tpe": "#64748b",
    "random": "#a3a3a3",
}
TICKS = 0.003, 0.01, 0.03, 0.1, 0.3, 1.0
TRIALS = 4, 8, 16, 32, 64, 128


def mean_regret(rows: list[dict], peer: str, tasks: list[str]) -> np.ndarray:
    """The geometric mean over tasks of the mean regret over seeds, by trial."""
    curves = []
    for task in tasks:
        own = [row["regret"] for row in rows if (row["task"], row["peer"], row["lag"]) == (task, peer, 0)]
        shortest = min(map(len, own))
        curves.append(np.mean([regret[:shortest] for regret in own], axis=0) + FLOOR)
    shortest = min(map(len, curves))
    return np.exp(np.mean([np.log(curve[:shortest]) for curve in curves], axis=0))


def draw(curves: dict[str, np.ndarray]) -> str:
    """The SVG text."""
    low, high = np.log(TICKS[0]), np.log(TICKS[-1])

    def x(trial: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * np.log(trial / TRIALS[0]) / np.log(TRIALS[-1] / TRIALS[0])

    def y(regret: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - np.log(regret)) / (high - low)

    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        ' aria-label="Mean regret against the number of trials, by searcher"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for tick in TICKS:
        parts.append(f'<path d="M{LEFT} {y(tick):.1f}H{right}" stroke="#e5e5e5"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    parts += [f'<text x="{x(t):.1f}" y="{bottom + 18}" text-anchor="middle">{t}</text>' for t in TRIALS]
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">trials</text>')
    parts.append(f'<text x="{LEFT - 48}" y="{TOP - 8}">regret (a median random trial leaves 1)</text>')
    ends = spaced({peer: float(y(curve[:128][-1])) for peer, curve in curves.items()})
    for peer, curve in curves.items():
        line = " ".join(
            f"{x(n + 1):.1f},{min(y(r), bottom):.1f}" for n, r in enumerate(curve[:128]) if n + 1 >= TRIALS[0]
        )
        width = 3 if peer == "coarse_to_fine" else 1.5
        colour = COLOURS[peer]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        parts.append(f'<text x="{right + 8}" y="{ends[peer] + 4:.1f}" fill="{colour}">{peer}</text>')
    return "\n".join([*parts, "</svg>\n"])


def spaced(heights: dict[str, float], least: float = 15) -> dict[str, float]:
    """Heights of labels, moved apart where they would overlap."""
    placed: dict[str, float] = {}
    last = -np.inf
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        last = placed[name] = max(height, last + least)
    return placed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True, help="what benchmarks.search wrote")
    parser.add_argument("--to", type=Path, required=True, help="the SVG file")
    arguments = parser.parse_args()
    rows = list(read(arguments.results))
    found = {row["peer"] for row in rows if row["task"] in PUBLIC}
    curves = {peer: mean_regret(rows, peer, list(PUBLIC)) for peer in COLOURS if peer in found}
    arguments.to.write_text(draw(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
