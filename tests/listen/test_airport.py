"""The demonstration's data against a naive reading of the same file."""

import csv
import math
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fiilis.core import workspaces
from fiilis.core.errors import Conflict
from fiilis.core.models import AuditEntry, Membership, Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.listen.models import Feedback, Import, Survey, Version
from fiilis.listen.services import airport
from fiilis.listen.types import Definition, Kind
from tests.conftest import World

LANGUAGES = ("fi", "sv", "en")


@pytest.fixture
def loaded(world: World) -> Workspace:
    return airport.load(by="test", owner=world.people.aino)


def source() -> list[dict[str, str]]:
    with (airport.DATA / "answers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def definition(workspace: Workspace, number: int) -> Definition:
    return msgspec.convert(Version.objects.of(workspace).get(number=number).definition, Definition)


def test_every_answer_is_there(loaded: Workspace) -> None:
    assert Feedback.objects.of(loaded).count() == 2831
    report = Import.objects.of(loaded).get().report
    assert (report["rows"], report["read"], report["blank"], report["refused_rows"]) == (2831, 2831, 0, 0)
    assert report["questions"]["netpro"] == {"answered": 2746, "blank": 85}


def weighted_nps(pairs: list[tuple[int, float]]) -> float:
    total = math.fsum(weight for _score, weight in pairs)
    points = math.fsum(weight * ((score >= 9) - (score <= 6)) for score, weight in pairs)
    return 100 * points / total


def test_weighted_nps_is_the_files(loaded: Workspace) -> None:
    kept = [(one.answers["netpro"], one.weight) for one in Feedback.objects.of(loaded) if "netpro" in one.answers]
    naive = [(int(row["NETPRO"]), float(row["WEIGHT"])) for row in source() if row["NETPRO"] not in ("11", "")]
    assert (len(kept), len(naive)) == (2746, 2746)
    assert weighted_nps(kept) == pytest.approx(weighted_nps(naive), abs=1e-9)
    assert weighted_nps(kept) == pytest.approx(40.398436, abs=1e-6)
    # Blanks read as 11 would be promoters: this is what the trap costs.
    trapped = [(int(row["NETPRO"]), float(row["WEIGHT"])) for row in source() if row["NETPRO"]]
    assert abs(weighted_nps(trapped) - weighted_nps(naive)) > 1


def test_every_rated_question_has_the_files_counts(loaded: Workspace) -> None:
    columns = {
        "netpro": "NETPRO",
        "q12precheck": "Q12PRECHEKCRATE",
        **{
            question.id: question.id.upper()
            for question in definition(loaded, 1).questions
            if question.kind in (Kind.CSAT, Kind.CES) and question.id != "q12precheck"
        },
    }
    assert len(columns) == 27
    scale = {q.id: range(q.low, q.high + 1) for q in definition(loaded, 1).questions}
    naive: dict[str, list[int]] = {
        question: sorted(
            int(row[column]) for row in source() if row[column].isdigit() and int(row[column]) in scale[question]
            and not (question != "netpro" and row[column] == "6")
        )
        for question, column in columns.items()
    }  # fmt: skip
    kept: dict[str, list[int]] = defaultdict(list)
    for one in Feedback.objects.of(loaded):
        for question in columns:
            if question in one.answers:
                kept[question].append(one.answers[question])
    assert {question: sorted(values) for question, values in kept.items()} == naive


@pytest.mark.parametrize(
    ("number", "field", "wanted"),
    [
        (1, lambda one: one.at, datetime(2017, 5, 13, 19, tzinfo=UTC)),  # noon in San Francisco
        (1, lambda one: (one.cluster, one.weight, one.language), ("233", 0.2847177143, "en")),
        (1, lambda one: one.answers["airline"], "air_canada"),
        (1, lambda one: one.answers["q2purpose"], ["pleasure"]),
        (5, lambda one: one.answers["q2purpose"], ["pleasure", "visiting"]),
        (1, lambda one: one.answers["q15problem"], "no"),
        (1, lambda one: "q7food" in one.answers, False),  # 6: never used
        (3, lambda one: "q13getrate" in one.answers, False),  # 0: blank
        (2, lambda one: "q15problem" in one.answers, True),
    ],
)
def test_codes_are_read_as_the_dictionary_says(
    loaded: Workspace, number: int, field: Callable[[Feedback], Any], wanted: object
) -> None:
    assert field(Feedback.objects.of(loaded).get(import_row=number)) == wanted


def test_clusters_days_and_weights_are_the_files(loaded: Workspace) -> None:
    rows = list(Feedback.objects.of(loaded).values_list("cluster", "weight", "at", "language"))
    assert len({cluster for cluster, *_ in rows}) == 212
    assert math.fsum(weight for _, weight, *_ in rows) == pytest.approx(2831, abs=1e-5)
    days = {at.astimezone(loaded.zone).date().isoformat() for *_, at, _ in rows}
    assert (min(days), max(days), len(days)) == ("2017-05-05", "2017-05-30", 20)
    assert {language for *_, language in rows} == {"en", "es", "zh", "ja"}


def test_second_load_changes_nothing(loaded: Workspace, world: World) -> None:
    def everything() -> tuple[object, ...]:
        return (
            list(AuditEntry.objects.of(loaded).values_list("id", flat=True)),
            list(Survey.objects.of(loaded).values()),
            list(Import.objects.of(loaded).values()),
            Feedback.objects.of(loaded).count(),
        )

    before = everything()
    assert airport.load(by="test", owner=world.people.aino) == loaded
    assert everything() == before


def test_second_load_lets_another_owner_in(loaded: Workspace, world: World) -> None:
    airport.load(by="test", owner=world.people.onni)
    assert Membership.objects.filter(workspace=loaded, role="owner").count() == 2


def test_load_goes_on_where_it_was_interrupted(world: World) -> None:
    def progress(done: int, _total: int) -> None:
        if done >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        airport.load(by="test", progress=progress)
    workspace = airport.load(by="test")
    assert Feedback.objects.of(workspace).count() == 2831
    assert Survey.objects.of(workspace).get().current == 2


def test_own_workspace_at_the_address_is_left_alone(world: World) -> None:
    workspaces.create_workspace(slug="airport", name="Lentopaikka", by="test", owner=world.people.onni)
    with pytest.raises(Conflict):
        airport.load(by="test", owner=world.people.aino)


def test_workspace_says_that_its_data_is_real(loaded: Workspace) -> None:
    assert (loaded.slug, loaded.language, loaded.time_zone, loaded.data_note) == (
        "airport", "fi", "America/Los_Angeles", "real",
    )  # fmt: skip


def test_journey_tells_whose_hands_each_part_is_in(loaded: Workspace) -> None:
    (journey,) = ecosystem.journeys(workspace=loaded)
    assert [len(stage.touchpoints) for stage in journey.stages] == [6, 2, 6, 6, 3]
    points = {point.key: point for stage in journey.stages for point in stage.touchpoints}
    assert (points["security"].actor_kind, points["security"].control) == ("authority", "outside")
    assert (points["restaurants"].actor_kind, points["restaurants"].control) == ("partner", "partner")
    assert {actor.kind for actor in ecosystem.actors(workspace=loaded)} == {
        "own_team", "authority", "subcontractor", "partner",
    }  # fmt: skip
    assert all(set(point.names) == set(LANGUAGES) for point in points.values())
    assert all(set(stage.names) == set(LANGUAGES) for stage in journey.stages)


def test_every_text_stands_in_three_languages(loaded: Workspace) -> None:
    for number in (1, 2):
        made = definition(loaded, number)
        texts = [made.title]
        for question in made.questions:
            texts += [question.text, *(option.label for option in question.options)]
            texts += [part for part in (question.help, question.low_label, question.high_label) if part]
        assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in texts)


def test_short_version_keeps_the_series(loaded: Workspace) -> None:
    first, second = definition(loaded, 1), definition(loaded, 2)
    assert [question.id for question in second.questions] == ["netpro", "q7all", "why"]
    asked = {question.id: question for question in first.questions}
    for question in second.questions[:2]:
        assert (question.kind, question.low, question.high) == (
            asked[question.id].kind, asked[question.id].low, asked[question.id].high,
        )  # fmt: skip
    survey = Survey.objects.of(loaded).get()
    assert (survey.status, survey.current) == ("open", 2)
