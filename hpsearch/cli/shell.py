"""``completion``."""

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL.

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
