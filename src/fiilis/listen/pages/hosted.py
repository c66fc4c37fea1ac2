"""The survey that a customer opens: no sign-in, no session, no cookie; answers go to the intake door, not here."""

import re
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_safe

from fiilis.account import queries as account
from fiilis.core import attributes
from fiilis.core.errors import NotFound
from fiilis.design import brand
from fiilis.listen.pages import drawing
from fiilis.listen.queries import surveys as reads
from fiilis.listen.types import LANGUAGES, Channel

FOREVER = "public, max-age=31536000, immutable"
# A source tag as it is kept with the answer; anything else in the address is left out, never refused.
SOURCE = re.compile(r"[A-Za-z0-9._-]{1,60}")


@require_safe
def survey(request: HttpRequest, code: str) -> HttpResponse:
    """The survey's public page, in the language of the address or the browser."""
    found = reads.hosted(code=code)
    if found is None or found.definition is None:
        return _unknown(request)
    language = chosen_language(request, found.definition.languages)
    if not found.is_open:
        with translation.override(language):
            lead = _("%(organisation)s has stopped taking answers to this survey. Thank you for coming.")
            return _plain(_("This survey is closed"), lead % {"organisation": found.organisation}, found, language, 410)
    source = request.GET.get("source", "")
    known = _attributes(request)
    context = {
        "lang": language,
        "brand": found.organisation,
        **dressed(found.workspace_id),
        "thanks": f"{reverse('listen:thanks', args=[found.code])}?{urlencode({'lang': language})}",
        "title": found.definition.title.get(language, ""),
        "intro": found.definition.intro.get(language, ""),
        "languages": drawing.language_links(
            found.definition.languages, language, lambda other: f"?{_query(other, source, known)}"
        ),
        "questions": drawing.questions(found.definition, language),
        "door": f"/i/{found.code}",
        "version": found.version,
        "key": str(uuid.uuid4()),
        "channel": Channel.LINK.value,
        "source": source if SOURCE.fullmatch(source) else "",
        "attributes": known,
        "mode": found.definition.mode.value,
    }
    return _answer("listen/hosted.html", context, language)


@require_safe
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    """The page after answering: thanks, and what happens next in the survey's own words."""
    found = reads.hosted(code=code)
    if found is None or found.definition is None:
        return _unknown(request)
    language = chosen_language(request, found.definition.languages)
    with translation.override(language):
        own = found.definition.thanks.get(language, "")
        return _plain(_("Thank you"), own or _("Your answer is saved."), found, language)


@require_safe
def sheet(_request: HttpRequest, stamp: str, colour: str) -> HttpResponse:
    """The survey page's style sheet in an organisation's colour: it follows from its address, whoever asks."""
    if not brand.is_colour(f"#{colour}"):
        raise NotFound()
    response = HttpResponse(brand.sheet(f"#{colour}"), content_type="text/css; charset=utf-8")
    # A page from before an upgrade gets today's sheet, and doesn't keep it.
    response["Cache-Control"] = FOREVER if stamp == brand.stamp() else "no-store"
    return response


def dressed(workspace_id: uuid.UUID) -> dict[str, Any]:
    """Return the organisation's own logo and style sheet for design/survey_base.html; nothing where it has none."""
    look = account.look(workspace_id=workspace_id)
    own: dict[str, Any] = {}
    if look.logo:
        own |= {"logo": look.logo, "logo_width": str(look.logo_width), "logo_height": str(look.logo_height)}
    if look.accent:
        own["sheet"] = reverse("listen:sheet", args=[brand.stamp(), look.accent.removeprefix("#")])
    return own


def chosen_language(request: HttpRequest, languages: tuple[str, ...]) -> str:
    """Return the address's language, else the browser's first that the survey speaks, else the survey's first."""
    asked = request.GET.get("lang", "")
    if asked in languages:
        return asked
    for accepted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if accepted.partition("-")[0] in languages:
            return accepted.partition("-")[0]
    return languages[0]


def _attributes(request: HttpRequest) -> dict[str, str]:
    """Return what the address says of the surroundings, `?a_postcode=90`; what keeps no limit is left out."""
    return attributes.kept({name[2:]: value for name, value in request.GET.items() if name.startswith("a_")})


def _query(language: str, source: str, known: dict[str, str]) -> str:
    query = {"lang": language} | ({"source": source} if SOURCE.fullmatch(source) else {})
    return urlencode(query | {f"a_{name}": value for name, value in known.items()})


def _plain(title: str, text: str, found: reads.Hosted | None, language: str, status: int = 200) -> HttpResponse:
    name = found.organisation if found else "Fiilis"
    context: dict[str, Any] = {"lang": language, "brand": name, "title": title, "text": text}
    if found is not None:
        context |= dressed(found.workspace_id)
    return _answer("listen/hosted_plain.html", context, language, status)


def _unknown(request: HttpRequest) -> HttpResponse:
    language = chosen_language(request, LANGUAGES)
    with translation.override(language):
        lead = _("There is no survey at this address. Check that the whole link was copied.")
        return _plain(_("No survey here"), lead, None, language, 404)


def _answer(template: str, survey_context: dict[str, Any], language: str, status: int = 200) -> HttpResponse:
    """Render without the request: no session is looked at, so no cookie is set and none is varied by."""
    with translation.override(language):
        body = render_to_string(template, {"survey": survey_context})
    response = HttpResponse(body, status=status)
    # Each load has its own key: a page out of a cache would send two customers' answers under one.
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = language
    return response
