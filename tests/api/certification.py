"""The steps of a shop's certification, and where they are taken."""

from loyalty.models import Shop

LEADS = {
    ("applied", "inspect"): "inspected",
    ("inspected", "publish"): "notice",
    ("inspected", "send_back"): "applied",
    ("notice", "send_back"): "applied",
    ("notice", "certify"): "certified",
    ("certified", "warn"): "warned",
    ("certified", "suspend"): "suspended",
    ("certified", "renew"): "certified",
    ("warned", "suspend"): "suspended",
    ("warned", "reinstate"): "certified",
    ("suspended", "withdraw"): "withdrawn",
    ("suspended", "reinstate"): "certified",
    ("withdrawn", "apply"): "applied",
    ("lapsed", "apply"): "applied",
    ("lapsed", "renew"): "certified",
}
"""Every step there is; the states' other actions are refused."""


def address(shop: Shop) -> str:
    return f"/api/v1/shops/{shop.id}/certification"
