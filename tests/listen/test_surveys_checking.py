"""Every reason why a draft can't be kept or published is said in words, at the question that it concerns."""

import msgspec
import pytest
from django.utils import translation

from fiilis.core.errors import Invalid
from fiilis.listen import wordings
from fiilis.listen.services import checking
from fiilis.listen.services.effort import Level, effort_seconds
from fiilis.listen.types import Definition, Kind, Option, Question, ShowIf, Style
from fiilis.listen.wordings import Preset

FI = ("fi",)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


TOUCHPOINT = "0195c000-0000-7000-8000-000000000001"


def preset(kind: Preset, question_id: str, **changes) -> Question:
    return msgspec.structs.replace(wordings.question(kind, new_id=question_id, languages=FI), **changes)


def choice(question_id: str, *options: Option, **changes) -> Question:
    return preset(Preset.SINGLE, question_id, text={"fi": "Mistä kuulit meistä?"}, options=options, **changes)


def survey(*questions: Question, **changes) -> Definition:
    whole = {"title": {"fi": "Miten meni?"}, "languages": FI, "questions": questions}
    return Definition(**(whole | changes))


def problems(*questions: Question, touchpoints=(), **changes) -> list[tuple[str, str]]:
    found = checking.publishing_problems(survey(*questions, **changes), touchpoints=touchpoints)
    return [(p.field, p.text) for p in found]


A, B = Option("a", {"fi": "Ystävältä"}), Option("b", {"fi": "Mainoksesta"})


def test_survey_without_questions_is_told_so():
    assert problems() == [("questions", "The survey has no question. Add one.")]


def test_missing_texts_are_named_by_question_and_language():
    nps = wordings.question(Preset.NPS, new_id="q_1", languages=("fi", "sv"))
    nps = msgspec.structs.replace(nps, text={"fi": "Suosittelisitko?"}, low_label={"fi": "en", "sv": " "})
    assert problems(nps, languages=("fi", "sv"), title={"fi": "Hei", "sv": ""}) == [
        ("title", "The survey has no title in Swedish."),
        ("q_1", "Question 1 has no text in Swedish."),
        ("q_1", "The low end of question 1 has no label in Swedish."),
    ]


def test_choice_needs_two_options():
    assert problems(choice("q_1", A)) == [("q_1", "Question 1 needs at least two options.")]
    assert problems(choice("q_1", A, B)) == []


def test_doubled_codes_and_labels_are_told():
    assert problems(choice("q_1", A, Option("a", {"fi": "Muualta"}))) == [
        ("q_1", "Two options of question 1 have the same code.")
    ]
    assert problems(choice("q_1", A, Option("b", {"fi": " YSTÄVÄLTÄ "}))) == [
        ("q_1", "Two options of question 1 have the same text in Finnish.")
    ]


def test_option_without_text_is_told():
    assert problems(choice("q_1", A, Option("b", {}))) == [("q_1", "An option of question 1 has no text in Finnish.")]


def test_foreign_code_in_a_standard_kind_is_told():
    odd = preset(Preset.SOLVED, "q_1", options=(*wordings.SOLVED_OPTIONS, Option("maybe", {"fi": "Ehkä"})))
    assert problems(odd) == [
        (
            "q_1",
            "Question 1 has an option that does not belong to its kind. Remove it, or ask a single choice.",
        )
    ]


@pytest.mark.parametrize(("low", "high"), [(10, 0), (5, 5)])
def test_scale_that_does_not_rise_is_told(low, high):
    text = f"The scale of question 1 begins at {low} and ends at {high}: the end must be higher."
    assert problems(preset(Preset.NPS, "q_1", low=low, high=high)) == [("q_1", text)]


@pytest.mark.parametrize(
    ("kind", "low", "high", "style"),
    [
        (Preset.NPS, 1, 10, Style.SCALE),
        (Preset.SATISFACTION, 1, 7, Style.SCALE),
        (Preset.FACES, 1, 5, Style.FACES),
        (Preset.EASE, 0, 7, Style.SCALE),
    ],
)
def test_scale_on_which_no_measure_is_defined_is_told(kind, low, high, style):
    text = f"The scale of question 1, from {low} to {high}, is not one on which its measure is defined."
    assert problems(preset(kind, "q_1", low=low, high=high, style=style)) == [("q_1", text)]


def test_imported_five_step_effort_scale_is_accepted():
    assert problems(preset(Preset.EASE, "q_1", high=5)) == []


def test_condition_on_a_later_question_is_told():
    first = preset(Preset.LONG, "q_1", show_if=ShowIf("q_2", (0,)))
    assert problems(first, preset(Preset.NPS, "q_2")) == [
        ("q_1", "Question 1 depends on a question that comes later. Move it down, or change its condition.")
    ]


def test_condition_on_itself_is_told():
    assert problems(preset(Preset.NPS, "q_1", show_if=ShowIf("q_1", (0,)))) == [
        ("q_1", "Question 1 depends on a question that comes later. Move it down, or change its condition.")
    ]


