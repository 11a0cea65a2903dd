"""Importing Weights & Biases sweeps."""
