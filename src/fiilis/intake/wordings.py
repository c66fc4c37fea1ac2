"""What is wrong with a post, in sentences for people. Kept away from the checks: only a refusal pays for words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

FIELDS: dict[str, Any] = {
    "malformed": _("The field “%(field)s” is missing or not of the right form."),
    "unknown_channel": _("There is no such channel."),
    "unknown_kind": _("There is no such kind."),
    "unknown_language": _("The survey is not asked in this language."),
    "no_time_zone": _("The time needs a time zone, such as 2026-01-31T12:00:00Z."),
    "out_of_time": _("The time is before the year 2000 or in the future."),
    "wrong_version": _("Unknown version."),
    "unknown_question": _("This version has no such question."),
    "empty": _("There is no answer. Answer at least one question."),
    "not_a_number": _("The answer is not a whole number."),
    "out_of_range": _("The answer must be from %(low)s to %(high)s."),
    "unknown_choice": _("There is no such choice."),
    "not_a_list": _("The answer must be a list of choices."),
    "repeated_choice": _("A choice is given twice."),
    "not_a_text": _("The answer is not a text."),
    "too_long": ngettext_lazy(
        "The text is too long: at most %(count)s character.",
        "The text is too long: at most %(count)s characters.",
        "count",
    ),
    "too_many_attributes": ngettext_lazy(
        "At most %(count)s attribute may be given.", "At most %(count)s attributes may be given.", "count"
    ),
    "attribute_name": _(
        "An attribute's name begins with a lower-case letter and has at most 30 letters a–z, digits and underscores."
    ),
    "attribute_value": ngettext_lazy(
        "An attribute's value has at most %(count)s character.",
        "An attribute's value has at most %(count)s characters.",
        "count",
    ),
    "control": _("The text has a character that can't be stored."),
}

PROBLEMS: dict[str, Any] = {
    "method": _("Send answers with POST."),
    "read_only": _("Read this address with GET."),
    "starting": _("The server is starting. Send it again in a moment."),
    "not_found": _("There is no such survey. Check the address."),
    "closed": _("This survey is closed and takes no more answers."),
    "rate": _("Too many answers from this address. Try again later."),
    "media_type": _("Send JSON or a form."),
    "too_large": _("The answer is too large: at most %(size)s kB."),
    "slow": _("The answer did not arrive in time. Send it again."),
    "malformed": _("The body is not the JSON that is expected here. See the documentation of the intake door."),
    "malformed_form": _("The form is incomplete. Open the survey's address again."),
    "wrong_version": _("This survey has no version %(number)s. Open the survey's address again."),
    "conflict": _("Another answer was sent before under the same key and revision. Use a new key."),
    "full": _("Very many answers are arriving. Send it again in a moment."),
    "down": _("Answers can't be stored just now. Send it again in a moment."),
    "poison": _("This answer can't be stored. Change the text and send it again."),
}


def of_field(code: str, limits: dict[str, Any]) -> str:
    """Return the sentence for one field's problem, in the active language."""
    return str(FIELDS[code] % limits) if limits else str(FIELDS[code])


def of_problem(name: str, limits: dict[str, Any]) -> str:
    """Return the sentence for the whole problem, in the active language."""
    return str(PROBLEMS[name] % limits) if limits else str(PROBLEMS[name])
