"""What stands out in the sales of shops: listed, looked at with its sales, and put away."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import StaffAccount
from loyalty.pages.forms import Form, passage
from loyalty.pages.staff import console
from loyalty.rules.signals import SignalKind
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.checkout.entries import list_entries
from loyalty.services.shops.signals import (
    FindSignals,
    PutAway,
    find_shop_signals,
    get_signal,
    put_signal_away,
)
from loyalty.words.entries import entry_state_words
from loyalty.words.signals import SIGNALS, facts_in_words

shop_signals = console.Console("shop_signals", "/shops/signals")


class PutAwayForm(Form):
    """What was found, so that the next who looks knows."""

    reason = passage(lazy_gettext("看过了，是怎么回事"), longest=LONGEST_REASON)


@shop_signals.get("")
def listed() -> str:
    """List what stands out and nobody has looked at, or what was put away."""
    put_away = request.args.get("state") == "put_away"
    after = console.asked_for()["after"]
    wanted = FindSignals(limit=console.PAGE_LENGTH, after=after, put_away=put_away)
    with console.work() as work:
        found = find_shop_signals(work, wanted)
    return render_template(
        "staff/shops/signals.html",
        found=found.items,
        next=found.next,
        put_away=put_away,
        words={kind.value: SIGNALS[kind] for kind in SignalKind},
        facts=lambda one: facts_in_words(SignalKind(one.kind), one.facts),
    )


@shop_signals.route("/<uuid:signal_id>", methods=["GET", "POST"])
def shown(signal_id: UUID) -> Any:
    """Show one signal with the sales behind it, and put it away for a reason."""
    form = PutAwayForm()
    with console.work() as work:
        signal = get_signal(work, signal_id)
        sales = list_entries(work, [UUID(one) for one in signal.facts.get("sale_ids", ())])
        looked = work.find(StaffAccount, signal.put_away_by) if signal.put_away_by else None
    if form.validate_on_submit():
        wanted = PutAway(signal_id, form.reason.data)
        if console.attempt(
            lambda work: put_signal_away(work, wanted), gettext("已记下，不再提醒。"), form=form
        ):
            return redirect(url_for("staff_shop_signals.listed"))
    kind = SignalKind(signal.kind)
    return render_template(
        "staff/shops/signal.html",
        signal=signal,
        words=SIGNALS[kind],
        facts=facts_in_words(kind, signal.facts),
        sales=sales,
        looked=looked,
        form=form,
        state=entry_state_words,
        here=console.here,
    )
