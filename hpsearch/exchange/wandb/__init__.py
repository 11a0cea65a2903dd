"""Importing sweeps of Weights & Biases."""
