"""What is shown, named after the commands that show it; the live display and log lines."""
