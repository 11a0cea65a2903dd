"""A random forest on handwritten digits: the code of configs/function.yaml."""

from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def objective(trees, max_features, min_leaf, criterion, trial):
    """Train on three quarters of the rows; the error and the log-loss on the others."""
    x, y = load_digits(return_X_y=True)
    x_train, x_val, y_train, y_val = train_test_split(x, y, random_state=0)
    forest = RandomForestClassifier(
        n_estimators=trees,
        max_features=max_features,
        min_samples_leaf=min_leaf,
        criterion=criterion,
        random_state=trial.seed,  # all random numbers follow from the trial
    )
    forest.fit(x_train, y_train)
    return {"error": 1 - forest.score(x_val, y_val), "train_error": 1 - forest.score(x_train, y_train)}
