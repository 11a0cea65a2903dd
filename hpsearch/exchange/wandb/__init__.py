"""W&B sweeps as configs."""
