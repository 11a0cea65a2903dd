"""Tests of words that a user passes to a script in every trial."""

import pytest

from hpsearch.scripts import Option, Script, propose_config, with_fixed_words

OPTIONS = (
    Option("data", "{}", "text", required=True),
    Option("model", "{}", "text", required=True),
    Option("lr", "--lr {}", "float", 0.1),
    Option("width", "--width={}", "int", 64),
    Option("nesterov", "--nesterov", "bool", False),
    Option("epochs", "--epochs {}", "int", 3),
    Option("max_steps", "--max-steps {}", "int", -1, help="-1 means for ever"),
)


@pytest.mark.parametrize(
    ("words", "run", "searched"),
    [
        (
            [],
            "--epochs {epochs} EDIT_ME EDIT_ME --max-steps EDIT_ME {args}",
            ("lr", "width", "nesterov"),
        ),
        (
            ["a b", "m"],
            "'a b' m --epochs {epochs} --max-steps EDIT_ME {args}",
            ("lr", "width", "nesterov"),
        ),
        (
            ["--lr", "1", "{trial_dir}/x"],
            "--lr 1 '{trial_dir}/x' --epochs {epochs} EDIT_ME --max-steps EDIT_ME {args:--k=v}",
            ("width", "nesterov"),
        ),
        (
            ["--width=8", "--nesterov", "a", "m", "--max-steps", "9"],
            "--width=8 --nesterov a m --max-steps 9 --epochs {epochs} {args}",
            ("lr",),
        ),
    ],
)
def test_what_is_given_is_neither_searched_nor_asked_for(
    words: list[str], run: str, searched: tuple[str, ...]
) -> None:
    """Options may have an equals sign or not; arguments keep their order."""
    script = with_fixed_words(Script("argparse", OPTIONS), words)
    draft = propose_config(script, ["t"], made_from="t.py", name="t")
    assert draft.searched == searched
    assert len([edit for edit in draft.edits if "in place of" in edit]) == run.count("EDIT_ME")
    assert f"    run: 't {run}'" in draft.text.replace("''", "'")


def test_the_number_of_epochs_stays_an_option() -> None:
    """This is so that early stopping knows it."""
    script = with_fixed_words(Script("argparse", OPTIONS), ["--epochs", "20"])
    assert script.fixed == ()
    assert "    epochs: 20 " in propose_config(script, ["t"], made_from="t", name="t").text
