from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hpsearch.config import load, trial_config
from hpsearch.config.writing import dump
from hpsearch.document import parse
from hpsearch.document.nodes import Position, plain
from hpsearch.document.problems import Problems
from hpsearch.trial import Trial

GOOD = Path(__file__).parent / "good.yaml"
TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"))
VALUES = (
    st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(["no", "010", "1,5", "1e5", "12:30", "~", "0o17", "null", "1_000", "<<", ".inf", "- a"])
)


LONG = st.lists(st.sampled_from(["a", "", "#", "- b", "c: d", "'e'", "{f}", "g" * 30]), min_size=40).map(
    " ".join
)
KEYS = TEXTS | st.sampled_from(["on", "1", "<<", "~"])
SECTIONS = st.dictionaries(KEYS, VALUES | LONG | st.lists(VALUES | LONG))


@given(SECTIONS | st.dictionaries(KEYS, SECTIONS | st.lists(SECTIONS)), st.booleans())
def test_what_is_written_is_read_back(data: dict[str, object], short: bool) -> None:
    """Whatever a config can hold is written so that it is read back as it was."""
    problems = Problems()
    tree = parse.compose(dump(data, short=short), Position("text", 1, 1), problems)
    assert not problems
    assert tree is not None
    assert plain(tree) == data


@given(TEXTS)
def test_what_is_written_is_printable(text: str) -> None:
    """No control character, no mark that turns the direction of writing."""
    assert dump({text: text, "list": [text]}).replace("\n", "").isprintable()


def test_trial_config_is_a_config(tmp_path: Path) -> None:
    """A trial's values become a config that runs them alone."""
    config = load(GOOD)
    values = {"learning_rate": 1e-5, "momentum": 0.9, "hidden_layers": 2, "optimizer": "sgd"}
    path = tmp_path / "best.yaml"
    path.write_text(trial_config(config, Trial(3, values, 7)))
    best = load(path)
    assert (best.space.dimensions, dict(best.space.constants)) == (0, values)
    assert best.search.trials == 1
    assert best.objective.constants["beta2"] == 0.999
