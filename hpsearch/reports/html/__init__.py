"""Pages that a browser shows without a network: single figures, and reports of runs."""
