"""Refuses requests that do not come from a page that this server sent.

A page of another site can make a browser send requests to servers on this machine, and an attacker's domain
can be pointed at them (DNS rebinding). So the Host must be a name of this server, the Origin its own, and a
request that another site caused may only open a page, which that site cannot see.
"""

import ipaddress
import re
import socket
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hpsearch.dashboard.resources import style_source

__all__ = ["HEADERS", "Guard", "host_names"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src {style}; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""Headers of every response, besides the policy."""

_METHODS = ("GET", "HEAD")
_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{1,5})?")


class Guard:
    """Refuses requests that must not be answered, and adds :data:`HEADERS` to every answer.

    Args:
        app: The application that answers.
        host: The address or name that the server listens on.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._names, self._any_address = host_names(host)
        headers = {"content-security-policy": POLICY.format(style=style_source()), **HEADERS}
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(message)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        answer = self._app if refusal is None else PlainTextResponse(refusal[1] + "\n", refusal[0])
        await answer(scope, receive, send_with_headers)

    def _add_headers(self, message: MutableMapping[str, Any]) -> None:
        present = {name for name, _ in message["headers"]}
        more = (each for each in self._headers if each[0] not in present)
        message["headers"] = [*message["headers"], *more]

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Why a request is refused: the status and a sentence."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return 403, "This dashboard answers only to its own name. Open it by the address it printed."
        if origins and origins not in ([f"http://{hosts[0]}"], [f"https://{hosts[0]}"]):
            return 403, "Pages of other sites may not read the dashboard."
        foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if foreign and headers.get("sec-fetch-mode") != "navigate":
            return 403, "Pages of other sites may not read the dashboard."
        if method not in _METHODS:
            return 405, "The dashboard is read-only: it takes only GET and HEAD requests."
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names this server, with any port, because a tunnel may have another one."""
        found = _HOST.fullmatch(host)
        name = (found["address"] or found["name"]).lower() if found else ""
        if name in self._names:
            return True
        # An IP address is not a domain that could be pointed here.
        return self._any_address and _is_address(name)


def host_names(host: str) -> tuple[frozenset[str], bool]:
    """The names of a server that listens on an address, and whether any IP address is one of them."""
    own = {"localhost", "127.0.0.1", "::1"}
    everywhere = _is_address(host) and ipaddress.ip_address(host).is_unspecified
    named = {socket.gethostname().lower()} if everywhere else {host.lower()}
    return frozenset(own | named), everywhere


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
