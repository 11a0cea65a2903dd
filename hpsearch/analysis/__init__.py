"""What was learnt: pure functions of spaces and results."""
