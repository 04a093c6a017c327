"""What the till says around a sale: on its status line, and on the other three screens."""

from flask_babel import gettext


def status_words() -> dict[str, str]:
    """Return the status line, and the warnings below it with what to do about each."""
    return {
        "online": gettext("在线"),
        "offline": gettext("没连上"),
        "no_list": gettext("没有名单"),
        "list_fresh": gettext("名单刚更新"),
        "list_minutes": gettext("名单{count}分钟前"),
        "list_hours": gettext("名单{count}小时前"),
        "list_days": gettext("名单{count}天前"),
        "waiting": gettext("{count}笔待传"),
        "revoked": gettext("这台设备已被停用。请联系社区，重新绑定；没上传的都还在。"),
        "clock_behind": gettext("这台设备的时间慢了{count}分钟。请在系统设置里校准时间。"),
        "clock_ahead": gettext("这台设备的时间快了{count}分钟。请在系统设置里校准时间。"),
        "list_too_old": gettext("名单超过7天没更新，不能离线打折了。请连上网络，会自动更新。"),
        "list_missing": gettext("还没有名单，不能离线打折。请连上网络，会自动取来。"),
        "allowance_used": gettext("离线额度用完了，不能离线打折了。请连上网络，会自动上传。"),
    }


def today_words() -> dict[str, str]:
    """Return what the list of the day says."""
    return {
        "void_reason": gettext("收银台撤销"),
        "voided": gettext("已撤销"),
        "void_refused": gettext("这一笔不能在收银台撤销了，请联系社区。"),
        "void_silent": gettext("没有回音，请再试一次。"),
        "voided_waiting": gettext("已撤销。连上网络后，这一笔和撤销会一起上传。"),
        "left_meanwhile": gettext("这一笔刚刚上传了，请在下面再点一次撤销。"),
        "return_reason": gettext("收银台退货"),
        "returned": gettext("已退货：退给顾客 {amount} 元。"),
        "return_amount": gettext("请输入退回商品的原价，不超过这一笔的原价。"),
        "return_refused": gettext("这一笔不能退了，请联系社区。"),
        "no_amount": gettext("只记用卡"),
        "saved": gettext("让利 {amount}"),
        "nothing_today": gettext("今天还没有用卡。"),
        "today_silent": gettext("没有连上网络。这里只有还没上传的。"),
        "item_waiting": gettext("等待上传"),
        "item_taken_back": gettext("撤销等待上传"),
        "not_voided": gettext("这一笔已经记上账，没能撤销。请联系社区撤销。"),
        "waiting_sums": gettext("另有{count}笔等待上传，实收 {payable} 元，没有算在上面。"),
        "received": gettext("社区已经收下，由社区处理。您不用再做什么。"),
        "malformed": gettext("服务器读不懂这一笔。请存成文件，交给社区。"),
        "attention_reason": gettext("{word}，没有记上账。账由社区处理，您不用补钱。"),
        "export_name": gettext("没上传的用卡.json"),
        "slip_title": gettext("{date} 用卡小结"),
        "slip_uses": gettext("笔数"),
        "slip_total": gettext("原价"),
        "slip_payable": gettext("实收"),
        "slip_saved": gettext("让利"),
        "slip_waiting": gettext("等待上传"),
        "slip_end": gettext("打印于 {time}"),
    }


def shop_words() -> dict[str, str]:
    """Return what the shop's own page says of its rules."""
    return {
        "no_plaque": gettext("尚未挂牌"),
        "not_certified": gettext("现在不能打折，请联系社区"),
        "rates_of_cards": gettext("按卡上的折数"),
        "every_honour": gettext("所有打折卡"),
        "rule_excluded": gettext("不打折"),
        "rule_nothing_excluded": gettext("没有规定，都打折"),
        "rule_rounding": gettext("零头"),
        "rounding_fen": gettext("算到分，分以下不收"),
        "rounding_jiao": gettext("算到角，分不收"),
        "rule_per_sale": gettext("一次最多"),
        "per_sale": gettext("{amount} 元打折，超过的按原价"),
        "rule_uses": gettext("用几次"),
        "uses_per_shop_day": gettext("每张卡每天在本店 {count} 次"),
        "uses_per_day": gettext("每张卡每天一共 {count} 次"),
        "rule_saved": gettext("每月优惠"),
        "saved_per_month": gettext("每张卡每月最多省 {amount} 元"),
        "rule_offline": gettext("没有网络"),
        "offline_days": gettext("可以卖 {count} 天"),
        "offline_sales": gettext("最多 {count} 笔"),
        "offline_saved": gettext("让利最多 {amount} 元"),
    }


def settings_words() -> dict[str, str]:
    """Return what the settings say."""
    return {
        "list_number": gettext("第{number}号，{age}"),
        "allowance_sales": gettext("还能记 {count} 笔"),
        "allowance_saved": gettext("让利 {amount} 元"),
        "unlimited": gettext("不限"),
        "unpair_sure": gettext("确定解除绑定？"),
        "unpair_waiting": gettext("还有{count}笔没有上传，不能解除。请连上网络，等它们传完。"),
        "unpair_attention": gettext(
            "还有{count}笔没有记上账，不能解除。请到“今日”逐笔看一下，点“知道了”。"
        ),
        "unpair_failed": gettext("没有解除。请再试一次。"),
        "try_sentence": gettext("有效，八五折"),
        "training_slip": gettext("练习卡"),
        "training_only": gettext("只用来练习，不能打折。"),
    }
