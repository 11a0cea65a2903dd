"""How a search starts, with what it knows beforehand; and again, after a stop or a move."""
