"""The policy of the programme: what a manager decides for the whole community."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField
from wtforms.validators import ValidationError

from loyalty.models import Community
from loyalty.pages.forms import amount, choice, options, text_field, ticks, whole_number
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import (
    ChangeForm,
    changes_in_words,
    in_words,
    is_ready,
    new_values,
)
from loyalty.rules.arrival import LATEST
from loyalty.rules.calendar import CARD_MONTHS
from loyalty.rules.money import WHOLE, Permille, Rounding
from loyalty.rules.notice import LONGEST_NOTICE
from loyalty.services.community.policy import (
    ChangePolicy,
    change_policy,
    community_of,
    default_policy,
)
from loyalty.words.categories import CATEGORIES
from loyalty.words.rates import list_rates_offered

policy = console.Console("policy", "/policy", only=console.MANAGERS)

LOWEST_RATE = Permille(100)
LONGEST_TELEPHONE = 40
MOST_USES = 1000
MOST_SALES = 100_000

DRAWN_UNSEEN = frozenset({"csrf_token", "version"})
"""What every form of the policy draws by itself."""

ROUNDINGS = {
    Rounding.FEN.value: lazy_gettext("收到分，不足一分舍去"),
    Rounding.JIAO.value: lazy_gettext("收到角，不足一角舍去（抹零）"),
}


class PolicyForm(ChangeForm):
    """What holds for all shops, cards and rounds; its fields are called as the columns are."""

    telephone = text_field(lazy_gettext("社区电话"), needed=False, longest=LONGEST_TELEPHONE)
    band_min_permille = choice(lazy_gettext("优惠最大时，持卡人付"), coerce=int)
    band_max_permille = choice(lazy_gettext("优惠最小时，持卡人付"), coerce=int)
    rounding = choice(lazy_gettext("零头"), ROUNDINGS)
    uses_per_shop_day = whole_number(lazy_gettext("一张卡在一家店一天用几次"), 1, MOST_USES)
    uses_per_day = whole_number(lazy_gettext("一张卡一天一共用几次"), 1, MOST_USES)
    discountable_per_sale_fen = amount(lazy_gettext("一笔最多按原价多少元打折"))
    saved_per_month_fen = amount(lazy_gettext("一张卡一个月最多省多少元"))
    excluded_categories = ticks(lazy_gettext("不打折的商品"))
    offline_sales_per_till = whole_number(lazy_gettext("断网时，一台设备最多记几笔"), 1, MOST_SALES)
    offline_saved_per_till_fen = amount(lazy_gettext("断网时，一台设备最多让利多少元"))
    late_days = whole_number(lazy_gettext("断网记的，晚几天上传照收"), 1, LATEST, needed=True)
    late_days_on_paper = whole_number(
        lazy_gettext("纸上记的，晚几天登记照收"), 1, LATEST, needed=True
    )
    notice_working_days = whole_number(
        lazy_gettext("公示几个工作日"), 1, LONGEST_NOTICE, needed=True
    )
    supplementary_notice_working_days = whole_number(
        lazy_gettext("有人递补时，再公示几个工作日"), 1, LONGEST_NOTICE, needed=True
    )
    card_months = choice(lazy_gettext("卡用几个月"), coerce=int)
    undisputed_cards_wait = BooleanField(lazy_gettext("有一条异议没答复，全部的卡都等着"))

    inspection_needed = BooleanField(lazy_gettext("评分表合格才能挂牌和续牌"))

    def validate_band_min_permille(self, field: Any) -> None:
        """Refuse a band whose ends are in the wrong order."""
        if field.data > (self.band_max_permille.data or WHOLE):
            raise ValidationError(gettext("优惠最大的，付的应当更少；这两项写反了。"))


@policy.route("", methods=["GET", "POST"])
def shown() -> Any:
    """Show the policy; repeat changes back in words, and make them on a yes."""
    with console.work() as work:
        community = community_of(work.session, work.actor)
    form = _form(community)
    if "again" not in request.form and is_ready(form, community):
        if "sure" not in request.form:
            return render_template(
                "staff/community/policy_changes.html",
                form=form,
                changes=changes_in_words(form),
                typed=[one for one in request.form.items(multi=True) if one[0] not in DRAWN_UNSEEN],
            )
        if _changed(form, community):
            return redirect(url_for("staff_policy.shown"))
    defaults = default_policy()
    return render_template(
        "staff/community/policy.html",
        form=form,
        defaults={
            field.name: in_words(field, defaults[field.name])
            for field in form
            if field.name in defaults
        },
    )


def _typed(community: Community) -> MultiDict[str, str] | None:
    """Return what was typed; a page from before an update leaves out, and keeps, what is new."""
    if request.method != "POST":
        return None
    typed = MultiDict(request.form.items(multi=True))
    for name in ("late_days", "late_days_on_paper", "telephone"):
        if name not in typed:
            typed[name] = str(getattr(community, name) or "")
    return typed


def _form(community: Community) -> PolicyForm:
    """Return the form of the policy as it is, each list with what the community chose before."""
    form = PolicyForm(_typed(community), obj=community)
    rates = list_rates_offered(LOWEST_RATE, WHOLE)
    for end in (form.band_min_permille, form.band_max_permille):
        present = Permille(end.object_data)
        end.choices = options(list_rates_offered(present, present) | rates)
    form.card_months.choices = options(
        {str(months): ngettext("%(num)d个月", "%(num)d个月", months) for months in CARD_MONTHS}
    )
    own = {code: code for code in community.excluded_categories if code not in CATEGORIES}
    form.excluded_categories.choices = options({**CATEGORIES, **own})
    return form


def _changed(form: PolicyForm, community: Community) -> bool:
    wanted = ChangePolicy(community.version, **new_values(form))
    return console.attempt(
        lambda work: change_policy(work, wanted),
        gettext("设置已改，从现在起照新的算。"),
        form=form,
    )
