"""What the numbers of a till's late sales tell, in words."""

from uuid import UUID

from flask import render_template

from loyalty.database import transaction
from loyalty.pages.staff import console
from loyalty.services.errors import UnknownRecordError
from loyalty.services.numbering import numbering_of
from loyalty.services.pairing import tills_of_shop
from loyalty.services.shop_list import shop_of
from loyalty.words.numbering import numbering_in_words

numberings = console.Console("numberings", "/shops/<uuid:shop_id>/tills/<uuid:till_id>/numbering")

MOST_TILLS = 100


@numberings.get("")
def shown(shop_id: UUID, till_id: UUID) -> str:
    """Show what is missing, doubled or out of its chain."""
    with transaction() as session:
        shop = shop_of(session, console.actor(), shop_id)
        tills = tills_of_shop(session, console.actor(), shop_id, limit=MOST_TILLS, after=None)
        till = next((one for one in tills.items if one.id == till_id), None)
        if till is None:
            raise UnknownRecordError("The shop has no such till.")
        numbering = numbering_of(session, console.actor(), till_id)
    return render_template(
        "staff/numbering.html",
        shop=shop,
        till=till,
        numbering=numbering,
        faults=list(numbering_in_words(numbering)),
    )