def test_condition_on_an_unknown_question_is_told():
    assert problems(preset(Preset.LONG, "q_1", show_if=ShowIf("q_9", (0,)))) == [
        ("q_1", "Question 1 depends on a question that no longer exists. Change its condition.")
    ]


@pytest.mark.parametrize("values", [(11,), ("yes",), (0, -1)])
def test_condition_on_an_impossible_answer_is_told(values):
    last = preset(Preset.LONG, "q_2", show_if=ShowIf("q_1", values))
    assert problems(preset(Preset.NPS, "q_1"), last) == [
        ("q_2", "Question 2 waits for an answer that question 1 can't have. Change its condition.")
    ]


def test_condition_without_answers_is_told():
    last = preset(Preset.LONG, "q_2", show_if=ShowIf("q_1", ()))
    assert problems(preset(Preset.NPS, "q_1"), last) == [
        ("q_2", "Question 2 is shown by no answer. Choose the answers to question 1 that show it.")
    ]


def test_unknown_touchpoints_are_told_and_known_ones_accepted():
    nps = preset(Preset.NPS, "q_1", touchpoint=TOUCHPOINT)
    assert problems(nps, touchpoint=TOUCHPOINT) == [
        ("touchpoint", "The survey's touchpoint no longer exists. Choose another."),
        ("q_1", "The touchpoint of question 1 no longer exists. Choose another."),
    ]
    assert problems(nps, touchpoint=TOUCHPOINT, touchpoints=[TOUCHPOINT]) == []


def kept_back(made: Definition) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        checking.require_sound(made)
    return [(f.field, f.code) for f in caught.value.fields]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (survey(languages=()), [("languages", "missing")]),
        (survey(languages=("fi", "de")), [("languages", "unknown")]),
        (survey(languages=("fi", "fi")), [("languages", "unknown")]),
        (survey(preset(Preset.NPS, "q_1"), preset(Preset.NPS, "q_1")), [("questions", "id")]),
        (survey(preset(Preset.NPS, "1 <b>")), [("questions", "id")]),
        (survey(title={"fi": "x" * 121}), [("title", "too_long")]),
        (survey(preset(Preset.NPS, "q_1", text={"fi": "x" * 301})), [("q_1", "too_long")]),
        (survey(choice("q_1", A, Option("b c", {"fi": "B"}))), [("q_1", "code")]),
        (survey(choice("q_1", *[Option(f"o{n}", {"fi": str(n)}) for n in range(51)])), [("q_1", "too_many")]),
        (survey(preset(Preset.LONG, "q_1", max_length=0)), [("q_1", "max_length")]),
        (survey(*[preset(Preset.LONG, f"q_{n}") for n in range(41)]), [("questions", "too_many")]),
    ],
)
def test_draft_that_cannot_be_kept_is_refused(made, why):
    assert kept_back(made) == why


def changed(now: Question, before: Question) -> list[str]:
    with pytest.raises(Invalid) as caught:
        checking.require_same_meaning(survey(now), published=[survey(before)])
    assert caught.value.code == "meaning"
    return [f.text for f in caught.value.fields]


def test_published_question_keeps_its_kind():
    assert changed(preset(Preset.EASE, "q_1"), preset(Preset.NPS, "q_1")) == [
        "Question 1 has been asked as another kind. Make a new question instead."
    ]


@pytest.mark.parametrize("change", [{"high": 5}, {"style": Style.FACES}])
def test_published_question_keeps_its_scale_and_style(change):
    before = preset(Preset.EASE, "q_1")
    assert changed(msgspec.structs.replace(before, **change), before) == [
        "Question 1 has been asked on another scale. Make a new question instead."
    ]


def test_published_option_code_may_not_take_another_options_text():
    swapped = choice("q_1", Option("a", B.label), Option("b", A.label))
    assert changed(swapped, choice("q_1", A, B)) == [
        "An option of question 1 has taken over another option's text. Make a new option instead."
    ]


def test_mended_wording_new_options_and_dropped_options_are_allowed():
    before = choice("q_1", A, B)
    mended = choice("q_1", Option("a", {"fi": "Ystävältäni"}), Option("c", {"fi": "Mainoksesta"}))
    checking.require_same_meaning(survey(mended), published=[survey(before)])


def test_effort_counts_the_shortest_and_the_longest_way():
    follow_up = preset(Preset.LONG, "q_2", show_if=ShowIf("q_1", (0,)))
    effort = effort_seconds(survey(preset(Preset.NPS, "q_1"), follow_up))
    assert (effort.shortest, effort.longest, effort.level) == (5, 25, Level.LIGHT)


@pytest.mark.parametrize(("texts", "level"), [(2, Level.LIGHT), (3, Level.FAIR), (6, Level.FAIR), (7, Level.HEAVY)])
def test_long_survey_is_called_heavy(texts, level):
    assert effort_seconds(survey(*[preset(Preset.LONG, f"q_{n}") for n in range(texts)])).level is level


def test_every_kind_has_an_effort_and_possible_answers():
    for kind in Kind:
        assert effort_seconds(survey(Question(id="q_1", kind=kind, text={}))).longest > 0
