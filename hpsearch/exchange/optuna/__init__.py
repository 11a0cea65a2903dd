"""Optuna studies: read as configs, and written from runs."""
