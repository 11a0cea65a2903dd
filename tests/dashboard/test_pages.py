"""Tests of what is on the pages, and of what cannot get onto them."""

import json
import os
import re
import shutil
from html.parser import HTMLParser

import pytest

from hpsearch.dashboard.trial_log import readable
from hpsearch.reports.figure_kinds import FIGURE_KINDS
from tests.dashboard.conftest import Site, write_run
from tests.runs import write_nulls


def text_of(html: str) -> str:
    """The text that a reader sees of some HTML."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_the_list_has_a_row_for_each_run(still: Site) -> None:
    """Each row has the state, the progress, the best value and the number of running trials."""
    text = text_of(still.get("/").text)
    assert re.search(r"one searching val_error 0\.1 60 of 200 2 ", text)
    assert re.search(r"two complete val_error 0\.1 20 of 20", text)


def test_a_damaged_run_is_a_row_with_its_reason(site: Site) -> None:
    """Its page has the same message, instead of a server error."""
    shutil.copytree(site.root / "two", site.root / "broken")
    (site.root / "broken" / "search.db").write_bytes(b"nothing of ours")
    text = text_of(site.get("/").text)
    assert re.search(r"broken unreadable \S+broken/search.db is damaged", text)
    page = site.get("/runs/broken")
    assert page.status == 200
    assert "is damaged" in page.text
    assert "is damaged" in site.get("/runs/broken/figures/history").text


def test_a_page_of_a_run_has_all_of_it(still: Site) -> None:
    """It has the state, running trials, figures, trials and the config."""
    html = still.get("/runs/one").text
    text = text_of(html)
    assert "best val_error 0.1 in trial 0" in text
    assert "60 of 200 trials finished: 54 done, 6 failed" in text
    assert [f"/runs/one/figures/{kind}" in html for kind in FIGURE_KINDS] == [True] * len(FIGURE_KINDS)
    assert "60 results" in text
    assert "learning_rate: type float" in text


@pytest.mark.parametrize("kind", ["history", "zoom", "curves", "slices", "parallel", "grid", "timeline"])
def test_figures_are_drawn(still: Site, kind: str) -> None:
    """A figure is drawn as a part of a page."""
    assert still.get(f"/runs/two/figures/{kind}").text.startswith(f'<figure id="{kind}"')


def test_what_cannot_be_drawn_says_why(site: Site) -> None:
    """The reason is shown in its place, and no figure of another kind is."""
    write_run(site.root, "new", 5, 0).close()
    assert "No trial has a value yet" in site.get("/runs/new/figures/history").text
    assert site.get("/runs/two/figures/pie").status == 404


def test_the_trials_in_the_figures_are_json(still: Site) -> None:
    """The trials are JSON, for the note at a dot that is pointed at."""
    data = json.loads(still.get("/runs/two/trials.json").text)
    assert data["columns"] == [
        "trial",
        "val_error",
        "status",
        "epochs",
        "learning_rate",
        "optimizer",
        "note",
        "reason",
    ]
    assert [row[0] for row in data["rows"]] == list(range(20))


def test_conditions_sort_and_pages_are_in_the_address(still: Site) -> None:
    """The server filters, sorts and divides into pages."""
    text = text_of(
        still.get("/runs/one?where=optimizer%3Dadam,learning_rate%3C0.01&sort=values.learning_rate").text
    )
    rates = [float(value) for value in re.findall(r"done 2 (\S+) adam", text)]
    assert len(rates) > 5
    assert rates == sorted(rates)
    assert max(rates) < 0.01
    last = still.get("/runs/one?page=2").text
    assert "page 2 of 2" in last
    assert last.count('<td class="number"><a href="/runs/one/trials/') == 10 + 2  # and the running ones
    assert still.get("/runs/one?page=999999").text.count("page 2 of 2") == 1


@pytest.mark.parametrize("where", ["nonsense<1", "learning_rate<many", "status<1"])
def test_a_wrong_condition_is_explained(still: Site, where: str) -> None:
    """The explanation is shown in place of the table."""
    page = still.get(f"/runs/one?where={where}")
    assert page.status == 200
    assert re.search("There is no column|needs a number|0 of 60 results", page.text)


def test_a_trial_has_a_page(site: Site) -> None:
    """It has the trial's values, command, curve, origin and output."""
    logs = site.root / "two" / "trials" / "00003"
    logs.mkdir(parents=True)
    (logs / "stdout.log").write_bytes(b"epoch 1\repoch 2\r\nplain \x1b[31mred\x1b[0m <i>\n")
    page = site.get("/runs/two/trials/3")
    text = text_of(page.text)
    assert "status done" in text
    assert "python train.py" in text
    assert 'id="curve"' in page.text
    assert "Phase coarse" in text
    assert '<pre class="log">epoch 2\nplain red &lt;i&gt;\n</pre>' in page.text


