"""Which epochs of a model keep their checkpoints, and where they are."""

import shutil
from pathlib import Path

from hpsearch.errors import UsageError

RECENT = 8
"""How many of the latest epochs keep their checkpoints; of earlier ones, fewer and fewer do."""


class KeptEpochs:
    """Checkpoints in a directory, thinned out as they grow older.

    The latest :data:`RECENT` epochs are kept; before them, every second one over the same span, then every
    fourth, and so on: about 4 log₂(n) of n. Which ones are kept depends only on the epoch.

    Args:
        directory: The directory.
        suffix: The suffix of their names if they are files, or "" if they are directories.
    """

    def __init__(self, directory: Path, suffix: str) -> None:
        self.directory = directory
        self._suffix = suffix

    def epochs(self) -> list[int]:
        """The epochs that can be restored, in order."""
        paths = [path for path in self.directory.glob(f"epoch-*{self._suffix}") if not path.is_symlink()]
        numbers = (path.name.removeprefix("epoch-").removesuffix(self._suffix) for path in paths)
        return sorted(int(number) for number in numbers if number.isdecimal())

    def path(self, epoch: int) -> Path:
        """The path of an epoch's checkpoint."""
        return self.directory / f"epoch-{epoch:06d}{self._suffix}"

    def check(self, epoch: int) -> None:
        """Check that an epoch can be restored.

        Raises:
            UsageError: It has no checkpoint.
        """
        if epoch not in (kept := self.epochs()):
            shown = ", ".join(map(str, kept)) or "none"
            raise UsageError(f"no checkpoint of epoch {epoch} is kept; there are checkpoints of: {shown}")

    def thin(self, now: int) -> None:
        """Drop checkpoints that are too old, and later ones on a path that was abandoned.

        Args:
            now: How many epochs the model has been trained for.
        """
        for epoch in self.epochs():
            if epoch > now or not _lasts(epoch, now):
                path = self.path(epoch)
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _lasts(epoch: int, now: int) -> bool:
    spacing = epoch & -epoch  # the largest power of 2 that divides the epoch
    return epoch == 0 or now - epoch < RECENT * spacing
