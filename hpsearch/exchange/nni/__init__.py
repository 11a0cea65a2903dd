"""Importing NNI search spaces and experiments."""
