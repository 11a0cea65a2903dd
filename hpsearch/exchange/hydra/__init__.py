"""Importing the sweeps of Hydra."""
