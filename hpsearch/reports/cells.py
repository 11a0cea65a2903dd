"""The width of a text in terminal cells: wide characters take two, combining ones none."""

from rich.cells import cell_len, set_cell_size

__all__ = ["cell_width", "padded", "split_cells"]


def cell_width(text: str) -> int:
    """The number of cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text in exactly ``width`` cells: with spaces, or cut with an ellipsis.

    Args:
        text: The text.
        width: The number of cells.
        right: Whether the spaces come before the text.
    """
    taken = cell_width(text)
    if taken > width:
        text, taken = (f"{set_cell_size(text, width - 1)}…", width) if width else ("", 0)
    space = " " * (width - taken)
    return space + text if right else text + space


def split_cells(text: str) -> list[str]:
    """A text cell by cell.

    A wide character is followed by an empty text; a character without a width is part of the one before it.
    """
    cells: list[str] = []
    first = 0  # index in cells of the character that was begun last
    for end, character in enumerate(text, 1):
        room = cell_width(text[:end]) - len(cells)
        if room > 0:
            first = len(cells)
            cells += [character, *[""] * (room - 1)]
        elif cells:
            cells[first] += character
    return cells
