"""The honours of the demonstration: those every community begins with, and one of its own."""

from loyalty.models import Honour
from loyalty.rules.honours import HonourColour
from loyalty.services.community.honours import (
    ChangeHonour,
    CreateHonour,
    change_honour,
    create_honour,
)
from loyalty.services.work import Work

LISTS = (
    ("civilized_resident", 60, 85, 850),
    ("household_head", 45, 60, 820),
    ("red_cell_member", 30, 40, 850),
)
"""Honour, quota, how many are nominated, and what the card pays in permille."""


def name_honours(work: Work) -> None:
    """Add the honour of its own, and let each propose what its lists will ask for."""
    create_honour(
        work,
        CreateHonour(
            "red_cell_member",
            "红细胞党员",
            name_zh_hant="紅細胞黨員",
            name_en="Red Cell member",
            colour=HonourColour.PURPLE,
        ),
    )
    for code, quota, _, pay_permille in LISTS:
        honour = work.session.scalars(work.select(Honour).where(Honour.code == code)).one()
        proposal = ChangeHonour(honour.id, honour.version, quota=quota, pay_permille=pay_permille)
        change_honour(work, proposal)
