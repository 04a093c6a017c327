"""An event with sold tickets and a device that checks them in; run by the Python of pretix.

    python pretix_event.py TICKETS

Prints the token of the device, the number of its list, and what the codes of the tickets hold, as
JSON. `pretix_service.py` runs it.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402  # Django must be set up first
from django.utils.timezone import now  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402
from pretix.base.models import Device, Event, Order, OrderPosition, Organizer  # noqa: E402


def main() -> None:
    """Create all of it."""
    with scopes_disabled(), transaction.atomic():
        organizer = Organizer.objects.create(name="Market", slug="market")
        event = Event.objects.create(
            organizer=organizer, name="Market", slug="december", date_from=now(), live=True
        )
        item = event.items.create(name="Card", default_price=0)
        secrets = [sell(event, item, f"TICKET{place:06}") for place in range(int(sys.argv[1]))]
        entrance = event.checkin_lists.create(
            name="Entrance", all_products=True, allow_multiple_entries=True
        )
        device = Device.objects.create(
            organizer=organizer,
            name="Till",
            all_events=True,
            initialized=now(),
            api_token="till",  # noqa: S106  # of a fictional device
        )
    print(json.dumps({"token": device.api_token, "list": entrance.pk, "secrets": secrets}))


def sell(event: Event, item: object, secret: str) -> str:
    """Sell one ticket; return what its code holds."""
    order = Order.objects.create(
        code=secret[-6:],
        event=event,
        status=Order.STATUS_PAID,
        datetime=now(),
        expires=now() + timedelta(days=10),
        total=0,
        locale="en",
        sales_channel=event.organizer.sales_channels.get(identifier="web"),
    )
    OrderPosition.objects.create(order=order, item=item, price=0, secret=secret, positionid=1)
    order.create_transactions(is_new=True)
    return secret


if __name__ == "__main__":
    main()
