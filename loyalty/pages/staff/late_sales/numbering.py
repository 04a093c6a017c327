"""What the numbers of a till's late sales tell, in words."""

from uuid import UUID

from flask import render_template

from loyalty.pages.staff import console
from loyalty.services.errors import UnknownRecordError
from loyalty.services.late_sales.numbering import numbering_of
from loyalty.services.shops.finding import get_shop
from loyalty.words.numbering import numbering_in_words

numberings = console.Console("numberings", "/shops/<uuid:shop_id>/tills/<uuid:till_id>/numbering")


@numberings.get("")
def shown(shop_id: UUID, till_id: UUID) -> str:
    """Show what is missing, doubled or out of its chain."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        numbering = numbering_of(work, till_id)
    if numbering.till.shop_id != shop.id:
        raise UnknownRecordError("The shop has no such till.")
    return render_template(
        "staff/late_sales/numbering.html",
        shop=shop,
        numbering=numbering,
        faults=list(numbering_in_words(numbering)),
    )
