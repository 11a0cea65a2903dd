"""Starting a search with what is known beforehand, and resuming it after a stop or a move."""
