"""Views of a stored run, shared by the command line, Python and the dashboard."""
