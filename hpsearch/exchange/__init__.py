"""Searches of other tools as configs of ours, runs of ours as theirs; their packages load when needed."""
