"""Changes to a model while it trains: by hand, by rules, and returns to earlier epochs."""

from hpsearch.touches.schedule import Change, Touch, check_epochs, check_order, straightened

__all__ = ["Change", "Touch", "check_epochs", "check_order", "straightened"]
