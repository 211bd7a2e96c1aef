"""Every sentence of the chat: what happened, the number that matters, what next (PAGES, CONTRACT).

Refusals bring their own words from the services; here results are put into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.terms import AttendanceStatus, EntrySource
from services import spoken
from services.arrival.checkin import CheckIn, Outcome
from services.binding import Bound, Step
from services.clock import moment
from services.errors import ServiceError
from services.hours import HoursView, Line
from services.policy.amounts import text as amount
from services.study.agenda import Ahead

WELCOME = (
    "欢迎您。这里可以签到、看学时。\n"
    "请发「绑定 + 编码」，编码在支部发的卡片上，例如：绑定 8k2m4p6r。\n"
    "没有卡片？请支部书记给您一张，或帮您点名，一样计学时。"
)
NOT_BOUND = "您还没有绑定身份。\n请发「绑定 + 编码」，编码在支部发的卡片上。\n没有卡片？请支部书记给您一张。"
HELP = (
    "可以发这些：\n"
    "学时、积分 —— 今年的，还差多少\n"
    "述学 —— 打字或说话，接着上次写\n"
    "请假、补学 —— 来不了、要补上\n"
    "我的 —— 我的支部、下次学习\n"
    "6 位数字 —— 会场签到\n"
    "投诉 + 想说的话 —— 投诉建议\n"
    "绑定 + 编码 —— 绑定身份"
)
UNKNOWN = "没有看懂这句话。\n" + HELP
WRONG_DIGITS = (
    "这 6 位数字不对，可能刚刚更新。\n请看屏幕上的新数字，再发一次。\n也可以请支部书记帮您点名，一样计学时。"
)
NOT_A_CODE = "这不是签到码。\n请扫会场屏幕上的码，或直接发屏幕上的 6 位数字。"
SCAN_AGAIN = "\n如果您刚才扫的是签到码，请再扫一次。"
TRY_LATER = "没有办成，请稍后再试。\n着急的话，请支部书记帮您点名，一样计学时。"


def clock_time(at: int) -> str:
    """Write a stored moment as a clock time."""
    return spoken.clock_time(moment(at))


def refusal(error: ServiceError) -> str:
    """Word a refusal: what happened, and on the next line what to do."""
    if error.message.endswith("，"):
        return error.message + error.hint
    return "\n".join(part for part in (error.message, error.hint) if part)


def check_in(result: CheckIn) -> str:
    """Word what became of a scan."""
    return _CHECK_IN[result.outcome](result)


def _signed(result: CheckIn) -> str:
    late = "，记为迟到，学时不减" if result.status == AttendanceStatus.LATE else ""
    return (
        f"签到成功\n{result.title}\n"
        f"{clock_time(result.at)} 到场{late}，本次 {amount(result.credit)} 学时，会后由支部确认\n"
        f"{_year(result.credited, result.required, result.lacking)}"
    )


def _already(result: CheckIn) -> str:
    return (
        f"您已签到（{clock_time(result.at)}），不用重复扫码。\n"
        f"{result.title}，本次 {amount(result.credit)} 学时\n"
        f"{_year(result.credited, result.required, result.lacking)}"
    )


def _guest(result: CheckIn) -> str:
    return (
        f"欢迎来旁听「{result.title}」。\n"
        f"您是{result.branch_name}的党员，本次 {amount(result.credit)} 学时会转给您的支部确认。"
    )


def _waiting(result: CheckIn) -> str:
    return (
        f"已记下您 {clock_time(result.at)} 扫了「{result.title}」的码。\n"
        f"请在 {result.waiting_minutes} 分钟内发「绑定 + 卡片上的编码」，"
        f"签到时间仍算 {clock_time(result.at)}。\n"
        "没有卡片？请身边的支部书记帮您点名，一样计学时。"
    )


_CHECK_IN = {
    Outcome.SIGNED: _signed,
    Outcome.ALREADY: _already,
    Outcome.GUEST: _guest,
    Outcome.WAITING: _waiting,
}


def _year(credited: int, required: int | None, lacking: int | None) -> str:
    if required is None or lacking is None:
        return f"今年已有 {spoken.hours(credited)} 学时"
    if not lacking:
        return f"今年已有 {spoken.hours(credited)} 学时，够了"
    return f"今年已有 {spoken.hours(credited)} 学时，还差 {spoken.hours(lacking)}"


def notice(public_url: str) -> str:
    """Say where the privacy notice stands, in one line."""
    return f"怎么保管您的信息：{public_url}/privacy"


def welcome(public_url: str) -> str:
    """Greet somebody whom we do not know."""
    return f"{WELCOME}\n{notice(public_url)}"


def bound(result: Bound, public_url: str) -> str:
    """Word what became of a binding code; who is bound by it, or asks to be, is told of the notice."""
    told = f"\n{notice(public_url)}" if result.step in {Step.BOUND, Step.ASKED} else ""
    return _bound(result) + told


def _bound(result: Bound) -> str:
    if result.step is Step.WRONG:
        return (
            f"这个编码不对，或者已经用过、过期了。\n今天还可以试 {result.tries_left} 次。\n"
            "找不到卡片？请支部书记给您一张新的。"
        )
    if result.step is Step.ASKED:
        return (
            f"「{result.name}」已经绑定了另一部手机。\n换手机要请支部书记同意，已经替您提出来了。\n"
            "同意后这部手机就能用，学习记录都在。"
        )
    if result.step is Step.ALREADY:
        return f"您已绑定：{result.name}，{result.branch_name}。\n发「学时」看今年学了多少。"
    head = f"绑定成功：{result.name}，{result.branch_name}"
    return (
        f"{head}\n{check_in(result.check_in)}" if result.check_in else f"{head}\n发「学时」看今年学了多少。"
    )


def hours(view: HoursView, recent: Sequence[Line], ahead: Sequence[Ahead], now: datetime, page: str) -> str:
    """Word a member's year: the sum, the last entries, what comes next, and where the reasons stand."""
    rows = [_sum(view)]
    if recent:
        rows.append("最近：" + "；".join(_entry(line) for line in recent))
    if ahead:
        rows.append(f"接下来：{_next(ahead[0], now)}")
    rows.append(f"为什么是这个数：{page}")
    return "\n".join(rows)


