"""The page that a form post without JavaScript gets when it can't be taken: what is wrong, and that nothing is lost."""

from django.utils.html import escape
from django.utils.translation import gettext as _

from fiilis.core.errors import Problem

_PAGE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title></head>
<body><main><h1>{title}</h1>{problems}<p>{back}</p><p><a href="{href}">{link}</a></p></main></body>
</html>
"""


def render(problem: Problem, lang: str, form_path: str) -> bytes:
    """Return the page in `lang` (already active) as UTF-8."""
    lines = [field.text for field in problem.fields] or [problem.detail]
    return _PAGE.format(
        lang=escape(lang),
        title=escape(_("Your answer was not sent")),
        problems="".join(f"<p><strong>{escape(line)}</strong></p>" for line in dict.fromkeys(lines)),
        back=escape(_("Your answers are still in the form: go back with your browser's back button and send again.")),
        href=escape(form_path),
        link=escape(_("Open the survey again")),
    ).encode()
