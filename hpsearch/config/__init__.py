"""From YAML text to a frozen Config."""
