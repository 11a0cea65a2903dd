"""Starting a search with earlier knowledge, and resuming it after a stop or a move."""
