"""Commands about this machine: ``doctor``, ``completion``."""

import click

from hpsearch.cli.options import Color, Form, common, formats, screen


@click.command()
@formats
@common
def doctor(form: Form, color: Color) -> None:
    """Report the software and the CPUs that searches use.

    Shows versions, CPUs, and how fast matrix products are here with the portable kernels and with the fastest
    ones, measured in child processes (see run.kernels in a config).
    """
    from hpsearch.errors import UsageError
    from hpsearch.executors.choose import available_cpus
    from hpsearch.machine import kernels
    from hpsearch.machine.versions import versions
    from hpsearch.reports.doctor import doctor_details
    from hpsearch.reports.render import print_report

    try:
        portable = kernels.measure(kernels.PORTABLE)
    except UsageError:  # this CPU lacks instructions that they need
        portable = None
    fastest = kernels.measure(kernels.FASTEST)
    print_report(doctor_details(versions(), available_cpus(), portable, fastest), form, screen(color))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash:  hpsearch completion bash > ~/.local/share/bash-completion/completions/hpsearch
    zsh:   hpsearch completion zsh > ~/.zfunc/_hpsearch     (with ~/.zfunc in $fpath)
    fish:  hpsearch completion fish > ~/.config/fish/completions/hpsearch.fish
    """
    from click.shell_completion import get_completion_class

    from hpsearch.cli.program import program

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there is no completion for {shell}")
    click.echo(found(program, {}, "hpsearch", "_HPSEARCH_COMPLETE").source())
