"""Words shared inside ecosystem."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    """Who takes part in the customer's experience. All eight kinds, the environment's included."""

    OWN_TEAM = "own_team", _("Own team")
    EMPLOYEE_GROUP = "employee_group", _("Employee group")
    SUPPLIER = "supplier", _("Supplier")
    DISTRIBUTOR = "distributor", _("Distributor")
    SUBCONTRACTOR = "subcontractor", _("Subcontractor")
    PARTNER = "partner", _("Partner")
    COMPETITOR = "competitor", _("Competitor")
    AUTHORITY = "authority", _("Authority")


class PersonRole(models.TextChoices):
    """In which role we know a human."""

    CUSTOMER = "customer", _("Customer")
    EMPLOYEE = "employee", _("Employee")
    PARTNER_CONTACT = "partner_contact", _("Partner contact")


class Control(models.TextChoices):
    """Whose hands a touchpoint is in, seen from the workspace."""

    OWN = "own", _("In our own hands")
    PARTNER = "partner", _("In a partner's hands")
    OUTSIDE = "outside", _("Outside our control")
