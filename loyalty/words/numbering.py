"""What the numbers tell under which a till's device has signed its late sales."""

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from loyalty.services.late_sales.numbering import Gap, Numbering


def numbering_in_words(numbering: Numbering) -> Iterator[str]:
    """Yield a sentence on each thing that is not as it should be; none where all is well."""
    for gap in numbering.gaps:
        yield gettext(
            "%(numbers)s没有收到：可能还在设备里，也可能随设备丢了。", numbers=_numbers(gap)
        )
    for number in numbering.clones:
        yield gettext("第%(number)d号收到两笔不一样的：设备上的数据可能被复制过。", number=number)
    for number in numbering.broken:
        yield gettext("第%(number)d号接不上前一号：中间的记录可能被换过或删过。", number=number)


def _numbers(gap: Gap) -> str:
    if gap.first == gap.last:
        return str(gettext("第%(number)d号", number=gap.first))
    missing = gap.last - gap.first + 1
    return str(
        ngettext(
            "第%(first)d号到第%(last)d号（共%(num)d笔）",
            "第%(first)d号到第%(last)d号（共%(num)d笔）",
            missing,
            first=gap.first,
            last=gap.last,
        )
    )
