"""Watching one model train, touching it on the way, and training it again to the last bit."""
