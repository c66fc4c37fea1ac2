"""Serves the gallery's pages and the design room's static files under the product's own CSP, for real browsers."""

from __future__ import annotations

import mimetypes
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, sync_playwright

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Site:
    """A tiny site: `pages` by path, and for `door` paths whatever `answer` says to a posted body."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.posts: list[bytes] = []
        self.answers: list[tuple[int, dict[str, str], str]] = []
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()
        self.hold: threading.Event | None = None
        self.url = ""
        self.asked: list[str] = []
        self.events: queue.Queue[str | None] = queue.Queue()


class Server(ThreadingHTTPServer):
    """A server of one Site."""

    daemon_threads = True
    site: Site


class Handler(BaseHTTPRequestHandler):
    """Answers for the Site that its server carries."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _send(self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CSP)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        site = self.server.site
        path = self.path.split("?")[0]
        site.asked.append(self.path)
        if path.startswith("/live/"):
            self._stream()
            return
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            if isinstance(found, str):
                kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
                self._send(200, kind, Path(found).read_bytes())
                return
        if path in site.pages:
            self._send(200, "text/html; charset=utf-8", site.pages[path].encode())
            return
        self._send(404, "text/plain", b"")

    def _stream(self) -> None:
        """Send what stands in `events` as it comes; None ends the stream."""
        site = self.server.site
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(b"retry: 50\n\n")
        self.wfile.flush()
        while (event := site.events.get()) is not None:
            self.wfile.write(event.encode())
            self.wfile.flush()

    def do_POST(self) -> None:
        site = self.server.site
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with site.lock:
            site.posts.append(body)
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
            status, headers, text = site.answers.pop(0) if site.answers else (201, {}, "{}")
        if site.hold:
            site.hold.wait(5)
        with site.lock:
            site.at_once -= 1
        self._send(status, "application/json", text.encode(), headers)


@contextmanager
def served() -> Iterator[Site]:
    """Serve a Site on a free port of 127.0.0.1 until the block ends."""
    site = Site()
    server = Server(("127.0.0.1", 0), Handler)
    server.site = site
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's chromium."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def complaints(page: Page) -> list[str]:
    """Collect what the page's console complains about (CSP among it)."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def photograph(folder: Path) -> None:
    """Take pictures of all pages in `folder`: wide and phone, light and dark."""
    with served() as site, chromium() as browser:
        for path in folder.glob("*.html"):
            site.pages[f"/{path.stem}"] = path.read_text()
        for name in site.pages:
            for width, height in ((1280, 900), (390, 844)):
                for theme in ("light", "dark"):
                    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                    page = context.new_page()
                    problems = complaints(page)
                    page.goto(site.url + name)
                    page.screenshot(path=folder / f"{name[1:]}-{width}-{theme}.png", full_page=True)
                    if problems:
                        print(name, width, theme, problems)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    if wide > width:
                        print(name, width, theme, "scrolls sideways:", wide)
                    context.close()
