"""How a command runs so that it leaves nothing behind: its process, limits, output and devices."""
