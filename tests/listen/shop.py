"""A shop that asks: its journey, a published survey, and answers put into the inbox as the writer puts them."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.conf import settings

from fiilis.core.models import Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem import services as ecosystem_services
from fiilis.ecosystem.types import ActorKind, ActorPlan, JourneyPlan, StagePlan, TouchpointPlan
from fiilis.intake.models import InboxRow
from fiilis.listen.models import Feedback
from fiilis.listen.services import surveys
from fiilis.listen.types import Definition, Kind, Option, Question

DATABASES = list(settings.DATABASES)
both_databases = pytest.mark.django_db(databases=DATABASES)
MOMENT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # half past midnight of 3 March in Helsinki

JOURNEY = JourneyPlan(
    name="Ostopolku",
    actors=(
        ActorPlan(key="shop", name="Villa Oy", kind=ActorKind.OWN_TEAM),
        ActorPlan(key="post", name="Posti", kind=ActorKind.SUBCONTRACTOR),
    ),
    stages=(
        StagePlan(
            names={"fi": "Ostaa"}, touchpoints=(TouchpointPlan(key="till", names={"fi": "Kassa"}, actor="shop"),)
        ),
        StagePlan(
            names={"fi": "Vastaanottaa"},
            touchpoints=(TouchpointPlan(key="delivery", names={"fi": "Toimitus"}, actor="post"),),
        ),
    ),
)


def words(text: str) -> dict[str, str]:
    return {"fi": text}


def definition(points: dict[str, uuid.UUID]) -> Definition:
    """Return a survey at the till with a question about the delivery."""
    return Definition(
        title=words("Miten onnistuimme?"),
        languages=("fi",),
        touchpoint=str(points["till"]),
        questions=(
            Question(id="nps", kind=Kind.NPS, low=0, high=10, text=words("Suosittelisitko?")),
            Question(
                id="ease",
                kind=Kind.CES,
                low=1,
                high=7,
                text=words("Oliko helppoa?"),
                touchpoint=str(points["delivery"]),
            ),
            Question(id="solved", kind=Kind.SOLVED, text=words("Ratkesiko?")),
            Question(
                id="bought",
                kind=Kind.MULTIPLE,
                text=words("Mitä ostit?"),
                options=tuple(Option(code, words(code)) for code in ("yarn", "hat", "socks")),
            ),
            Question(id="why", kind=Kind.LONG, text=words("Miksi?")),
        ),
    )


@dataclass
class Shop:
    """One workspace's published survey."""

    workspace: Workspace
    points: dict[str, uuid.UUID] = field(default_factory=dict)
    survey_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def open(self) -> "Shop":
        ecosystem_services.lay_out_journey(workspace=self.workspace, plan=JOURNEY, by="test")
        self.points = ecosystem.touchpoint_ids(workspace=self.workspace)
        made = surveys.create_from(
            workspace=self.workspace, name="Kassakysely", definition=definition(self.points), by="test"
        )
        self.survey_id = made.pk
        surveys.publish_survey(workspace=self.workspace, survey_id=made.pk, by="test")
        return self

    def row(self, response: uuid.UUID, answers: dict[str, Any], **changes: Any) -> InboxRow:
        """Return an inbox row; put it in with `put`."""
        return InboxRow(
            **{
                "id": response,
                "key": response,
                "revision": 1,
                "workspace_id": self.workspace.pk,
                "survey_id": self.survey_id,
                "version": 1,
                "kind": "answer",
                "channel": "link",
                "language": "fi",
                "source": "",
                "done": True,
                "event_at": None,
                "received_at": MOMENT,
                "posted": "",
                "answers": msgspec.json.encode(answers).decode(),
                **changes,
            }
        )

    def answer(self, answers: dict[str, Any], **changes: Any) -> uuid.UUID:
        """Put one answer into the inbox; return the response's id."""
        response: uuid.UUID = changes.pop("response", None) or uuid.uuid4()
        put(self.row(response, answers, **changes))
        return response

    def feedback(self) -> dict[uuid.UUID, Feedback]:
        return {one.pk: one for one in Feedback.objects.of(self.workspace)}


def put(*rows: InboxRow) -> None:
    """Put rows into the inbox, in this order."""
    for row in rows:
        row.save(force_insert=True)


def later(minutes: int) -> datetime:
    return MOMENT + timedelta(minutes=minutes)
