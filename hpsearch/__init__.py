"""hpsearch: reproducible hyperparameter search."""
