"""The server: where it listens, and how it ends."""

import errno
import ipaddress
import logging
import os
import socket
from pathlib import Path
from typing import Self

import uvicorn

from hpsearch.dashboard.application import application
from hpsearch.errors import UsageError

__all__ = ["DEFAULT_PORT", "Dashboard"]

DEFAULT_PORT = 8321
_LAST_ANSWERS = 2  # seconds that open connections have when the server ends


class Dashboard:
    """A server that listens, and answers while :meth:`run` runs. A context manager.

    Args:
        root: The directory with the runs, or one run.
        host: The address or name to listen on.
        port: 0 for any free one; None for :data:`DEFAULT_PORT`, or any free one if that is taken.

    Attributes:
        address: The address to open in a browser.

    Raises:
        RunNotFound: There is no such directory.
        UsageError: It cannot listen there.
    """

    def __init__(self, root: Path, host: str = "127.0.0.1", port: int | None = None) -> None:
        app = application(root, host, lambda: self._server.should_exit)
        self._socket = _listening(host, port)
        bound = self._socket.getsockname()[1]
        self.address = f"http://{_shown(host)}:{bound}/"
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_LAST_ANSWERS,
        )
        self._server = uvicorn.Server(config)

    @property
    def is_reachable(self) -> bool:
        """Whether other machines may reach it."""
        address = ipaddress.ip_address(self._socket.getsockname()[0])
        return not address.is_loopback

    def run(self) -> None:
        """Answer until a signal comes, which is raised again at the end."""
        log = logging.getLogger("uvicorn.error")
        log.addFilter(self._is_worth_saying)
        try:
            self._server.run(sockets=[self._socket])
        finally:
            log.removeFilter(self._is_worth_saying)

    def _is_worth_saying(self, _: logging.LogRecord) -> bool:
        """Whether to log a message; not those about answers that are cut off when the server ends."""
        return not self._server.should_exit

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def stop(self) -> None:
        """Make :meth:`run` return; any thread may call it."""
        self._server.should_exit = True


def _listening(host: str, port: int | None) -> socket.socket:
    """A socket that listens.

    Raises:
        UsageError: It cannot.
    """
    try:
        return _bound(host, DEFAULT_PORT if port is None else port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and port is None:
            return _bound(host, 0)
        raise UsageError(_why(error, host, port)) from error


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    found = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(where)
        found.listen(128)
    except BaseException:
        found.close()
        raise
    return found


def _why(error: OSError, host: str, port: int | None) -> str:
    if isinstance(error, socket.gaierror):
        return f"--host must be an address or a name of this machine; found {host!r} ({error.strerror})"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken. Choose another --port; 0 takes any free one."
    if error.errno == errno.EACCES:
        return f"Port {port} needs the rights of the system's administrator. Choose one above 1023."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host must be an address of this machine; found {host}"
    return f"Cannot listen on {host}: {error.strerror or error}"


def _shown(host: str) -> str:
    """A host in the form that a URL needs."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return socket.gethostname()
    return f"[{host}]" if address.version == 6 else host
