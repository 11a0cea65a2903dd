"""Tests of which requests are answered: those of this server's own pages, and no others."""

import base64
import hashlib
import socket

import pytest

from hpsearch.dashboard.guard import HEADERS, host_names
from tests.dashboard.conftest import Site, files_below


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.0.0.1:1", "localhost:{port}"]
)
def test_its_own_names_are_answered(still: Site, host: str) -> None:
    """Its own names are answered with any port, because a tunnel has another one."""
    assert still.get("/", host=host.format(port=still.port)).status == 200


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example"),
        *(
            "10.0.0.1",
            "localhost@evil.example",
            "evil.example#@127.0.0.1",
            "[::2]",
            "localhost:",
            "localhost.",
        ),
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/runs/one", "/static/dashboard.js", "/runs/one/figures/zoom", "/nothing"]
)
def test_another_host_gets_403(still: Site, host: str, path: str) -> None:
    """A domain that was pointed at this machine (DNS rebinding) can read no address."""
    answer = still.get(path, host=host.format(port=still.port))
    assert answer.status == (400 if not host else 403)  # without a Host it is not a valid HTTP/1.1 request
    assert "one" not in answer.text.replace("only", "")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "http://localhost:{port}"]
)
def test_another_origin_gets_403(still: Site, origin: str) -> None:
    """Another origin is refused even if it is this machine under another port or name."""
    assert still.get("/", origin=origin.format(port=still.port)).status == 403


def test_its_own_origin_is_answered(still: Site) -> None:
    """Its own origin, which browsers send with some requests, is answered."""
    assert still.get("/", origin=still.address).status == 200


def test_another_site_may_only_open_a_page(still: Site) -> None:
    """A link from another site works; its scripts, images and fetches get nothing."""
    assert still.get("/", sec_fetch_site="cross-site", sec_fetch_mode="navigate").status == 200
    assert still.get("/", sec_fetch_site="cross-site", sec_fetch_mode="no-cors").status == 403
    assert still.get("/", sec_fetch_site="same-site", sec_fetch_mode="cors").status == 403
    assert still.get("/", sec_fetch_site="same-origin", sec_fetch_mode="cors").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_only_shows(still: Site, method: str) -> None:
    """Every request that would change something is refused."""
    assert still.get("/runs/one", method).status == 405


def test_head_is_get_without_the_body(still: Site) -> None:
    """HEAD works for pages and for streams."""
    for accept in ("text/html", "text/event-stream"):
        answer = still.get("/runs/one", "HEAD", accept=accept)
        assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize("path", ["/", "/runs/one", "/static/figures.js", "/runs/one/trials.json", "/no"])
def test_every_answer_has_the_policy(still: Site, path: str) -> None:
    """Every answer, including refusals and files, has a policy that allows nothing from elsewhere."""
    for answer in (still.get(path), still.get(path, host="evil.example")):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'sha256-")
        assert "unsafe" not in policy


def test_the_policy_allows_the_style_sheet_of_the_page(still: Site) -> None:
    """The policy has the style sheet's hash, so the page can be painted without other requests."""
    page = still.get("/")
    style = page.text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in page.headers["content-security-policy"]
    assert "stylesheet" not in page.text


def test_an_address_for_every_machine_is_known_by_addresses_and_the_machines_name() -> None:
    """No domain can be pointed at a host that is written as an address."""
    names, any_address = host_names("::")
    assert any_address
    assert names == {"localhost", "127.0.0.1", "::1", socket.gethostname().lower()}
    assert host_names("192.0.2.7") == ({"localhost", "127.0.0.1", "::1", "192.0.2.7"}, False)


def test_nothing_is_written(still: Site) -> None:
    """No request changes or creates a file in any run."""
    before = files_below(still.root)
    for path in ("/", "/runs/one", "/runs/two", "/runs/two/trials/3", "/compare?run=one&run=two"):
        assert still.get(path).status == 200
    for kind in ("history", "zoom", "timeline"):
        assert still.get(f"/runs/two/figures/{kind}").status == 200
    assert files_below(still.root) == before
