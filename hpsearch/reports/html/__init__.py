"""Pages that a browser can show offline: single figures, and reports of runs."""
