"""What is stored: the run directory and the database in it."""

from hpsearch.store.directory import Run

__all__ = ["Run"]
