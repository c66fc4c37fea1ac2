"""The real server with the real demo data, and a real browser (Debian's chromium)."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Server:
    """A running demo: its address and a one-time sign-in link."""

    url: str
    data: Path
    environ: dict[str, str]

    def sign_in_link(self) -> str:
        """Return a new link, as a second `fiilis demo` would print it."""
        done = subprocess.run(
            [sys.executable, "-m", "fiilis", "demo", "--load-only"],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        match = re.search(r"/enter/[\w-]+", done.stdout)
        assert match is not None, done.stdout + done.stderr
        return self.url + match[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 480) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`fiilis demo`, as a newcomer starts it."""
    data, port = tmp_path_factory.mktemp("demo"), free_port()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("FIILIS_", "DJANGO_"))}
    environ = clean | {"FIILIS_DATA": str(data), "FIILIS_MODE": "demo", "COLUMNS": "200"}
    log = (data / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "fiilis", "demo", "--no-live", "--port", str(port)], env=environ, stdout=log, stderr=log
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Server(f"http://127.0.0.1:{port}", data, environ)
    finally:
        process.terminate()
        process.wait(40)
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Watched:
    """Contexts whose pages must not complain: no console errors, no CSP message, no foreign request."""

    complaints: list[str]
    make: Callable[..., BrowserContext]


@pytest.fixture
def watched(browser: Browser, server: Server) -> Iterator[Watched]:
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            complaints.append(message.text)

    def watch(page: Page) -> None:
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((server.url, "data:")) else complaints.append(r.url))

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "fi-FI", "viewport": {"width": 1280, "height": 900}} | options)
        context.on("page", watch)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield Watched(complaints, make)
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def signed_in_state(browser: Browser, server: Server) -> dict[str, object]:
    """Cookies of the demo's user: she has pressed the one-time link's button."""
    context = browser.new_context(locale="fi-FI")
    page = context.new_page()
    page.goto(server.sign_in_link())
    page.get_by_role("button").first.wait_for()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/w/**")
    state = context.storage_state()
    context.close()
    return dict(state)
