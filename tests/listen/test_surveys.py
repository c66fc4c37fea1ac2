"""The life of a survey: drafts, frozen versions, what intake is told, and who may not touch it."""

import uuid

import msgspec
import pytest
from django.utils import translation

from fiilis.core.errors import Conflict, Invalid, NotFound
from fiilis.core.models import AuditEntry
from fiilis.ecosystem.models import Actor, Journey, Stage, Touchpoint
from fiilis.intake.types import CompiledQuestion, ValueKind
from fiilis.listen import wordings
from fiilis.listen.models import Survey, Version
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services import changes, compiling, questions, surveys
from fiilis.listen.types import Kind, Mode, Option, Question, ShowIf
from fiilis.listen.wordings import Preset, Template

FI = ("fi",)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def told(monkeypatch):
    """What intake was told, in order."""
    snapshots = []
    real = surveys.intake.publish
    monkeypatch.setattr(surveys.intake, "publish", lambda snapshot: (snapshots.append(snapshot), real(snapshot)))
    return snapshots


@pytest.fixture
def survey(world) -> Survey:
    return surveys.create_survey(
        workspace=world.woollens, name="Myymälä", template=Template.NPS, languages=FI, by=world.people.bjorn
    )


def draft_of(world, survey):
    return reads.draft(reads.survey(workspace=world.woollens, survey_id=survey.pk))


def ours(world, survey):
    return {"workspace": world.woollens, "survey_id": survey.pk, "by": world.people.bjorn}


def published(world, survey) -> Version:
    return surveys.publish_survey(**ours(world, survey))


def touchpoint_of(workspace) -> str:
    journey = Journey.objects.of(workspace).create(name="Polku")
    stage = Stage.objects.of(workspace).create(journey=journey, order=1, names={"fi": "Ostaa"})
    actor = Actor.objects.of(workspace).create(name="Myymälä", kind="own_team")
    made = Touchpoint.objects.of(workspace).create(key="kassa", names={"fi": "Kassa"}, stage=stage, actor=actor)
    return str(made.pk)


def trail(world) -> list[tuple[str, str, dict]]:
    rows = AuditEntry.objects.of(world.woollens).filter(kind="survey").order_by("at", "id")
    return [(row.verb, row.target_name, row.summary) for row in rows]


def test_new_survey_is_a_draft_with_the_templates_questions(world, survey):
    draft = draft_of(world, survey)
    assert (survey.status, survey.current, len(survey.code)) == ("draft", 0, 12)
    assert [q.kind for q in draft.questions] == [Kind.NPS, Kind.LONG]
    assert trail(world) == [("created", "Myymälä", {})]


def test_name_is_taken_once_in_a_workspace_but_free_in_another(world, survey):
    with pytest.raises(Conflict):
        surveys.create_survey(
            workspace=world.woollens, name=" Myymälä ", template=Template.BLANK, languages=FI, by="test"
        )
    surveys.create_survey(workspace=world.sauna, name="Myymälä", template=Template.BLANK, languages=FI, by="test")


@pytest.mark.parametrize("languages", [(), ("de",), ("fi", "fi")])
def test_survey_in_no_or_unknown_languages_is_refused(world, languages):
    with pytest.raises(Invalid) as caught:
        surveys.create_survey(workspace=world.woollens, name="X", template=Template.NPS, languages=languages, by="test")
    assert {f.field for f in caught.value.fields} == {"languages"}


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_empty_or_endless_name_is_refused(world, survey, name):
    with pytest.raises(Invalid):
        surveys.rename_survey(name=name, **ours(world, survey))


def test_rename_is_written_down_and_repeating_it_is_not(world, survey):
    surveys.rename_survey(name="Kassa", **ours(world, survey))
    surveys.rename_survey(name="Kassa", **ours(world, survey))
    assert [verb for verb, _name, _summary in trail(world)] == ["created", "renamed"]


def test_another_workspaces_survey_does_not_exist(world, survey):
    theirs = {"workspace": world.sauna, "survey_id": survey.pk, "by": world.people.onni}
    draft = draft_of(world, survey)
    for attack in (
        lambda: reads.survey(workspace=world.sauna, survey_id=survey.pk),
        lambda: reads.version(workspace=world.sauna, survey_id=survey.pk, number=1),
        lambda: surveys.rename_survey(name="Minun", **theirs),
        lambda: surveys.save_draft(definition=draft, **theirs),
        lambda: surveys.publish_survey(**theirs),
        lambda: surveys.close_survey(**theirs),
        lambda: surveys.reopen_survey(**theirs),
        lambda: questions.add_question(preset=Preset.NPS, **theirs),
        lambda: questions.remove_question(question_id=draft.questions[0].id, **theirs),
        lambda: questions.move_question(question_id=draft.questions[0].id, step=1, **theirs),
        lambda: questions.change_question(question=draft.questions[0], **theirs),
    ):
        with pytest.raises(NotFound):
            attack()
    assert reads.surveys(workspace=world.sauna) == []
    assert reads.versions(workspace=world.sauna, survey_id=survey.pk) == []


