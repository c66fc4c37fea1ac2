"""The data's contract: every stream with its columns and what each holds. Docs and tests read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Columns = Mapping[str, str]

_CUSTOMER = "Number of the customer, stable for the seed and size"
_ORDER = "Number of the order that it stems from; -1 (empty in files) when none"
_AREA = "First two digits of the postcode, 00 to 99; 90 to 99 is the north"

STREAMS: Final[Mapping[str, Columns]] = {
    "customers": {
        "customer_id": _CUSTOMER,
        "postcode_area": _AREA,
        "device": "iphone, android or desktop: what the customer orders and answers with",
        "language": "fi, sv or en",
        "customer_since": "Day of the first order",
        "tier": "Loyalty tier: basic, silver or gold",
    },
    "orders": {
        "order_id": "Number of the order",
        "customer_id": _CUSTOMER,
        "ordered_at": "When it was ordered (UTC)",
        "week": "Number of the week of ordering: week 1 begins the second year, the first year is -51 to 0",
        "product": "Code of the product",
        "amount_eur": "Value in euros",
        "carrier": "tuohireki, kapyrahti, or nouto (picked up in the store)",
        "postcode_area": _AREA,
        "device": "Device ordered with",
        "language": "The customer's language",
        "promised_day": "Day on which the parcel was promised",
        "delivered_day": "Day on which it came; empty when that is after the data's last day",
        "first_order": "Whether it is the customer's first",
    },
    "invitations": {
        "invitation_id": "Number of the invitation",
        "survey": "delivery, returns, support or site",
        "touchpoint": "Code of the touchpoint asked about",
        "channel": "mail or widget",
        "customer_id": _CUSTOMER,
        "order_id": _ORDER,
        "sent_at": "When it was asked (UTC)",
        "week": "Number of the week in which an answer came, or would have come",
        "probability": "Probability with which this customer was asked",
    },
    "answers": {
        "answer_id": "Number of the answer",
        "invitation_id": "Number of the invitation that it answers",
        "survey": "delivery, returns, support or site",
        "touchpoint": "Code of the touchpoint asked about",
        "channel": "mail or widget",
        "customer_id": _CUSTOMER,
        "order_id": _ORDER,
        "answered_at": "When it was answered (UTC)",
        "week": "Number of the week: as in invitations",
        "language": "Language of the answer",
        "postcode_area": _AREA,
        "device": "Device answered with",
        "carrier": "Carrier of the order; empty when there is no order",
        "first_order": "Whether the order was the customer's first",
        "weight": "1 / probability of being asked",
        "nps": "0 to 10; -1 (empty in files): not asked or not answered, as in all scores",
        "delivery_csat": "Satisfaction with the delivery, 1 to 5",
        "returns_ces": "Ease of returning, 1 to 7; 7 is the easiest",
        "support_csat": "Satisfaction with the help, 1 to 5",
        "site_ces": "Ease of buying, 1 to 7; 7 is the easiest",
        "solved": "yes, partly, no or empty",
        "comment": "In the customer's own words, or empty",
    },
    "tickets": {
        "ticket_id": "Number of the support ticket",
        "customer_id": _CUSTOMER,
        "order_id": _ORDER,
        "opened_at": "When the customer wrote (UTC)",
        "week": "Number of the week in which it was opened",
        "language": "Language of the ticket",
        "topic": "delivery, size, quality, returns, price or site, as the agent filed it",
        "reply_hours": "Hours to the first reply; empty when it came after the data's last day",
        "replied_at": "When the first reply was sent (UTC); empty likewise",
        "text": "What the customer wrote",
    },
    "reviews": {
        "review_id": "Number of the review",
        "customer_id": _CUSTOMER,
        "order_id": _ORDER,
        "product": "Code of the product",
        "posted_at": "When it was posted (UTC)",
        "stars": "1 to 5",
        "language": "Language of the review",
        "text": "The review",
    },
    "returns": {
        "return_id": "Number of the return",
        "customer_id": _CUSTOMER,
        "order_id": _ORDER,
        "returned_at": "When the return form was filled in (UTC)",
        "week": "Number of the week of that",
        "device": "Device that the form was filled in with",
        "product": "Code of the product",
        "reason": "size, quality, regret or colour",
    },
    "kiosk": {
        "press_id": "Number of the press",
        "kiosk": "Code of the kiosk's touchpoint",
        "pressed_at": "When the face was pressed (UTC)",
        "face": "1 (saddest) to 4",
    },
    "phone": {
        "call_id": "Number of the call",
        "invitation_id": "Number of the delivery invitation that stayed silent",
        "customer_id": _CUSTOMER,
        "called_at": "When the customer was phoned (UTC)",
        "week": "Number of the week: that of the silent invitation",
        "nps": "0 to 10, said on the phone; everyone who was phoned answered",
        "probability": "Probability with which a silent customer was phoned",
    },
    "labels": {
        "answer_id": "Number of an answer with a comment",
        "topic": "What the comment was written about: part of the answer key, not of what a shop would know",
        "theme": "The topic without its tone",
    },
}

NUMBERS_THAT_MAY_MISS: Final = frozenset(
    {"order_id", "nps", "delivery_csat", "returns_ces", "support_csat", "site_ces"}
)
"""Whole-number columns in which MISSING (-1) stands for no value."""
