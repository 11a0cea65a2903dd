"""What a search found out: pure functions of trials and results."""
