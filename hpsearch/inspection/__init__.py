"""What a stored run shows: the same for the command line, Python and the dashboard."""
