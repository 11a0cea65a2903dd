"""Tests of giving every running trial a device."""

from pathlib import Path

from hpsearch.process.devices import device


def test_every_trial_has_a_device_of_its_own(tmp_path: Path) -> None:
    """A device listed twice is held twice; a released one is free again."""
    devices = ("0", "1", "1")
    with (
        device(devices, tmp_path) as first,
        device(devices, tmp_path) as second,
        device(devices, tmp_path) as third,
    ):
        assert (first, second, third) == ("0", "1", "1")
    with device(devices, tmp_path) as again:
        assert again == "0"
    with device((), tmp_path) as none:
        assert none is None
