"""What an entry of the book is, and what became of it, in words."""

from flask_babel import lazy_gettext

from loyalty.rules.verdict import Tone
from loyalty.services.checkout.entries import ListedEntry
from loyalty.words.states import StateWords

VOIDED = StateWords(Tone.NO, lazy_gettext("撤销"))
RETURNED = StateWords(Tone.UNSURE, lazy_gettext("退货"))


def entry_state_words(told: ListedEntry) -> StateWords:
    """Return what an entry is: a sale that stands, in whole or in part, or what took one back."""
    if told.entry.kind == "void":
        return VOIDED
    if told.entry.kind == "return":
        return RETURNED
    if told.taken_back:
        return StateWords(Tone.NO, lazy_gettext("已全部退回"))
    if told.returned:
        return StateWords(Tone.UNSURE, lazy_gettext("退过货"))
    if told.entry.flag is not None:
        return StateWords(Tone.UNSURE, lazy_gettext("有问题"))
    return StateWords(Tone.YES, lazy_gettext("已记"))