def test_another_workspaces_touchpoint_is_refused(world, survey):
    foreign, own = touchpoint_of(world.sauna), touchpoint_of(world.woollens)
    question = draft_of(world, survey).questions[0]
    with pytest.raises(Invalid, match="no such touchpoint"):
        questions.change_question(question=msgspec.structs.replace(question, touchpoint=foreign), **ours(world, survey))
    with pytest.raises(Invalid, match="no such touchpoint"):
        settings(world, survey, touchpoint=foreign)
    questions.change_question(question=msgspec.structs.replace(question, touchpoint=own), **ours(world, survey))
    assert draft_of(world, survey).questions[0].touchpoint == own


def settings(world, survey, **changes):
    draft = draft_of(world, survey)
    given = {
        "name": survey.name, "languages": draft.languages, "title": draft.title,
        "intro": draft.intro, "thanks": draft.thanks,
        "mode": draft.mode, "touchpoint": draft.touchpoint,
    }  # fmt: skip
    questions.change_settings(**(given | changes), **ours(world, survey))


def test_settings_are_changed_all_or_nothing(world, survey):
    surveys.create_survey(workspace=world.woollens, name="Toinen", template=Template.BLANK, languages=FI, by="test")
    with pytest.raises(Conflict):
        settings(world, survey, title={"fi": "Uusi"}, name="Toinen")
    with pytest.raises(Invalid):
        settings(world, survey, title={"fi": "x" * 999}, name="Kolmas")
    saved = reads.survey(workspace=world.woollens, survey_id=survey.pk)
    assert (saved.name, reads.draft(saved)) == ("Myymälä", draft_of(world, survey))
    assert draft_of(world, survey).title == {"fi": "Miten onnistuimme?"}


def test_language_taken_away_and_back_loses_nothing(world, survey):
    settings(world, survey, languages=("fi", "sv"), title={"fi": "Moi", "sv": "Hej"})
    settings(world, survey, languages=("fi",))
    settings(world, survey, languages=("fi", "sv"))
    draft = draft_of(world, survey)
    assert (draft.title, draft.languages) == ({"fi": "Moi", "sv": "Hej"}, ("fi", "sv"))


def test_added_question_gets_an_id_of_its_own_and_moves_within_the_list(world, survey):
    added = questions.add_question(preset=Preset.EMOTION, **ours(world, survey))
    first, second, third = (q.id for q in draft_of(world, survey).questions)
    assert added.id == third
    for step, order in ((-1, [first, third, second]), (-1, [third, first, second]), (-1, [third, first, second])):
        questions.move_question(question_id=third, step=step, **ours(world, survey))
        assert [q.id for q in draft_of(world, survey).questions] == order
    questions.move_question(question_id=second, step=1, **ours(world, survey))
    assert [q.id for q in draft_of(world, survey).questions] == [third, first, second]


def test_removed_question_frees_those_that_waited_for_it(world):
    solved = surveys.create_survey(
        workspace=world.woollens, name="Ratkesiko", template=Template.SOLVED, languages=FI, by="test"
    )
    first, second = draft_of(world, solved).questions
    assert questions.dependents(draft_of(world, solved), first.id) == [2]
    questions.remove_question(question_id=first.id, **ours(world, solved))
    assert draft_of(world, solved).questions == (msgspec.structs.replace(second, show_if=None),)


def test_unknown_question_is_not_found(world, survey):
    for verb, more in (("remove", {}), ("move", {"step": 1})):
        with pytest.raises(NotFound):
            getattr(questions, f"{verb}_question")(question_id="q_none", **more, **ours(world, survey))


def test_question_never_changes_its_kind_or_scale(world, survey):
    nps = draft_of(world, survey).questions[0]
    for change in ({"kind": Kind.CES}, {"high": 5}):
        with pytest.raises(Invalid, match="keeps its kind"):
            questions.change_question(question=msgspec.structs.replace(nps, **change), **ours(world, survey))


def test_change_that_changes_nothing_writes_nothing(world, survey):
    questions.change_question(question=draft_of(world, survey).questions[0], **ours(world, survey))
    assert [verb for verb, _name, _summary in trail(world)] == ["created"]


