"""The output of commands, in modules named after them; the live display and log lines."""
