"""The command ``dashboard``."""

from pathlib import Path

import click

from hpsearch.cli.options import say


@click.command()
@click.argument("root", type=click.Path(path_type=Path, file_okay=False), default=Path("runs"))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="The address to listen on; 0.0.0.0 lets other machines connect.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="The port to listen on; 0 for any free one. [default: 8321 or a free one]",
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def dashboard(root: Path, host: str, port: int | None, open_browser: bool) -> None:
    """Show the runs in ROOT live in a browser.

    ROOT is runs/ by default; it can also be a single run. The pages show running trials, all figures, the
    leaderboard, failures, logs, and two runs side by side, and follow the searches while they run. The
    dashboard only reads. It accepts connections from this machine only, unless --host says otherwise. Ctrl-C
    ends it.

    \b
    Examples:
      hpsearch dashboard
      hpsearch dashboard runs/digits-001 --port 9000
    """
    from hpsearch.errors import UsageError

    try:
        from hpsearch.dashboard.server import Dashboard
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "h11"):
            raise
        raise UsageError(
            f"The dashboard needs the package {error.name}: pip install 'hpsearch[dashboard]'."
            " `hpsearch report RUN` writes a page without it."
        ) from None
    with Dashboard(root, host, port) as server:
        if server.is_reachable:
            say(
                "Warning: anyone who can reach this machine can read these runs."
                " Use it only on networks you trust."
            )
        say(f"Dashboard of {root}: {server.address} (Ctrl-C ends it)")
        if open_browser:
            click.launch(server.address)
        server.run()
