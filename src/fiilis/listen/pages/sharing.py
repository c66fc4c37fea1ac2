"""Pages that show a survey before and after publishing: preview in two frames, public link, QR code."""

import io
import re
import uuid
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.text import capfirst

from fiilis.core.errors import NotFound
from fiilis.core.http import CONTENT_SECURITY_POLICY, WorkspaceRequest, page
from fiilis.listen.forms.surveys import SourceForm
from fiilis.listen.models import Survey
from fiilis.listen.pages import drawing, words
from fiilis.listen.pages.hosted import SOURCE, dressed
from fiilis.listen.pages.surveys import address, frame
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services.checking import language_name
from fiilis.listen.types import Channel, Definition

QR_SCALES = {"svg": 8, "png": 16}


@page("survey.view")
def preview(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """The survey as customers see it, on a phone and on a wide screen. Nothing is recorded."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    number, shown = _version(request, survey)
    language = _language(request, shown)
    inner = f"{address(request, 'preview-page', survey_id)}?{urlencode({'version': number, 'lang': language})}"
    wide = request.GET.get("frame") == "wide"
    context = frame(request, survey, "preview") | {
        "inner": inner,
        "wide": wide,
        "languages": [{"code": code, "name": capfirst(language_name(code))} for code in shown.languages],
        "versions": range(survey.current, 0, -1),
        "number": number,
        "language": language,
    }
    response = render(request, "listen/preview.html", context)
    response["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@page("survey.view")
def preview_page(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """What stands in the preview's frame: the survey page without a door, so that nothing can be sent."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    number, shown = _version(request, survey)
    language = _language(request, shown)
    context: dict[str, Any] = {
        "lang": language,
        "brand": request.workspace.name,
        **dressed(request.workspace.pk),
        "title": shown.title.get(language, ""),
        "intro": shown.intro.get(language, ""),
        "languages": [],
        "version": number,
        "channel": Channel.LINK.value,
        "mode": shown.mode.value,
        "preview": True,
    }
    with translation.override(language):
        context["questions"] = drawing.questions(shown, language)
        body = render_to_string("listen/hosted.html", {"survey": context})
    response = HttpResponse(body)
    policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response["Content-Security-Policy"] = policy.replace("connect-src 'self'", "connect-src 'none'")
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@page("survey.view")
def share(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """The public link and its QR code, with a tag that tells where an answer came from."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    form = SourceForm(request.GET if "source" in request.GET else None)
    source = form.cleaned_data["source"] if form.is_bound and form.is_valid() else ""
    link = public_link(request, survey, source)
    query = f"?{urlencode({'source': source})}" if source else ""
    context = frame(request, survey, "share") | {
        "form": form,
        "link": link,
        "source": source,
        "qr": qr_inline(link),
        "svg": address(request, "qr-svg", survey_id) + query,
        "png": address(request, "qr-png", survey_id) + query,
        "languages": [
            {"name": capfirst(language_name(code)), "link": public_link(request, survey, source, code)}
            for code in reads.draft(survey).languages
        ]
        if survey.current
        else [],
    }
    return render(request, "listen/survey_share.html", context)


@page("survey.view")
def qr(request: WorkspaceRequest, survey_id: uuid.UUID, kind: str) -> HttpResponse:
    """The QR code as a file to print."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    source = request.GET.get("source", "")
    code = _qr(public_link(request, survey, source if SOURCE.fullmatch(source) else ""))
    out = io.BytesIO()
    code.save(out, kind=kind, scale=QR_SCALES[kind], border=4, light="#fff")
    response = HttpResponse(out.getvalue(), content_type={"svg": "image/svg+xml", "png": "image/png"}[kind])
    name = re.sub(r"[^A-Za-z0-9-]+", "-", f"{survey.code}-{source}").strip("-")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def public_link(request: WorkspaceRequest, survey: Survey, source: str = "", language: str = "") -> str:
    """Return the survey's public address at FIILIS_URL, else at the address that the maker uses."""
    origin = settings.FIILIS_URL or f"{request.scheme}://{request.get_host()}"
    query = {name: value for name, value in (("lang", language), ("source", source)) if value}
    path = reverse("listen:hosted", kwargs={"code": survey.code})
    return f"{origin}{path}{'?' if query else ''}{urlencode(query)}"


def _qr(link: str) -> segno.QRCode:
    return segno.make(link, error="m", micro=False)


def qr_inline(link: str) -> str:
    """Return a QR code of a link as SVG inside the page."""
    drawn = _qr(link).svg_inline(scale=6, border=4, light="#fff", svgclass=None, lineclass=None)
    return mark_safe(drawn)  # noqa: S308 - made by segno of modules alone, without any of the link's text


def _version(request: WorkspaceRequest, survey: Survey) -> tuple[int, Definition]:
    """Return the number and definition that the address asks for; 0 is the draft."""
    raw = request.GET.get("version", "0")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 6:
        raise NotFound()
    number = int(raw)
    if number == 0:
        return 0, reads.draft(survey)
    return number, reads.version(workspace=request.workspace, survey_id=survey.pk, number=number)


def _language(request: WorkspaceRequest, shown: Definition) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in shown.languages else words.reading(shown.languages)
