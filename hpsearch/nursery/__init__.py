"""Watching one model train, touching it on the way, and doing all of it again to the last bit."""
