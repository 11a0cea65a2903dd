"""Importing Hydra sweeps."""
