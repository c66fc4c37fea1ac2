"""What the pages of imports say: states, reasons with their remedies, how a file was read."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiilis.listen.models import Import
from fiilis.listen.services.imports.chosen import Choices, Place, touchpoint_codes
from fiilis.listen.services.imports.guessing import Role, counts_faces, tool
from fiilis.listen.services.imports.report import Why
from fiilis.listen.services.imports.tables import Table
from fiilis.listen.types import Kind

_NAMED = 5


def status(value: str) -> dict[str, str]:
    """Return an import's state as a badge."""
    tones = {Import.Status.COMPLETE: "good", Import.Status.UNDONE: "", Import.Status.UNDOING: "accent"}
    return {"text": str(Import.Status(value).label), "tone": tones.get(Import.Status(value), "accent")}


def remedy(why: str) -> str:
    """Return why a row is refused and what to do about it."""
    return {
        Why.FIELDS: _("The row has another number of cells than there are columns. Mend the row in the file."),
        Why.CODE: _("The value isn't one of the question's. Mend it in the file, or list it under “no answer”."),
        Why.NUMBER: _("The value isn't a whole number. List it under “no answer” if it means that."),
        Why.RANGE: _("The number is outside the scale. List it under “no answer”, or choose another scale."),
        Why.TOO_LONG: _("The text is longer than the field takes. Shorten it, or leave the column out."),
        Why.TIME: _("The time is missing or can't be read. Choose the right order of day and month, or mend the row."),
        Why.OUT_OF_TIME: _("The time is before 1990 or in the future. Is the order of day and month right?"),
        Why.WEIGHT: _("The weight isn't a number above zero. Leave the column out, or mend the row."),
        Why.LANGUAGE: _("The value isn't a language. Leave the column out, or mend the row."),
        Why.TOUCHPOINT: _("There is no touchpoint of this name. Make one, or use the column to compare groups by."),
        Why.DOUBLED: _("An earlier row has the same key."),
    }[Why(why)]


def figure_name(kind: Kind, low: int, high: int) -> str:
    """Return a figure's short name with its scale."""
    names = {Kind.NPS: _("NPS"), Kind.CSAT: _("CSAT"), Kind.CES: _("CES")}
    return names[kind] if kind is Kind.NPS else f"{names[kind]} {low}–{high}"


def figure_note(kind: Kind, high: int) -> str:
    """Return what a figure counts."""
    if kind is Kind.NPS:
        return _("Share of 9–10 less the share of 0–6.")
    if kind is Kind.CSAT:
        return _("Share of the two best answers: %(first)s and %(best)s.") % {"first": high - 1, "best": high}
    return _("Mean of the answers; %(best)s is the easiest.") % {"best": high}


def how_read(table: Table) -> list[str]:
    """Return sentences about how the file was read."""
    said = []
    known = tool(table.names)
    if known:
        said.append(_("The columns' names look like an export of %(tool)s.") % {"tool": known})
    if table.sheet:
        said.append(_("The sheet “%(sheet)s” was read. Formulas weren't computed: their saved values count.")
                    % {"sheet": table.sheet})  # fmt: skip
    else:
        signs = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
        names = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
        said.append(
            _("Read as %(encoding)s, cells parted by: %(sign)s.")
            % {"encoding": names.get(table.encoding, table.encoding.upper()), "sign": signs[table.delimiter]}
        )
    first = table.skip + 1
    if table.head > 1:
        said.append(_("The columns' names stand in rows %(first)s–%(last)s.")
                    % {"first": first, "last": table.skip + table.head})  # fmt: skip
    elif table.skip:
        said.append(_("The columns' names stand in row %(first)s.") % {"first": first})
    return said


def doubts(table: Table, choices: Choices, places: dict[str, Place]) -> list[str]:
    """Return what the reader should look at: what was guessed and could be otherwise."""
    said = []
    if counts_faces(table.columns):
        said.append(_("This is a table of counts, not of answers. Export single answers, one in each row."))
    for column in table.columns:
        role = choices.roles.get(column.name, "")
        if role == Role.TIME and len(column.orders) > 1:
            said.append(
                _("In “%(column)s” day and month can't be told apart: no row has a day over 12. Check the order.")
                % {"column": column.name}
            )
        if role == Role.TIME and column.times and not column.orders:
            said.append(_("In “%(column)s” no order of day and month fits every row.") % {"column": column.name})
        if role == Role.TOUCHPOINT:
            said += _unknown_places(column.name, [v for v, key in touchpoint_codes(column, places).items() if not key])
        if role == Role.PERSON and column.personal:
            said.append(_("“%(column)s” holds personal data. A customer's number would do.") % {"column": column.name})
    return said


def _unknown_places(column: str, values: list[str]) -> list[str]:
    if not values:
        return []
    text = ngettext(
        "%(n)s value of “%(column)s” is no touchpoint here, so its answers get none: %(values)s.",
        "%(n)s values of “%(column)s” are no touchpoints here, so their answers get none: %(values)s.",
        len(values),
    )
    shown = ", ".join(values[:_NAMED]) + (" …" if len(values) > _NAMED else "")
    return [text % {"n": len(values), "column": column, "values": shown}]


def counted(report: dict[str, Any]) -> list[tuple[str, int]]:
    """Return what a report counts, in words."""
    return [
        (_("Rows in the file"), report["rows"]),
        (_("Rows to import"), report["read"]),
        (_("Rows without an answer, passed over"), report["blank"]),
        (_("Rows refused"), report["refused_rows"]),
    ]
