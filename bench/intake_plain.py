"""What one would write first: a Django view that checks a post and saves it with the ORM, one commit a response."""

import json
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from fiilis.core import clock, ids

LIMITS = {"nps": (0, 10)}
CHOICES = {"solved": {"yes", "partly", "no"}}
LONGEST = {"why": 2000}


class PlainResponse(models.Model):
    id = models.UUIDField(primary_key=True, default=ids.uuid7)
    key = models.UUIDField(unique=True)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=5)
    channel = models.CharField(max_length=10)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        app_label = "bench"


class PlainAnswer(models.Model):
    response = models.ForeignKey(PlainResponse, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    number = models.IntegerField(null=True)
    text = models.TextField(blank=True)

    class Meta:
        app_label = "bench"


@csrf_exempt
def answer(request: HttpRequest) -> JsonResponse:
    """Save one response with its answers."""
    body = json.loads(request.body)
    if not all(_fits(question, value) for question, value in body["answers"].items()):
        return JsonResponse({"detail": "wrong value"}, status=422)
    with transaction.atomic():
        response = PlainResponse.objects.create(
            key=body["key"], version=body["version"], language=body["lang"], channel=body["channel"]
        )
        PlainAnswer.objects.bulk_create(
            PlainAnswer(
                response=response,
                question=question,
                number=value if isinstance(value, int) else None,
                text="" if isinstance(value, int) else value,
            )
            for question, value in body["answers"].items()
        )
    return JsonResponse({"id": str(response.pk)}, status=201)


def _fits(question: str, value: Any) -> bool:
    if question in LIMITS:
        low, high = LIMITS[question]
        return isinstance(value, int) and low <= value <= high
    if question in CHOICES:
        return value in CHOICES[question]
    return question in LONGEST and isinstance(value, str) and len(value) <= LONGEST[question]


def make_tables() -> None:
    """Create both tables (a bench needs no migrations)."""
    with connection.schema_editor() as editor:
        editor.create_model(PlainResponse)
        editor.create_model(PlainAnswer)


urlpatterns = [path("plain", answer)]
