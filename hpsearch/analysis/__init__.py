"""What was learnt: pure functions of trials and results."""
