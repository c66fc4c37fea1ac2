"""Components as template tags: what they say, what they escape, what they refuse."""

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from fiilis.design import survey
from fiilis.design.charts import Cell, ChartSpec, Table, distribution
from fiilis.design.charts.dots import REPEATS, quantiles, repeats
from fiilis.science.estimate import Estimate, Method, Unknown
from fiilis.science.verdicts import Verdict
from tests.design.drawing import clipped, marks, overlaps
from tests.design.gallery import bars, questions

NPS = Estimate(31.8, 20.1, 43.6, 0.95, 144, Method.SCORE)
FEW = Estimate.missing(Unknown.TOO_FEW, n=3)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def render(source, **context):
    html = Template("{% load design %}" + source).render(Context(context))
    return re.sub(r"\s+", " ", html)


def words(html):
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html).split())


def test_metric_card_tells_value_interval_answers_and_method():
    said = words(render('{% metric_card "NPS" nps %}', nps=NPS))
    assert said == (
        "NPS 31.8 95%: 20.1–43.6 144 answers How sure is this? If we asked again, the figure could well be 20.1–43.6 . "
        "Method Score interval (Tango 1998; Rocks 2016) Level 95%"
    )


def test_metric_card_without_a_figure_says_why_and_claims_nothing():
    said = words(render('{% metric_card "NPS" nps %}', nps=FEW))
    assert said == (
        "NPS Too few answers 3 answers How sure is this? There are too few answers for a figure with an interval. "
        "More answers will help."
    )


@pytest.mark.parametrize(
    ("verdict", "higher", "arrow"),
    [
        (Verdict.BETTER, True, "▲"),
        (Verdict.WORSE, True, "▼"),
        (Verdict.BETTER, False, "▼"),
        (Verdict.WORSE, False, "▲"),
        (Verdict.NO_MATERIAL_DIFFERENCE, True, ""),
        (Verdict.NOT_KNOWN, True, ""),
    ],
)
def test_arrow_stands_only_beside_a_verdict_of_change(verdict, higher, arrow):
    html = render('{% metric_card "NPS" nps verdict=v higher_is_better=h %}', nps=NPS, v=verdict, h=higher)
    assert re.findall("[▲▼]", html) == list(arrow)


def test_change_without_a_verdict_is_not_shown():
    assert "+4" not in render('{% metric_card "NPS" nps change="+4" %}', nps=NPS)


def test_unknown_verdict_word_is_refused():
    with pytest.raises(TemplateSyntaxError):
        render('{% metric_card "NPS" nps verdict="super" %}', nps=NPS)


def test_weighted_metric_says_what_its_answers_are_worth():
    weighted = Estimate(30, 20, 40, 0.95, 144, Method.LINEARISED, n_effective=98.4, design_effect=1.46)
    assert words(render('{% metric_card "NPS" nps %}', nps=weighted)).endswith("Worth as much as 98 answers")


def test_card_escapes_its_title_and_keeps_its_content():
    html = render("{% card title=t %}<p>{{ t }}</p>{% endcard %}", t="<b>1 & 2</b>")
    assert html.count("&lt;b&gt;1 &amp; 2&lt;/b&gt;") == 2
    assert "<b>" not in html


def test_chart_carries_both_pictures_and_its_table():
    chart = distribution(bars(), spec=ChartSpec(title="Scores"))
    html = render('{% chart c id="scores" %}', c=chart)
    assert html.count("<svg") == 2
    assert html.count("<tr>") == len(chart.table.rows) + 1
    assert 'id="scores-table"' in html


def test_table_links_cells_and_aligns_numbers():
    table = Table("T", ("A", "N"), ((Cell("<x>", "/a?b=1&c=2"), "12"),))
    html = render("{% data_table t %}", t=table)
    assert '<th scope="row"><a href="/a?b=1&amp;c=2">&lt;x&gt;</a></th><td class="num">12</td>' in html


def test_field_ties_label_help_and_error_together():
    class Form(forms.Form):
        name = forms.CharField(help_text="As on the door")

    html = render("{% field f %}", f=Form({"name": ""})["name"])
    assert 'aria-describedby="id_name-help id_name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name-help"' in html
    assert 'id="id_name-error"' in html


def test_optional_field_says_so():
    class Form(forms.Form):
        note = forms.CharField(required=False)
        pick = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
        agree = forms.BooleanField()

    form = Form()
    assert words(render("{% field f %}", f=form["note"])) == "Note (optional)"
    assert "<legend>Pick</legend>" in render("{% field f %}", f=form["pick"])
    assert '<label class="check" for="id_agree">' in render("{% field f %}", f=form["agree"])


