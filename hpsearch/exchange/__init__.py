"""Import searches from other tools, export runs to them; their packages are imported when needed."""
