"""What is changed while a model trains: by hand, by rules, and back again."""

from hpsearch.touches.schedule import Change, Touch, check_epochs, check_order, straightened

__all__ = ["Change", "Touch", "check_epochs", "check_order", "straightened"]
