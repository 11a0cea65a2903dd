"""How a command runs so that nothing of it stays behind: its process, limits, output and devices."""