def test_a_traceback_keeps_its_lines_and_columns(still: Site) -> None:
    """It is a separate block below the reason, with every text escaped."""
    page = still.get("/runs/one/trials/9").text
    assert '<pre class="log">Traceback:\n  javascript:harm()</pre>' in page
    assert "&lt;script&gt;harm()" in page
    assert page.count("Traceback") == 1


@pytest.mark.parametrize("trial", ["61", "best", "99", "-1", "x", "0x1", "9" * 30])
def test_which_trials_have_a_page(still: Site, trial: str) -> None:
    """Trials that have begun have a page, by number and as best."""
    assert still.get(f"/runs/one/trials/{trial}").status == (200 if trial in ("61", "best") else 404)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/runs/..",
            "/runs/%2e%2e",
            "/runs/../one",
            "/runs/..%2f..%2fetc",
            "/runs/.",
            "/runs/%00",
            "/runs/%ff",
        ),
        *(
            "/runs/one/trials/..%2f..%2fsearch.db",
            "/static/../server.py",
            "/static/..%2fserver.py",
            "/runs//",
        ),
        *("/compare?run=../two&run=one", "/runs/one/figures/..%2f..", "/runs/.hidden", "//runs"),
    ],
)
def test_paths_lead_nowhere_else(site: Site, path: str) -> None:
    """Names are compared with existing ones, and never become paths."""
    shutil.copytree(site.root / "two", site.root / ".hidden")
    shutil.copytree(site.root / "two", site.root.parent / "outside", dirs_exist_ok=True)
    assert site.get(path).status == 404


def test_links_in_a_run_are_not_followed(site: Site) -> None:
    """A log, a trial's directory or the directory of all trials is not read if it is a link."""
    secret = site.root.parent / "secret"
    secret.mkdir()
    (secret / "stdout.log").write_text("the secret")
    trials = site.root / "two" / "trials"
    (trials / "00001").mkdir(parents=True)
    (trials / "00001" / "stdout.log").symlink_to(secret / "stdout.log")
    (trials / "00002").symlink_to(secret)
    os.mkfifo(trials / "00001" / "stderr.log")
    for number in (1, 2):
        page = site.get(f"/runs/two/trials/{number}").text
        assert "the secret" not in page
        assert "It has printed nothing." in page
    shutil.rmtree(trials)
    trials.symlink_to(secret.parent)
    shutil.copytree(secret, secret.parent / "00003")
    assert "the secret" not in site.get("/runs/two/trials/3").text


def test_hostile_texts_stay_text(still: Site) -> None:
    """No view of a hostile text contains markup or control characters."""
    with still.events("/runs/one") as events:
        failures = events.next()["parts"]["failures"]
    paths = (
        "/",
        "/runs/one",
        "/runs/one?where=%3Cscript%3E",
        "/runs/one/trials/9",
        "/compare?run=one&run=two",
    )
    answers = [still.get(path).text for path in (*paths, "/runs/one/figures/zoom", "/runs/%3Cscript%3E")]
    assert "&lt;script&gt;harm()" in failures
    assert "Traceback of trial 9" in failures
    for html in [*answers, failures]:
        assert "\x1b" not in html
        found = Markup(html)
        assert not {"b", "i", "img", "iframe"} & found.tags
        assert not [name for name in found.attributes if name == "style" or name.startswith("on")]
        assert all(re.match(r"/|#", link) for link in found.links)
        assert all(source.startswith("/static/") for source in found.scripts)


