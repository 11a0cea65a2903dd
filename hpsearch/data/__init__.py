"""What rows are there? Data sets, read from files or generated, split and standardised for training."""
