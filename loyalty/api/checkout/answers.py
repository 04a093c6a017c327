"""What a till is told of a card and of a sale, by the names of the API; not yet as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.rules.card_number import last4
from loyalty.rules.discount import Quote
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout.appraisal import Appraisal
from loyalty.services.checkout.sale import Sale
from loyalty.services.checkout.sold import format_quoted_lines

OF_A_LINE = ("category", "amount_fen", "payable_fen", "saved_fen", "discounted")
"""What is told of a line; what is kept of it besides is for whoever takes goods back."""

OF_A_SALE = (
    *("id", "receipt", "with_amount", "happened_at", "recorded_at", "rule_version"),
    *("total_fen", "discountable_fen", "payable_fen", "saved_fen", "pay_permille"),
)


def tell_appraisal(appraisal: Appraisal) -> dict[str, Any]:
    """Return the answer to a shown card; members that say nothing are left out."""
    answer: dict[str, Any] = {"verdict": appraisal.verdict}
    if appraisal.card is not None and appraisal.serial is not None:
        answer["card"] = {
            "serial": appraisal.serial,
            "last4": last4(appraisal.serial),
            "honour": appraisal.honour,
            "pay_permille": appraisal.pay,
            "valid_from": appraisal.card.valid_from,
            "valid_until": appraisal.card.valid_until,
        }
    if appraisal.quote is not None:
        answer["quote"] = _tell_quote(appraisal.quote, appraisal.rule_version)
    if appraisal.limit is not None:
        answer["limit"] = appraisal.limit
    return answer


def tell_sale(sale: Sale) -> dict[str, Any]:
    """Return the answer to a sale that was recorded, now or before."""
    answer = {name: getattr(sale, name) for name in OF_A_SALE}
    answer["verdict"] = sale.flag or Verdict.OK
    if sale.lines is not None:
        answer["lines"] = _tell_lines(sale.lines)
    return answer


def _tell_quote(quote: Quote, rule_version: int | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "total_fen": quote.total,
        "discountable_fen": quote.discountable,
        "payable_fen": quote.payable,
        "saved_fen": quote.saved,
        "pay_permille": quote.pay,
        "rule_version": rule_version,
    }
    lines = format_quoted_lines(quote)
    return answer if lines is None else {**answer, "lines": _tell_lines(lines)}


def _tell_lines(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: line[name] for name in OF_A_LINE} for line in lines]
