"""Every console, YAML and Python block of README and the docs does what the page says."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from hpsearch.machine.kernels import arithmetic
from hpsearch.store import Run
from tests.docs.blocks import ROOT, blocks, pages
from tests.docs.page_run import QUICK_START, PageRun, prepare

PAGES = [page for page in pages() if blocks(page)]
LANGUAGES = {"console", "yaml", "python", "text", "sh", "csv", "json", "awk", "sql", "html"}


@pytest.fixture(scope="session")
def quick_start(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """Copies the run of the README's first command, which is made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / "quick-start"

    def put(place: Path) -> str:
        with FileLock(f"{shared}.lock"):
            if not (shared / "printed").exists():
                shutil.rmtree(shared, ignore_errors=True)
                shared.mkdir()
                prepare(shared)
                code, printed = PageRun(shared, put).shell(QUICK_START)
                assert code == 0, printed
                (shared / "printed").write_text(printed)
        if not (place / "runs" / "digits-001").exists():
            shutil.copytree(shared / "runs" / "digits-001", place / "runs" / "digits-001")
        return (shared / "printed").read_text()

    return put


def reproducible() -> bool:
    """Whether numbers equal those in the docs: with NumPy's pinned version and the usual arithmetic."""
    pinned = f"numpy=={np.__version__} " in (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return pinned and arithmetic() == "x86-64-v3/Haswell"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.filterwarnings("ignore::UserWarning")  # messages of the searches
def test_every_block_does_what_the_page_says(
    page: str,
    in_tmp: Path,
    monkeypatch: pytest.MonkeyPatch,
    quick_start: Callable[[Path], str],
    request: pytest.FixtureRequest,
    full: bool,
) -> None:
    """Each block runs, and prints what is shown; times, sizes and paths may differ."""
    monkeypatch.syspath_prepend(in_tmp)
    monkeypatch.setenv("COLUMNS", "200")
    # Python blocks search one trial at a time, without processes of their own: the results are the same.
    monkeypatch.setattr("hpsearch.executors.choose.available_cpus", lambda: 1)
    prepare(in_tmp)
    found = blocks(page)
    if any("digits-001" in block.text for block in found):
        quick_start(in_tmp)
    run = PageRun(in_tmp, quick_start, compare=reproducible(), full=full)
    try:
        for block in found:
            run.run(block)
    finally:
        run.close()
    if run.outputs and request.config.getoption("--write-goldens"):
        write(ROOT / page, run.outputs)
    shown = {block.span: block for block in found}
    assert not run.outputs, "\n".join(
        f"{shown[span].place} should be; read it, then write it with --write-goldens\n{text}"
        for span, text in run.outputs.items()
    )


def write(path: Path, outputs: dict[tuple[int, int], str]) -> None:
    """Write new outputs into a page."""
    source = path.read_text(encoding="utf-8")
    for (start, end), text in sorted(outputs.items(), reverse=True):
        source = source[:start] + text + source[end:]
    path.write_text(source, encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_fence_can_be_read(page: str) -> None:
    """A fence names a known language, and shell commands are console blocks, with a $ before each."""
    for block in blocks(page):
        assert block.language in LANGUAGES, block.place
        assert block.language != "sh" or block.reason, f"{block.place}: make it a console block"
        assert not (block.language == "text" and block.text.startswith("$ ")), block.place


def test_every_fence_is_found() -> None:
    """No fence in a page is missed, so that every block is tested."""
    for page in PAGES:
        source = (ROOT / page).read_text(encoding="utf-8")
        assert source.count("```") == 2 * len(blocks(page)), page


def test_the_whole_leaderboard_is_the_recorded_one(
    in_tmp: Path, quick_start: Callable[[Path], str], golden: Callable[..., None]
) -> None:
    """A digest covers all 64 trials with all digits; the arithmetic's name is left out."""
    if not reproducible():
        pytest.skip(f"the digits are those of NumPy's pinned version with AVX2, and this is {arithmetic()}")
    quick_start(in_tmp)
    code, printed = PageRun(in_tmp, quick_start).command("hpsearch leaderboard runs/digits-001 -n 0 -f json")
    leaderboard = json.loads(printed)
    del leaderboard["arithmetic"]
    digest = hashlib.sha256(json.dumps(leaderboard, sort_keys=True).encode()).hexdigest()
    assert code == 0
    golden("digits-leaderboard.sha256", f"{digest}\n")


def test_the_quick_start_finds_a_good_network(in_tmp: Path, quick_start: Callable[[Path], str]) -> None:
    """Its best trial errs on at most 2.5 % of the validation digits and 4 % of the test digits."""
    quick_start(in_tmp)
    with Run.read(in_tmp / "runs" / "digits-001") as run:
        (best,) = run.ranking(1)
    assert best.value is not None
    assert best.value <= 0.025
    assert best.final["test_error"] is not None
    assert best.final["test_error"] <= 0.04


def test_the_picture_in_the_readme_is_that_of_its_search(
    in_tmp: Path, quick_start: Callable[[Path], str], golden: Callable[..., None]
) -> None:
    """It is what `hpsearch plot` draws for the search in the transcript."""
    if not reproducible():
        pytest.skip(f"the dots are those of NumPy's pinned version with AVX2, and this is {arithmetic()}")
    quick_start(in_tmp)
    code, _ = PageRun(in_tmp, quick_start).command("hpsearch plot runs/digits-001 zoom -o zoom.svg")
    assert code == 0
    golden("zoom.svg", (in_tmp / "zoom.svg").read_text(encoding="utf-8"), ROOT / "docs")
