"""Why something was not done, in the reader's language; the API says it in English."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext
from sqlalchemy.orm.exc import StaleDataError

from loyalty.rules.erasure import ErasureObstacle
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.honours import MOST_HONOURS
from loyalty.services import errors
from loyalty.services.imports.tables import FileFault
from loyalty.services.pictures.pictures import PictureFault
from loyalty.services.staff.passwords import SHORTEST_PASSWORD
from loyalty.words.imports import FILE_FAULTS
from loyalty.words.obstacles import OBSTACLES, join_sentences, obstacles_in_words
from loyalty.words.personal_data import ERASURE_OBSTACLES
from loyalty.words.pictures import PICTURE_FAULTS

REFUSALS: Mapping[type[Exception], LazyString] = MappingProxyType(
    {
        errors.EvidenceKnownError: lazy_gettext(
            "这份凭据已经记过一笔。如果确实是另一笔，请在“同一份凭据”那里打勾，再提交。"
        ),
        errors.AlreadyJoinedError: lazy_gettext(
            "没有加入：一个人在一个社区只有一个账号。请告诉给您链接的负责人。"
        ),
        errors.VisitKnownError: lazy_gettext(
            "这一天同样的走访您已经记过，写的不一样。这次写的没有记上，还留在这里：换一个“为什么去”再记。"
        ),
        errors.SecondFactorOwedError: lazy_gettext("请先设好动态码，再做别的事。"),
        errors.SecondPersonError: lazy_gettext("这一笔是您记的，请另一个人来核准。"),
        errors.OwnAccountError: lazy_gettext(
            "这是您自己的账号：对应哪位居民，请另一位负责人来改。"
        ),
        errors.ClosedAccountError: lazy_gettext(
            "没有加入：您登录用的账号已经停用，只能去原来加入过的社区。"
        ),
        errors.AlreadyExistsError: lazy_gettext("已经有这一条了，没有重复添加。"),
        errors.StaleRecordError: lazy_gettext("别人刚刚改过，请看过新的内容再做。"),
        StaleDataError: lazy_gettext("别人刚刚改过，请看过新的内容再做。"),
        errors.NotAllowedError: lazy_gettext("这一步要由负责人来做。"),
        errors.InvolvedError: lazy_gettext(
            "您推荐过、录入过或评过这个人，或与其同户，请由别人答复。"
        ),
        errors.ShopInvolvedError: lazy_gettext(
            "您录入或检查过这家店，或者您就是店主，请由别人答复。"
        ),
        errors.SignInError: lazy_gettext("账号、密码或动态码不对。"),
        errors.SignInLockedError: lazy_gettext("错得太多次，请过一刻钟再试。"),
        errors.RowsRefusedError: lazy_gettext("这张签到表已经记过这个人，没有重复记。"),
        errors.PersonErasedError: lazy_gettext("这个人的信息已经按本人意愿删除了。"),
        errors.SignalPutAwayError: lazy_gettext("这件事别人已经处理了。"),
        errors.ProposalDecidedError: lazy_gettext("这件事别人已经处理了。"),
        errors.CaseDecidedError: lazy_gettext("这件事别人已经处理了。"),
        errors.ComplaintAnsweredError: lazy_gettext("这件事别人已经处理了。"),
        errors.BusyError: lazy_gettext("别人正在改，请再提交一次，不会记两遍。"),
        errors.TooMuchBackError: lazy_gettext("这一笔剩下的没有这么多，请看清楚再填。"),
        errors.ReversalRefusedError: lazy_gettext("这一笔已经撤销过了。"),
        errors.CommonPasswordError: lazy_gettext(
            "这个密码别人一猜就中。换一个，比如用三四个不相干的词连起来。"
        ),
        errors.ValueRefusedError: lazy_gettext("有一项不合适，请检查后再提交。"),
    }
)

NO_LAST_WORD = lazy_gettext("不能写“最终解释权归本店”：说不清的，按对顾客有利的算。请删掉这一句。")

VALUES: Mapping[str, LazyString] = MappingProxyType(
    {
        "/username": lazy_gettext("登录名要2到40个字，只用字母、数字、汉字、点、横线和@。"),
        "/password": lazy_gettext("密码太短，至少%(least)d位。", least=SHORTEST_PASSWORD),
        "/purpose": lazy_gettext("这个账号现在用不上这种链接，请看看账号的状态。"),
        "/totp": lazy_gettext("动态码不对。请看手机上现在的六位数，再填一遍。"),
        "/roles": lazy_gettext("社区至少要留一位能登录的负责人。"),
        "/active": lazy_gettext("社区至少要留一位能登录的负责人。"),
        "/hours": NO_LAST_WORD,
        "/offer": NO_LAST_WORD,
        "/series": lazy_gettext("没有这个系列，请从列表里选一个，或请负责人先添加。"),
        "/pledge_number": lazy_gettext("签的是哪一天也要填；哪一版，从列表里选。"),
        "/sheet_number": lazy_gettext("评分表刚换了新的一版，请照新的再填一遍。"),
        "/put_right_by": lazy_gettext("改正的日子已经过了，请选今天或以后的一天。"),
        "/held_on": lazy_gettext(
            "请选今天或以后、还没有定过会议的一天；已经定过的，请打开那一次来改。"
        ),
        "/minutes": lazy_gettext("会还没开，开过再写会议记录。"),
        "/phone": lazy_gettext("电话号码不对，请检查。"),
        "/seed": lazy_gettext("这不是封存时写明的那种种子，请照例子填。"),
        "/source/day": lazy_gettext(
            "骰子选今天或以后，开奖号码和随机数选明天或以后，都在一个月之内。"
        ),
        "/witnesses": lazy_gettext("见证人要两位，而且是不同的人。"),
        "/reason": lazy_gettext("请写明理由，里面不要写人的名字。"),
        "/decision": lazy_gettext("这一笔没有对上卡，不能补记。"),
        "/day": lazy_gettext("那一天还没到。"),
        "/date": lazy_gettext("那一天还没到。"),
        "/since": lazy_gettext("最多提前一年定，请选近一点的一天。"),
        "/happened_on": lazy_gettext("那一天还没到。"),
        "/amount_fen": lazy_gettext("金额和数量，至少填一样。"),
        "/quantity_hundredths": lazy_gettext("选了单位，请把数量也填上。"),
        "/excluded_fen": lazy_gettext("没打折的那部分，不能比退回的总数多。"),
        "/unit": lazy_gettext("这一种不按这个单位数，请换一个。"),
        "/answer": lazy_gettext("不同意的，请写一句为什么，店主看得到。"),
        "/evidence_file": lazy_gettext("PDF要完整，最大8MB；一笔最多附5份。"),
        "/evidence": lazy_gettext("有凭据的，请写明凭据是什么；没有，就选“估计”。"),
        "/band_min_permille": lazy_gettext("有店铺约定的折数不在这个范围里，请先改那家店的约定。"),
        "/card_ids": lazy_gettext("请至少给一张卡打勾。"),
        "/round_id": lazy_gettext("这一期没有还能用的卡。"),
        "/pay_permille": lazy_gettext("折数要在社区定的范围里。"),
        "/code": lazy_gettext("一个社区最多%(most)d种荣誉。", most=MOST_HONOURS),
        "/address": lazy_gettext("网址要以https://开头，照对方给的原样粘贴。"),
        "/honour": lazy_gettext("这一期没有这种荣誉的名单。"),
    }
)
"""By the pointer of the value that makes no sense."""

IN_USE = lazy_gettext("已经有别的记录用到它，不能撤回。")
"""An import is taken back; every code that is no obstacle names what has come of it."""


def refusal_in_words(refusal: LoyaltyError | StaleDataError) -> str:
    """Return why something was refused, and what to do."""
    if isinstance(refusal, errors.UnreadableFileError | errors.PictureRefusedError):
        return _of_the_file(refusal)
    if isinstance(refusal, errors.ImportStateError) and not OBSTACLES.keys() >= set(
        refusal.missing
    ):
        return str(IN_USE)
    if isinstance(refusal, errors.CardsOffSheetError | errors.TooManyCardsError):
        return _off_the_sheets(refusal)
    if isinstance(refusal, errors.ErasureRefusedError):
        return join_sentences(ERASURE_OBSTACLES[ErasureObstacle(one)] for one in refusal.missing)
    if isinstance(refusal, errors.StateError):
        return obstacles_in_words(refusal.missing)
    kinds = [ancestor for ancestor in type(refusal).__mro__ if ancestor in REFUSALS]
    told = REFUSALS[kinds[0]] if kinds else lazy_gettext("这样不行，什么也没有改变。")
    if kinds[:1] == [errors.ValueRefusedError] and isinstance(refusal, errors.ValueRefusedError):
        told = VALUES.get(refusal.pointer, told)
    return str(told)


def _of_the_file(refusal: errors.UnreadableFileError | errors.PictureRefusedError) -> str:
    """Return what is wrong with a file, and what to do about it."""
    if isinstance(refusal, errors.PictureRefusedError):
        return str(PICTURE_FAULTS[PictureFault(refusal.fault)])
    return str(FILE_FAULTS[FileFault(refusal.fault)])


def _off_the_sheets(refusal: errors.CardsOffSheetError | errors.TooManyCardsError) -> str:
    """Return why cards were not printed; what was filled in is still there."""
    if isinstance(refusal, errors.TooManyCardsError):
        return str(
            gettext(
                "一次最多打印%(most)d张，这次是%(asked)d张。请分几次打勾打印，别的都还在。",
                most=refusal.most,
                asked=refusal.asked,
            )
        )
    return str(
        gettext(
            "末四位%(cards)s的卡已挂失、停用或过期，不能打印。去掉这几张再打印，别的都还在。",
            cards=str(gettext("、")).join(refusal.last4),
        )
    )
