"""Where trials run: one after another in this process, in worker processes, or on a cluster."""
