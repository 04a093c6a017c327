"""Where the shops stand: the floor plans for everybody."""

from flask import Blueprint, render_template, request, url_for

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Shop
from loyalty.pages.communities import community_here
from loyalty.pages.plan_drawing import draw_plan
from loyalty.services.shops.floor_plans import list_floor_plans

floor_plan = Blueprint("floor_plan_pages", __name__)


@floor_plan.get("/shops/plan")
@floor_plan.get("/<slug>/shops/plan")
def shown(slug: str | None = None) -> str:
    """Show the plans with the shops that take the card today, one of them marked if asked."""
    with transaction() as session:
        community = community_here(session, slug)
        today = community_now(community.timezone).date()
        pinned = list_floor_plans(session, community.id, giving_on=today)

    def leads_to(shop: Shop) -> str:
        return url_for("pages.plaque", slug=community.slug, plaque_number=shop.plaque_number)

    meant = request.args.get("shop")
    plans = [draw_plan(one, leads_to, meant=meant) for one in pinned]
    return render_template("public/floor_plan.html", community=community, plans=plans)
