"""Commands about this machine: ``doctor``, ``completion``."""

import click

from hpsearch.cli.options import Color, Form, common, console, formats


@click.command()
@formats
@common
def doctor(form: Form, color: Color) -> None:
    """Report the software and the CPUs that searches use.

    Shows versions, CPUs and the speed of matrix products, which is measured in a child process, and whether
    OpenBLAS has a faster kernel for this CPU than the one it chooses (see run.blas_kernel in a config).
    """
    from hpsearch import blas
    from hpsearch.executors.choose import available_cpus
    from hpsearch.reports.doctor import doctor_details
    from hpsearch.reports.render import print_report
    from hpsearch.versions import versions

    own = blas.measure()
    better = blas.better_kernel(own.kernel if own else None, blas.cpu_flags())
    other = blas.measure(better) if better else None
    print_report(doctor_details(versions(), available_cpus(), own, better, other), form, console(color))


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
