"""The dashboard: runs live in a browser, read and never written."""
