"""Importing Optuna studies, and exporting runs as studies."""
