"""A headless Chromium, driven over the WebDriver protocol with only the standard library."""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

_NAMES = "chromium", "chromium-browser", "google-chrome"
_OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]


class Browser:
    """One window.

    Args:
        address: The address of the session at the driver.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def open(self, path: Path) -> None:
        """Show a local file, and wait until it is loaded."""
        self.visit(path.resolve().as_uri())

    def visit(self, address: str) -> None:
        """Show the page at an address, and wait until it is loaded."""
        self._call("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script, and return its result."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, condition: str, seconds: float = 30.0) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + seconds
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < end, f"never came true: {condition}"

    def click(self, selector: str) -> None:
        """Click on the first element that a selector finds."""
        self._call("POST", f"/element/{self._find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        self._call("POST", f"/element/{self._find(selector)}/value", {"text": text})

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the mouse at one place in the window, move it to another, and release it."""
        steps: list[dict[str, Any]] = [
            {"type": "pointerMove", "duration": 0, "x": round(start[0]), "y": round(start[1])},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "duration": 20, "x": round(end[0]), "y": round(end[1])},
            {"type": "pointerUp", "button": 0},
        ]
        self._pointer(steps)

    def hover(self, x: float, y: float) -> None:
        """Move the mouse to a place in the window."""
        self._pointer([{"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y)}])

    def resize(self, width: int, height: int) -> None:
        """Give the window a size."""
        self._call("POST", "/window/rect", {"width": width, "height": height})

    def screenshot(self, path: Path) -> None:
        """Write the content of the window as a PNG file."""
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def dark(self, *, dark: bool) -> None:
        """Make the page believe that the system is dark, or light."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        parameters = {"cmd": "Emulation.setEmulatedMedia", "params": {"features": [feature]}}
        self._call("POST", "/goog/cdp/execute", parameters)

    def narrow(self, width: int, height: int) -> None:
        """Make the page believe that the screen has this size, which may be narrower than any window."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        parameters = {"cmd": "Emulation.setDeviceMetricsOverride", "params": size}
        self._call("POST", "/goog/cdp/execute", parameters)

    def console(self) -> list[str]:
        """Console messages since the last call, including violations of the page's policy."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def _pointer(self, steps: Sequence[dict[str, Any]]) -> None:
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}}
        self._call("POST", "/actions", {"actions": [{**mouse, "actions": list(steps)}]})

    def _find(self, selector: str) -> str:
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        return str(next(iter(found.values())))

    def _call(self, method: str, path: str, body: object = None) -> Any:
        return _request(method, self._address + path, body)


def _request(method: str, address: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 -- an address of this machine
        address, data, {"Content-Type": "application/json"}, method=method
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=120) as response:
        return json.load(response)["value"]


def installed() -> tuple[str, str] | None:
    """The paths of Chromium and of its driver; None for one that is missing."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    driver = shutil.which("chromedriver")
    return (program, driver) if program and driver else None


@contextlib.contextmanager
def running(directory: Path) -> Iterator[Browser]:
    """A new browser; without one the test is skipped, except in CI, which must have it.

    Args:
        directory: The directory of its profile.
    """
    found = installed()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs chromium and chromedriver")
        pytest.skip("needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)")
    program, driver = found
    with (
        subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process,
    ):
        try:
            address = f"http://127.0.0.1:{_port(process)}"
            options = {"binary": program, "args": [*_OPTIONS, f"--user-data-dir={directory / 'profile'}"]}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = _request(
                "POST",
                f"{address}/session",
                {"capabilities": {"alwaysMatch": {"browserName": "chrome", **wanted}}},
            )
            at = f"{address}/session/{session['sessionId']}"
            try:
                yield Browser(at)
            finally:
                _request("DELETE", at)
        finally:
            process.terminate()


def _port(process: "subprocess.Popen[bytes]") -> int:
    """The port that the driver reports."""
    assert process.stdout is not None
    for line in process.stdout:
        _, found, rest = line.decode().partition("started successfully on port ")
        if found:
            return int(rest.strip().rstrip("."))
    raise AssertionError("the driver did not start")