def test_form_problems_lead_to_their_fields():
    class Form(forms.Form):
        name = forms.CharField()

    html = render("{% form_problems f %}", f=Form({}))
    assert '<a href="#id_name">Name: This field is required.</a>' in html
    assert words(render("{% form_problems f %}", f=Form({"name": "a"}))) == ""


def test_pages_keep_the_other_parameters():
    page = Paginator(range(100), 10).page(2)
    request = RequestFactory().get("/list?q=a+b&page=2")
    html = render("{% pagination page %}", page=page, request=request)
    assert 'href="?q=a+b&amp;page=1"' in html
    assert 'href="?q=a+b&amp;page=3"' in html
    assert words(html) == "Previous Page 2 of 10 Next"


def test_single_page_needs_no_pages():
    assert words(render("{% pagination page %}", page=Paginator([1], 10).page(1))) == ""


def test_large_numbers_in_attributes_are_plain():
    html = render('{% progress 1204 2831 "Reading" %}')
    assert 'value="1204" max="2831"' in html
    assert words(html) == "Reading 43% 43%"


def test_problem_list_takes_texts_and_links():
    html = render("{% problem_list p %}", p=["<a>", {"text": "b", "href": "#b"}])
    assert '<li>&lt;a&gt;</li><li><a href="#b">b</a></li>' in html
    assert words(render("{% problem_list p %}", p=[])) == ""


def test_dots_are_twenty_and_nineteen_or_more_lie_inside():
    values = quantiles(NPS)
    assert len(values) == REPEATS
    assert sum(20.1 <= value <= 43.6 for value in values) >= 19
    assert len(marks(repeats(NPS), "k-dot")) == REPEATS


@pytest.mark.parametrize(
    "estimate",
    [NPS, Estimate(100, 80, 100, 0.95, 9, Method.SCORE), Estimate(0, 0, 0, 0.95, 9, Method.WORST_CASE),
     Estimate(-99.5, -100, 99, 0.99, 5, Method.SCORE)],
)  # fmt: skip
def test_dots_neither_overlap_nor_leave_the_picture(estimate):
    svg = repeats(estimate, digits=1)
    assert overlaps(svg) == clipped(svg) == []


def test_unknown_estimate_has_no_dots():
    assert repeats(FEW) == ""


# --- survey questions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "style", "control", "values"),
    [
        ("nps", "scale", "scale", [str(n) for n in range(11)]),
        ("csat", "scale", "scale", ["1", "2", "3", "4", "5"]),
        ("csat", "faces", "faces", ["4", "3", "2", "1"]),
        ("ces", "scale", "scale", ["1", "2", "3", "4", "5", "6", "7"]),
        ("emotion", "faces", "faces", ["4", "3", "2", "1"]),
        ("solved", "", "choices", ["yes", "partly", "no"]),
        ("short", "", "line", []),
        ("long", "", "text", []),
    ],
)
def test_each_kind_has_its_control_and_values(kind, style, control, values):
    drawn = survey.drawn({"id": "q", "kind": kind, "style": style, "text": "?"})
    assert (drawn.control, [choice.value for choice in drawn.choices]) == (control, values)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unknown question kind matrix"):
        survey.drawn({"id": "q", "kind": "matrix", "text": "?"})


def test_question_that_may_not_apply_is_not_demanded_without_script():
    question = {"id": "q", "kind": "long", "text": "?", "required": True}
    assert survey.drawn(question).must
    assert not survey.drawn({**question, "show_if": {"question": "a", "op": "in", "values": [1]}}).must


def test_earlier_answer_and_error_come_back():
    html = render(
        '{% include "design/survey_question.html" %}',
        question={"id": "q", "kind": "nps", "text": "?", "value": 9, "error": "No <way>"},
    )
    assert re.findall(r'value="(\d+)" checked', html) == ["9"]
    assert ">No &lt;way&gt;</p>" in html


def test_rule_is_json_in_an_attribute():
    rule = {"question": "a", "op": "in", "values": ['"><script>']}
    html = render(
        '{% include "design/survey_question.html" %}',
        question={"id": "q", "kind": "short", "text": "?", "show_if": rule},
    )
    assert "<script>" not in html
    assert "data-show-if=" in html


def test_long_limits_are_written_plainly():
    html = render('{% include "design/survey_question.html" %}', question={"id": "q", "kind": "long", "text": "?"})
    assert 'maxlength="2000"' in html


def test_each_question_of_the_gallery_renders_its_text():
    for question in questions():
        assert question["text"] in render('{% include "design/survey_question.html" %}', question=question)
