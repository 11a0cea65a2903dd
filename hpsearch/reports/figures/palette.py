"""Colours by role, for light and dark screens; paper uses the light ones.

The series colours are those of Okabe & Ito (2008), which can be told apart with every common kind of colour
blindness; the scale is ordered by lightness like viridis (van der Walt & Smith, 2015), so that it survives
printing in grey.
"""

from collections.abc import Mapping

__all__ = ["DARK", "LIGHT", "style_sheet"]

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#1b1f24",
    "muted": "#6b7280",
    "faint": "#b6bcc6",
    "grid": "#e5e7eb",
    "band": "#d5e3ef",
    "best": "#c44900",
    "main": "#0072b2",
    "series0": "#0072b2",
    "series1": "#b87700",
    "series2": "#008060",
    "series3": "#b4528f",
    "series4": "#c44900",
    "series5": "#555b66",
    "scale0": "#cfc65a",
    "scale1": "#a3c33f",
    "scale2": "#6bbd5f",
    "scale3": "#35a97a",
    "scale4": "#1f8f86",
    "scale5": "#27718e",
    "scale6": "#3b4f8a",
    "scale7": "#3f0a5c",
}
DARK: Mapping[str, str] = {
    "paper": "#14171c",
    "ink": "#e6e8eb",
    "muted": "#9aa3af",
    "faint": "#535c69",
    "grid": "#2b313a",
    "band": "#22384a",
    "best": "#ff9351",
    "main": "#56b4e9",
    "series0": "#56b4e9",
    "series1": "#f0b93f",
    "series2": "#2fc99b",
    "series3": "#e79fc6",
    "series4": "#ff9351",
    "series5": "#b4bac4",
    "scale0": "#4f3d7c",
    "scale1": "#464f90",
    "scale2": "#386a96",
    "scale3": "#2b8594",
    "scale4": "#23a087",
    "scale5": "#4fbd6c",
    "scale6": "#a0d63c",
    "scale7": "#fde725",
}


def style_sheet() -> str:
    """CSS that gives shapes the dark colours if the reader's system is dark, except in print."""
    rules = [
        f".{kind}-{role}{{{kind}:{colour}}}" for role, colour in DARK.items() for kind in ("fill", "stroke")
    ]
    rules.append(f".halo{{stroke:{DARK['paper']}}}")
    return f"@media screen and (prefers-color-scheme:dark){{{''.join(rules)}}}"
