"""People, companies and actors; journeys, their stages and touchpoints; what else was going on."""

from django.db import models

from fiilis.core import clock, ids
from fiilis.core.scoped import ScopedModel
from fiilis.ecosystem.types import ActorKind, ContextKind, Control, PersonRole


class Company(ScopedModel):
    """An organisation that buys; has many persons."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=120, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key"], condition=~models.Q(key=""), name="ecosystem_company_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Person(ScopedModel):
    """Any human we know. `key` is the workspace's own customer number, its only link to other systems."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    key = models.CharField(max_length=120, blank=True, default="")
    role = models.CharField(max_length=16, choices=PersonRole.choices, default=PersonRole.CUSTOMER)
    company = models.ForeignKey(Company, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=5, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key"], condition=~models.Q(key=""), name="ecosystem_person_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.key or str(self.pk)


class Actor(ScopedModel):
    """Anyone in the ecosystem who makes a part of the experience. `names` holds the name by language, if it differs."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict)
    kind = models.CharField(max_length=16, choices=ActorKind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="ecosystem_actor_once"),
            models.CheckConstraint(condition=models.Q(kind__in=ActorKind.values), name="ecosystem_actor_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class Journey(ScopedModel):
    """A customer's path, from first acquaintance to the end of life. `names` holds the name by language."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="ecosystem_journey_once")]

    def __str__(self) -> str:
        return self.name


class Stage(ScopedModel):
    """A part of a journey. `names` holds the name by language."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="+")
    names = models.JSONField(default=dict)
    order = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "order"], name="ecosystem_stage_order_once")]

    def __str__(self) -> str:
        return str(next(iter(self.names.values()), ""))


class Touchpoint(ScopedModel):
    """Where experience happens; controlled by an actor. `key` is stable for imports, `names` holds it by language."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    key = models.SlugField(max_length=60)
    names = models.JSONField(default=dict)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    control = models.CharField(max_length=8, choices=Control.choices, default=Control.OWN)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="ecosystem_touchpoint_key_once")]

    def __str__(self) -> str:
        return str(next(iter(self.names.values()), self.key))


class ContextEvent(ScopedModel):
    """A strike, the weather, a campaign, a change of our own: what a chart marks beside its numbers.

    `names` holds the name by language. `last` is None for what has one day, or goes on. `evidence` says what a change
    of our own rests on; empty, it was an assumption.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=ContextKind.choices)
    names = models.JSONField(default=dict)
    first = models.DateField()
    last = models.DateField(null=True)
    evidence = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ContextKind.values), name="ecosystem_context_kind"),
            models.CheckConstraint(
                condition=models.Q(last=None) | models.Q(last__gte=models.F("first")), name="ecosystem_context_order"
            ),
        ]
        # serves a chart: what happened within its days
        indexes = [models.Index(fields=["workspace", "first"], name="ecosystem_context_days")]

    def __str__(self) -> str:
        return str(next(iter(self.names.values()), self.kind))