def _sum(view: HoursView) -> str:
    if view.required is None or view.lacking is None:
        return f"今年 {spoken.hours(view.credited)} 学时。对您不作硬性要求，来了都算。"
    so_far = f"今年 {spoken.hours(view.credited)} / {spoken.hours(view.required)} 学时"
    return f"{so_far}，还差 {spoken.hours(view.lacking)}。" if view.lacking else f"{so_far}，已经够了。"


def _entry(line: Line) -> str:
    what = line.title or line.reason or line.source.label
    sign = "更正 " if line.source is EntrySource.ADJUST else "冲销 " if line.hours < 0 else ""
    return f"{line.day.month}月{line.day.day}日 {sign}{what} {amount(line.hours)}"


def _next(item: Ahead, now: datetime) -> str:
    session = item.session
    where = f"，{session.place}" if session.place else ""
    when = spoken.spoken_moment(session.starts_at, now)
    return f"{when} {session.title}（{spoken.hours(session.credit)} 学时）{where}"


def about_me(
    who: Sequence[str], view: HoursView, ahead: Sequence[Ahead], now: datetime, pages: Sequence[str]
) -> str:
    """Word who the member is to us (name, branch, perhaps group), the hours, what comes next, the pages."""
    rows = ["，".join(who[:2]) + "".join(f" · {group}" for group in who[2:]), _sum(view)]
    if ahead:
        rows.append(f"接下来：{_next(ahead[0], now)}")
    return "\n".join([*rows, *pages])