def test_publishing_freezes_a_version_and_opens_the_survey(world, survey, told):
    version = published(world, survey)
    survey.refresh_from_db()
    assert (version.number, version.published_by, survey.current, survey.status) == (1, "Bjorn", 1, "open")
    assert reads.version(workspace=world.woollens, survey_id=survey.pk, number=1) == draft_of(world, survey)
    assert trail(world)[-1] == ("published", "Myymälä", {"version": 1})
    (snapshot,) = told
    assert (snapshot.code, snapshot.survey_id, snapshot.workspace_id) == (survey.code, survey.pk, world.woollens.pk)
    assert (snapshot.is_open, snapshot.languages) == (True, ("fi",))
    assert (snapshot.form_path, snapshot.thanks_path) == (f"/s/{survey.code}", f"/s/{survey.code}/thanks")
    assert [v.number for v in snapshot.versions] == [1]


def test_second_version_leaves_the_first_as_it_was_and_intake_knows_both(world, survey, told):
    published(world, survey)
    before = reads.version(workspace=world.woollens, survey_id=survey.pk, number=1)
    settings(world, survey, languages=("fi", "sv"))
    assert published(world, survey).number == 2
    assert reads.version(workspace=world.woollens, survey_id=survey.pk, number=1) == before
    assert [v.number for v in told[-1].versions] == [1, 2]
    assert set(told[-1].languages) == {"fi", "sv"}
    ids = [[q.id for q in v.questions] for v in told[-1].versions]
    assert ids[0] == ids[1]


def test_publishing_the_same_twice_is_a_conflict(world, survey, told):
    published(world, survey)
    with pytest.raises(Conflict, match="Nothing has changed"):
        published(world, survey)
    assert (Version.objects.of(world.woollens).count(), len(told)) == (1, 1)


def test_unpublishable_draft_says_every_reason_and_leaves_no_trace(world, survey, told):
    nps = draft_of(world, survey).questions[0]
    questions.change_question(question=msgspec.structs.replace(nps, text={"fi": ""}), **ours(world, survey))
    settings(world, survey, title={"fi": " "})
    with pytest.raises(Invalid) as caught:
        published(world, survey)
    assert [(f.field, f.text) for f in caught.value.fields] == [
        ("title", "The survey has no title in Finnish."),
        (nps.id, "Question 1 has no text in Finnish."),
    ]
    assert (Version.objects.of(world.woollens).count(), told) == (0, [])
    assert [verb for verb, _name, _summary in trail(world)] == ["created", "changed", "changed"]


def test_published_question_cannot_mean_another_thing_in_a_later_draft(world, survey):
    published(world, survey)
    draft = draft_of(world, survey)
    other = wordings.question(Preset.EASE, new_id=draft.questions[0].id, languages=FI)
    with pytest.raises(Invalid) as caught:
        surveys.save_draft(definition=msgspec.structs.replace(draft, questions=(other,)), **ours(world, survey))
    assert caught.value.code == "meaning"


def test_id_of_a_question_that_was_removed_and_published_without_stays_reserved(world, survey):
    published(world, survey)
    draft = draft_of(world, survey)
    questions.remove_question(question_id=draft.questions[0].id, **ours(world, survey))
    published(world, survey)
    back = wordings.question(Preset.FACES, new_id=draft.questions[0].id, languages=FI)
    with pytest.raises(Invalid):
        surveys.save_draft(definition=msgspec.structs.replace(draft, questions=(back,)), **ours(world, survey))


def test_closed_survey_takes_no_answers_until_it_is_reopened(world, survey, told):
    published(world, survey)
    surveys.close_survey(**ours(world, survey))
    with pytest.raises(Conflict):
        surveys.close_survey(**ours(world, survey))
    surveys.reopen_survey(**ours(world, survey))
    with pytest.raises(Conflict):
        surveys.reopen_survey(**ours(world, survey))
    assert [snapshot.is_open for snapshot in told] == [True, False, True]
    assert [verb for verb, _name, _summary in trail(world)] == ["created", "published", "closed", "reopened"]


def test_publishing_a_closed_survey_opens_it_even_unchanged(world, survey):
    published(world, survey)
    surveys.close_survey(**ours(world, survey))
    assert published(world, survey).number == 2


def test_unpublished_survey_can_be_neither_closed_nor_reopened(world, survey):
    for verb in (surveys.close_survey, surveys.reopen_survey):
        with pytest.raises(Conflict):
            verb(**ours(world, survey))


def test_public_page_finds_a_survey_by_its_code_alone(world, survey):
    assert reads.hosted(code="nosuchcode") is None
    draft = reads.hosted(code=survey.code)
    assert draft is not None
    assert (draft.definition, draft.version) == (None, 0)
    published(world, survey)
    hosted = reads.hosted(code=survey.code)
    assert hosted is not None
    assert (hosted.is_open, hosted.version, hosted.organisation) == (True, 1, "Villa Oy")
    assert hosted.definition == draft_of(world, survey)


