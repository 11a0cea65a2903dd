"""Importing search spaces and experiments of NNI."""
