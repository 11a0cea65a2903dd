"""Where trials run: one after another here, in worker processes, on a cluster."""
