"""What a poster of a notice says, in the reader's language."""

from flask_babel import gettext, ngettext

from loyalty.clock import as_local
from loyalty.models import Community, NoticeVersion
from loyalty.pages.values import full_day, moment, month
from loyalty.reports.poster import Poster, PosterEntry, PosterList
from loyalty.services.notice.public_notice import NoticeList, PublicNotice
from loyalty.words.notices import basis_in_words, list_name, notice_kind_name


def poster_of(notice: PublicNotice, community: Community, *, address: str, language: str) -> Poster:
    """Return the poster of a published notice.

    Args:
        notice: with one version at least.
        community: whose notice it is.
        address: where the notice is read; printed, and drawn as a QR.
        language: as HTML writes it.
    """
    version = notice.versions[-1]
    return Poster(
        language=language,
        community=community.name,
        title=gettext("%(month)s评选公示", month=month(notice.month.first)),
        period_name=gettext("公示期"),
        period=gettext(
            "%(first)s 至 %(last)s",
            first=full_day(notice.versions[0].first_day),
            last=full_day(version.last_day),
        ),
        sentences=(
            gettext("对名单有意见，公示期内都可以提：扫右边的二维码，或者到社区来。"),
            gettext("可以不留姓名；凭回执号查答复。公示期满、异议都答复了才发卡。"),
            gettext("没有同意公开姓名的，只显示一部分。"),
        ),
        address=address,
        address_name=gettext("网上看："),
        lists=[_list(one) for one in notice.lists],
        proofs=(
            _version_in_words(version, community),
            gettext("校验码 %(hash)s", hash=version.sha256),
        ),
        demonstration=gettext("演示：这里的人和卡都是虚构的。")
        if community.demonstration
        else None,
    )


def _list(one: NoticeList) -> PosterList:
    return PosterList(
        heading=list_name(one),
        detail=ngettext("%(num)d人", "%(num)d人", len(one.lines)),
        entries=[PosterEntry(line.line, line.name, basis_in_words(line)) for line in one.lines],
    )


def _version_in_words(version: NoticeVersion, community: Community) -> str:
    return str(
        gettext(
            "第%(number)d版（%(kind)s），%(published)s公布",
            number=version.number,
            kind=notice_kind_name(version.kind),
            published=moment(as_local(version.published_at, community.timezone)),
        )
    )
