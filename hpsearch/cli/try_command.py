"""The command ``try``."""

from __future__ import annotations  # types are imported for annotations only

from pathlib import Path

import click

from hpsearch.cli.options import Color, Form, common, config_file, formats, overrides, screen


@click.command("try")
@config_file
@overrides
@formats
@common
def try_(config: Path, overrides: tuple[str, ...], form: Form, color: Color) -> None:
    """Run one trial of CONFIG and show what it reports.

    Uses the first values in search.enqueue, such as a script's defaults, or else the first that a search
    would try. Shows the command, the metrics with the lines they came from, epochs, time and memory, and what
    to change. Keeps nothing.

    \b
    Example:
      hpsearch try config.yaml
    """
    import tempfile

    from hpsearch.config import load
    from hpsearch.errors import SearchFailed
    from hpsearch.reports.attempt import attempt_details
    from hpsearch.reports.render import print_report
    from hpsearch.trying import try_config

    loaded = load(config, overrides)
    with tempfile.TemporaryDirectory(prefix="hpsearch-try-") as directory:
        attempt = try_config(loaded, Path(directory) / "run")
    details = attempt_details(
        loaded.metric,
        attempt.trial,
        attempt.result,
        command=attempt.command,
        sightings={name: (seen.line, seen.times) for name, seen in attempt.sightings.items()},
        others=attempt.others,
        memory=attempt.memory,
        notes=attempt.notes,
    )
    print_report(details, form, screen(color))
    if not attempt.result.status.ranked:
        raise SearchFailed(f"The trial {attempt.result.status}: {attempt.result.reason.splitlines()[0]}")
