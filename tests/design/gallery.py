"""All components on pages, to look at: `python -m tests.design.gallery FOLDER` writes HTML, `--shots` pictures too.

Data are made up once here, so that titles, totals and marks of the pictures agree.
"""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent / "pages"
STATIC = Path(__file__).resolve().parents[2] / "src/fiilis/design/static"


def weekly(n_points: int = 26) -> list[Any]:
    """A slowly rising NPS with a gap, a single week between unknown ones, and weeks with too few answers."""
    from fiilis.design.charts import TrendPoint
    from fiilis.science.estimate import Estimate, Unknown
    from fiilis.science.metrics import nps

    points = []
    for week in range(n_points):
        n = 40 + (week * 37) % 60
        promoters = round(n * (0.42 + 0.006 * week + 0.04 * ((week * 7) % 5) / 5))
        detractors = round(n * (0.24 - 0.003 * week))
        estimate = nps(detractors, n - promoters - detractors, promoters)
        if week in (6, 8):
            estimate = Estimate.missing(Unknown.TOO_FEW, n=3)
        at = date(2026, 1, 5) + timedelta(weeks=week + (9 if week > 13 else 0))
        points.append(TrendPoint(f"vk {at.isocalendar().week}", at, estimate, gap_before=week == 14))
    return points


COUNTS = (2, 1, 3, 1, 4, 9, 6, 17, 31, 29, 41)


def bars() -> list[Any]:
    from fiilis.design.charts import Bar

    total = sum(COUNTS)
    tones = ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2
    return [
        Bar(str(value), count, count / total, tone)  # type: ignore[arg-type]
        for value, (count, tone) in enumerate(zip(COUNTS, tones, strict=True))
    ]


def rows() -> list[Any]:
    from fiilis.design.charts import IntervalRow
    from fiilis.science.metrics import nps

    data = [
        ("Saapuminen", "Pysäköinti", (31, 40, 22)),
        ("Saapuminen", "Julkinen liikenne", (12, 33, 70)),
        ("Saapuminen", "Opasteet terminaalin ulkopuolella", (9, 20, 24)),
        ("Turvatarkastus", "Jonotusaika turvatarkastuksessa ja passintarkastuksessa ruuhka-aikaan", (60, 44, 30)),
        ("Turvatarkastus", "Henkilökunnan ystävällisyys", (20, 61, 110)),
        ("Lähtöportti", "Istumapaikat", (35, 38, 41)),
        ("Lähtöportti", "Lentokenttäsuihkuturbiiniapumekaanikkoaliupseerioppilaskoulutus", (4, 9, 13)),
        ("Lähtöportti", "Langaton verkko", (1, 1, 1)),
        ("Palvelut", "Ravintolat", (40, 52, 48)),
        ("Palvelut", "Kaupat", (14, 30, 25)),
        ("Palvelut", "WC-tilat", (22, 40, 90)),
    ]
    return [
        IntervalRow(label, group, nps(*counts), href=f"#{index}", highlight="Jonotus" in label)
        for index, (group, label, counts) in enumerate(data)
    ]


def questions() -> list[dict[str, Any]]:
    return [
        {"id": "nps", "kind": "nps", "text": "Kuinka todennäköisesti suosittelisit meitä ystävällesi?",
         "required": True, "low_label": "en lainkaan todennäköisesti", "high_label": "erittäin todennäköisesti"},
        {"id": "why", "kind": "long", "text": "Mikä meni pieleen?", "max_length": 1000,
         "show_if": {"question": "nps", "op": "in", "values": [0, 1, 2, 3, 4, 5, 6]}},
        {"id": "csat", "kind": "csat", "style": "faces", "text": "Miten asiointi sujui tänään?",
         "help": "Ajattele koko käyntiä."},
        {"id": "stars", "kind": "csat", "style": "scale", "text": "Kuinka tyytyväinen olet tuotteeseen?"},
        {"id": "ces", "kind": "ces", "text": "Kuinka helppoa asian hoitaminen oli?"},
        {"id": "solved", "kind": "solved", "text": "Ratkesiko asiasi?"},
        {"id": "where", "kind": "multiple", "text": "Missä kävit?", "options": [
            {"code": "shop", "label": "Myymälässä"}, {"code": "web", "label": "Verkkokaupassa"},
            {"code": "phone", "label": "Soitin asiakaspalveluun"}]},
        {"id": "name", "kind": "short", "text": "Mitä haluat vielä sanoa?"},
    ]  # fmt: skip


