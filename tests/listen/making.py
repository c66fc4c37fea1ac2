"""What the tests of the survey pages share: making surveys, addresses, browsers, forms as a browser posts them."""

from django.test import Client
from django.urls import reverse

from fiilis.core.models import Workspace
from fiilis.listen.models import Survey, Version
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services import questions, surveys
from fiilis.listen.wordings import Template


def make(workspace: Workspace, name: str, template: Template = Template.NPS, languages=("fi",)) -> Survey:
    return surveys.create_survey(workspace=workspace, name=name, template=template, languages=languages, by="test")


def publish(survey: Survey) -> Version:
    return surveys.publish_survey(workspace=survey.workspace, survey_id=survey.pk, by="test")


def draft_of(survey: Survey):
    return reads.draft(reads.survey(workspace=survey.workspace, survey_id=survey.pk))


def url(name: str, survey: Survey | None = None, slug: str = "villa", **more) -> str:
    kwargs = {"workspace": slug, **more} | ({"survey_id": survey.pk} if survey else {})
    return reverse(f"listen:{name}", kwargs=kwargs)


def text(response) -> str:
    return response.content.decode()


def browser(world, name: str) -> Client:
    client = world.client(name)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def question_form(survey: Survey, question_id: str, **changes) -> dict:
    draft = draft_of(survey)
    asked = questions.find(draft, question_id)
    data: dict = {"touchpoint": asked.touchpoint or ""}
    for language in draft.languages:
        data[f"text_{language}"] = asked.text.get(language, "")
        data[f"help_{language}"] = asked.help.get(language, "")
        data[f"low_{language}"] = asked.low_label.get(language, "")
        data[f"high_{language}"] = asked.high_label.get(language, "")
        data[f"option_{language}"] = [option.label.get(language, "") for option in asked.options]
    data["option_code"] = [option.code for option in asked.options]
    return data | changes