def test_missing_version_is_not_found(world, survey):
    with pytest.raises(NotFound):
        reads.version(workspace=world.woollens, survey_id=survey.pk, number=1)
    with pytest.raises(NotFound):
        reads.survey(workspace=world.woollens, survey_id=uuid.uuid4())


OPTIONS = (Option("a", {"fi": "A"}), Option("b", {"fi": "B"}))


@pytest.mark.parametrize(
    ("question", "limits"),
    [
        (wordings.question(Preset.NPS, new_id="q", languages=FI), {"kind": ValueKind.NUMBER, "low": 0, "high": 10}),
        (wordings.question(Preset.FACES, new_id="q", languages=FI), {"kind": ValueKind.NUMBER, "low": 1, "high": 4}),
        (
            wordings.question(Preset.SOLVED, new_id="q", languages=FI),
            {"kind": ValueKind.CODE, "codes": ("yes", "partly", "no")},
        ),
        (
            Question(id="q", kind=Kind.EMOTION, text={}),
            {
                "kind": ValueKind.CODE,
                "codes": ("joy", "trust", "relief", "surprise", "confusion", "disappointment", "anger"),
            },
        ),
        (
            Question(id="q", kind=Kind.SINGLE, text={}, options=OPTIONS),
            {"kind": ValueKind.CODE, "codes": ("a", "b")},
        ),
        (
            Question(id="q", kind=Kind.MULTIPLE, text={}, options=OPTIONS),
            {"kind": ValueKind.CODES, "codes": ("a", "b")},
        ),
        (wordings.question(Preset.SHORT, new_id="q", languages=FI), {"kind": ValueKind.TEXT, "max_length": 200}),
        (wordings.question(Preset.LONG, new_id="q", languages=FI), {"kind": ValueKind.TEXT, "max_length": 2000}),
    ],
)
def test_each_kind_compiles_to_its_limits(question, limits):
    assert compiling.compiled(question) == CompiledQuestion(id="q", **limits)


def test_changes_are_told_in_words(world, survey):
    before = draft_of(world, survey)
    nps, why = before.questions
    solved = wordings.question(Preset.SOLVED, new_id="q_new", languages=FI)
    after = msgspec.structs.replace(
        before,
        languages=("fi", "sv"),
        mode=Mode.ALL,
        thanks={"fi": "Kiitti"},
        questions=(
            solved,
            msgspec.structs.replace(why, show_if=ShowIf("q_new", ("no",)), required=True, text={"fi": "Miksi?"}),
        ),
    )
    assert changes.changes(before, before) == []
    assert changes.changes(before, after) == [
        "A new language: Swedish.",
        "The thank-you text changes.",
        "All questions on one page.",
        "Question 1 is new.",
        "The wording of question 2 changes; answers before and after are one series.",
        "Question 2 is shown on another condition.",
        "Question 2 must be answered.",
        "1 question is no longer asked. Its answers stay.",
    ]
    moved = msgspec.structs.replace(before, questions=(why, nps), languages=("sv",))
    assert changes.changes(before, moved) == [
        "A new language: Swedish.",
        "No longer asked in Finnish.",
        "The order of the questions changes.",
    ]


def test_changed_options_are_told_in_words():
    def whole(*options):
        asked = Question(id="q", kind=Kind.SINGLE, text={"fi": "Mistä?"}, options=options)
        return msgspec.structs.replace(
            wordings.definition(Template.BLANK, languages=FI, new_id=str), questions=(asked,)
        )

    a, b, c = (Option(code, {"fi": code.upper()}) for code in "abc")
    assert changes.changes(whole(a, b), whole(b, a)) == ["The order of the options of question 1 changes."]
    assert changes.changes(whole(a, b), whole(a, Option("b", {"fi": "Bee"}), c)) == [
        "Question 1 gets 1 new option.",
        "The wording of an option of question 1 changes; answers before and after are one series.",
    ]
    assert changes.changes(whole(a, b, c), whole(a)) == ["Question 1 loses 2 options; earlier answers stay."]


def test_remaining_changes_are_told_in_words(world, survey):
    before = draft_of(world, survey)
    nps, why = before.questions
    after = msgspec.structs.replace(
        before,
        title={"fi": "Uusi"},
        intro={"fi": "Hei"},
        touchpoint="t",
        questions=(
            msgspec.structs.replace(nps, required=False, touchpoint="t"),
            msgspec.structs.replace(why, max_length=9),
        ),
    )
    assert changes.changes(before, after) == [
        "The title changes.",
        "The introduction changes.",
        "New answers go to another touchpoint.",
        "Question 1 may be skipped.",
        "New answers to question 1 go to another touchpoint.",
        "The longest answer to question 2 changes.",
    ]
    assert changes.changes(msgspec.structs.replace(before, mode=Mode.ALL), before) == ["One question at a time."]