def board_context() -> dict[str, Any]:
    from fiilis.design.charts import ChartSpec, Level, Marker, distribution, intervals, sparkline, trend
    from fiilis.design.charts.types import Table
    from fiilis.science.estimate import Estimate, Unknown
    from fiilis.science.metrics import nps, share

    points = weekly()
    bounds = (-100.0, 100.0)
    total = nps(sum(COUNTS[:7]), sum(COUNTS[7:9]), sum(COUNTS[9:]))
    return {
        "menu": menu(),
        "workspace": {"name": "Lentoasema", "slug": "sfo"},
        "workspaces": [{"name": "Lentoasema", "href": "#", "current": True}, {"name": "Villa Oy", "href": "#"}],
        "nps": total,
        "csat": share(112, 144),
        "few": Estimate.missing(Unknown.TOO_FEW, n=3),
        "spark": sparkline(points, spec=ChartSpec(title="NPS", bounds=bounds)),
        "trend": trend(points, spec=ChartSpec(
            title="NPS, viikoittain", bounds=bounds, width=680, min_span=40,
            reference=Level(45, "tavoite 45"),
            markers=(Marker(date(2026, 2, 20), "Turvatarkastuksen lakko"), Marker(date(2026, 8, 1), "Uusi terminaali")),
        )),
        "wide": trend(points, spec=ChartSpec(title="NPS, viikoittain", bounds=bounds, width=840)),
        "one": trend(points[:1], spec=ChartSpec(title="NPS", bounds=bounds)),
        "none": trend([], spec=ChartSpec(title="NPS", bounds=bounds)),
        "distribution": distribution(bars(), spec=ChartSpec(title="Jakauma 0–10", height=280)),
        "intervals": intervals(rows(), spec=ChartSpec(
            title="Kohtaamispisteet vaiheittain", bounds=bounds, width=840,
            low_label="heikompi", high_label="parempi", reference=Level(31.0, "kaikki vastaukset 31"))),
        "table": Table("Kanavat", ("Kanava", "Vastauksia", "Tila"),
                       (("Linkki", "1 204", "toimii"), ("Kioski", "88", "ei yhteyttä")), (0, 2)),
        "tabs": [{"label": "Kaikki", "href": "#", "current": True, "count": 144},
                 {"label": "Arvostelijat", "href": "#"}],
        "problems": ["Kyselyllä ei ole yhtään kysymystä.", {"text": "Kysymys 2: kirjoita vaihtoehdot.", "href": "#"}],
    }  # fmt: skip


def menu() -> list[dict[str, Any]]:
    return [
        {"key": "listen", "label": "Kuuntele", "items": [
            {"label": "Tilanne nyt", "href": "#", "current": True, "count": None},
            {"label": "Palautteet", "href": "#", "count": 12},
            {"label": "Kyselyt", "href": "#"}, {"label": "Kanavat", "href": "#"}]},
        {"key": "understand", "label": "Ymmärrä", "items": [
            {"label": "Asiakaspolku", "href": "#"}, {"label": "Syyt ja teemat", "href": "#"}]},
        {"key": "act", "label": "Toimi", "items": [{"label": "Tapaukset", "href": "#", "count": 3}]},
        {"key": "prove", "label": "Vaikutus", "items": [{"label": "Tavoitteet", "href": "#"}]},
    ]  # fmt: skip


BOARD = (PAGES / "board.html").read_text()

PARTS = (PAGES / "parts.html").read_text()
SIGN_IN = (PAGES / "sign_in.html").read_text()


def survey_context(mode: str, lang: str) -> dict[str, Any]:
    return {
        "survey": {
            "title": "Miten meillä meni?", "brand": "Villa Oy", "door": "/i/7f3a", "thanks": "/s/7f3a/thanks",
            "version": 3, "lang": lang, "channel": "link", "key": "0190a1b2-0000-7000-8000-000000000000",
            "mode": mode, "questions": questions(),
            "languages": [{"code": "fi", "label": "Suomi", "href": "#", "current": lang == "fi"},
                          {"code": "sv", "label": "Svenska", "href": "#"},
                          {"code": "en", "label": "English", "href": "#"}],
        }
    }  # fmt: skip


def pages(lang: str) -> dict[str, str]:
    """Render every page of the gallery in a language."""
    from django import forms
    from django.contrib.auth.models import AnonymousUser
    from django.template import engines
    from django.test import RequestFactory
    from django.utils import translation

    class Form(forms.Form):
        email = forms.EmailField(label="Sähköposti", help_text="Työosoitteesi.")
        password = forms.CharField(label="Salasana", widget=forms.PasswordInput)
        stay = forms.BooleanField(label="Pysy kirjautuneena", required=False)

    class User:
        is_authenticated = True
        email = "aino@example.fi"

        def get_short_name(self) -> str:
            return "Aino"

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    engine = engines["django"]
    with translation.override(lang):
        survey = '{% extends "design/survey_base.html" %}'
        return {
            "board": engine.from_string(BOARD).render({**board_context(), "user": User()}, request),
            "parts": engine.from_string(PARTS).render({**board_context(), "user": User()}, request),
            "sign-in": engine.from_string(SIGN_IN).render({"form": Form({"email": "aino"})}, request),
            "survey-one": engine.from_string(survey).render(survey_context("one", lang), request),
            "survey-all": engine.from_string(survey).render(survey_context("all", lang), request),
        }


def main(folder: Path, shots: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    folder.mkdir(parents=True, exist_ok=True)
    for lang in ("fi", "en"):
        for name, html in pages(lang).items():
            (folder / f"{name}-{lang}.html").write_text(html)
    if shots:
        from tests.design.browser import photograph

        photograph(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--shots" in sys.argv)