class Markup(HTMLParser):
    """The elements that a browser finds in some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes.update(given)
        self.links += [given["href"] or ""] if "href" in given else []
        self.scripts += [given.get("src") or ""] if tag == "script" else []


def test_two_runs_are_side_by_side(still: Site) -> None:
    """The page has the settings in which they differ; one run is not enough."""
    text = text_of(still.get("/compare?run=one&run=two").text)
    assert "search.trials 200 20" in text
    assert "Choose two runs to compare; found 1." in still.get("/compare?run=one").text
    assert "Choose two runs to compare; found 1." in still.get("/compare?run=one&run=one").text


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"10%\r50%\r100%\n", "100%\n"),
        (b"\x1b]0;title\x07\x1b[1;32mok\x1b[K\x1b[0m", "ok"),
        (b"\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b'\xff\x00<&>"', "\\\\xff\\x00&lt;&amp;&gt;&quot;"),
        (b"\x1b", "\\x1b"),
        (b"a\tb", "a       b"),
    ],
)
def test_output_is_shown_as_a_terminal_would_without_colours(data: bytes, shown: str) -> None:
    """Escape sequences are left out, other control characters are visible, and nothing is markup."""
    assert readable(data) == shown.replace("\\\\xff", "\\xff")


def test_only_the_end_of_a_long_log_is_read(site: Site) -> None:
    """The end is shown in whole lines, with the size of the log."""
    logs = site.root / "two" / "trials" / "00003"
    logs.mkdir(parents=True)
    (logs / "stderr.log").write_text("".join(f"line {number}\n" for number in range(20_000)))
    page = site.get("/runs/two/trials/3").text
    assert "The last 32 KB of 203 KB." in page
    assert re.search(r'<pre class="log">line \d{5}\n', page)
    assert "line 19999\n</pre>" in page


def test_null_is_told_from_a_parameter_that_is_not_used(site: Site) -> None:
    """This is so in the table, in the details of a trial in figures, and next to another run."""
    write_nulls(site.root, "nulls")
    text = text_of(site.get("/runs/nulls?where=trial<2").text)
    assert "adam null &quot;null&quot; 0.95" in text
    assert "adam cosine unused 0.95" in text
    assert "20 0.2 done 0 sgd 0.0 s" in text_of(site.get("/runs/nulls?where=trial=20").text)
    rows = json.loads(site.get("/runs/nulls/trials.json").text)["rows"]
    assert rows[0][4:8] == ["adam", "null", '"null"', 0.95]
    assert rows[13][4:8] == ["sgd", None, None, None]
    assert "schedule null words &quot;null&quot;" in text_of(site.get("/compare?run=nulls&run=one").text)


def test_a_wrong_filter_is_marked_where_it_is_wrong(still: Site) -> None:
    """The filter and a mark below it are on separate lines."""
    html = still.get("/runs/one?where=status=done,lerning_rate<1").text
    assert "where, character 13: There is no column lerning_rate. Did you mean learning_rate?</p>" in html
    assert "<pre>  status=done,lerning_rate&lt;1\n              ^</pre>" in html


def test_the_first_problem_of_a_damaged_config_is_in_the_list(site: Site) -> None:
    """The page of the run has all of them, one per line."""
    with write_run(site.root, "odd", 5, 0) as run:
        run.set_meta(config=run.meta("config") | {"seed": -1, "name": "a/b"})
    problems = text_of(site.get("/").text).rpartition("unreadable ")[2]
    assert problems.startswith("the config stored in search.db: name: must be 1 to 100 letters")
    assert "seed" not in problems
    assert "\\n" not in problems
    assert "seed: must be at least 0" in site.get("/runs/odd").text
