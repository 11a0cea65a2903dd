"""What rows are there? Data sets read from files or made, split and standardised for training."""
