"""What a search has found: pure functions of trials and results."""
