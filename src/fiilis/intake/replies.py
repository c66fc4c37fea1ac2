"""How the door writes its answers: headers, problem bodies, and the page that a refused form post gets."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any

import msgspec
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from fiilis.intake.compiled import Compiled
from fiilis.intake.refusal import Refused

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LANGUAGES = ("fi", "sv", "en")
SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
# A widget on the shop's own site posts here: any origin may, without credentials, since none are looked at.
CORS: Headers = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"retry-after")]
PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"86400"),
]
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")
HTML = (b"content-type", b"text/html; charset=utf-8")
STORED: Headers = [JSON, *CORS, *SAFE]

_PAGE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body><main><h1>{title}</h1>{problems}<p>{back}</p><p><a href="{href}">{link}</a></p></main></body>
</html>
"""


async def reply(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Send a whole answer with the headers that every answer has."""
    await send_raw(send, status, body, [*headers, *SAFE])


async def send_raw(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """Send a whole answer; `headers` are complete but for the length."""
    start = [(b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, refused: Refused, survey: Compiled | None, lang: str, *, is_form: bool) -> None:
    """Send a refusal: a page to a form post, problem+json to everybody else, in `lang`."""
    extra: Headers = [(b"content-language", lang.encode())]
    if refused.retry_after:
        extra.append((b"retry-after", b"%d" % refused.retry_after))
    if refused.allow:
        extra.append((b"allow", refused.allow.encode()))
    with in_language(lang):
        if is_form:
            page = form_page(refused, survey, lang)
            await reply(send, refused.problem.status, page, [HTML, *extra])
            return
        problem = refused.problem
    await reply(send, problem.status, msgspec.json.encode(problem.as_dict()), [PROBLEM, *CORS, *extra])


def form_page(refused: Refused, survey: Compiled | None, lang: str) -> bytes:
    """Return the page that says which question is wrong, what to do, and that nothing is lost. `lang` is active."""
    problem = refused.problem
    lines = [_named(survey, field.field, field.text) for field in problem.fields] or [problem.detail]
    return _PAGE.format(
        lang=escape(lang),
        title=escape(_("Your answer was not sent")),
        problems="".join(f"<p><strong>{escape(line)}</strong></p>" for line in dict.fromkeys(lines)),
        back=escape(_("Your answers are still in the form: go back with your browser's back button and send again.")),
        href=escape(survey.snapshot.form_path if survey else "/"),
        link=escape(_("Open the survey again")),
    ).encode()


def _named(survey: Compiled | None, field: str, text: str) -> str:
    """Say of which question the sentence speaks, by its place in the newest version that has it."""
    for number in sorted(survey.versions if survey else (), reverse=True):
        question = survey.versions[number].get(field) if survey else None
        if question is not None:
            return _("Question %(number)s: %(problem)s") % {"number": question.number, "problem": text}
    return text


def language_of(lang: str, accept: str) -> str:
    """Return the language for texts: the post's own, else the browser's first that we speak, else English."""
    if lang in LANGUAGES:
        return lang
    for part in accept.split(","):
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


def in_language(lang: str) -> AbstractContextManager[None]:
    """Return a context in which texts are in `lang`."""
    return translation.override(lang)
