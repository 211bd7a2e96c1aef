"""What an operator asks first: is everything in place, and does anything wait that should not?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import ChannelPause, JobClaim, database
from models.connection import check_durability
from models.terms import Channel, ReminderState
from services import rulebook
from services.clock import civil, civil_day
from services.delivery import fence, upkeep
from services.reminders.due_still import may_send
from services.upkeep import schema

#: A reminder that has been due for so long at a time when it may be sent has been forgotten.
LATE = timedelta(minutes=15)
_WECHAT = ("wechat_app_id", "wechat_app_secret", "wechat_token", "wechat_aes_key")


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, whether it is well, and what to do if it is not."""

    name: str
    ok: bool
    words: str


def settings(values: Mapping[str, object]) -> list[Finding]:
    """Look at what WeChat needs."""
    plain = values.get("wechat_mode") == "plain"
    needed = [name for name in _WECHAT if not (plain and name == "wechat_aes_key")]
    missing = [name.upper() for name in needed if not values.get(name)]
    words = "缺少 " + "、".join(missing) + "，请从公众平台抄来" if missing else "都有"
    return [Finding("wechat_settings", not missing, words)]


def examine(now: datetime) -> list[Finding]:
    """Look at the open database, the rules and the outbox."""
    found = [_database(), _migrations()]
    if found[-1].ok:
        found += [_scheduler(now), _fence(), *_pauses(now), _outbox(now), _outcomes()]
    return [*found, *_rules(now)]


def templates(now: datetime, registered: Collection[str]) -> list[Finding]:
    """Compare the templates' numbers of the rules with those that the account has."""
    topics = rulebook.current().reminders(civil_day(now)).topics.values()
    unknown = sorted({each.template for each in topics if each.template and each.template not in registered})
    words = (
        f"账号里没有这些模板：{'、'.join(unknown)}，请核对 rules/reminders.toml" if unknown else "账号里都有"
    )
    return [Finding("templates_registered", not unknown, words)]


def _database() -> Finding:
    kind = "PostgreSQL" if database.obj.server else "SQLite"
    check_durability(database.obj)
    return Finding("database", True, f"{kind}，设置可靠")


def _migrations() -> Finding:
    lacking = schema.pending()
    words = f"还缺 {'、'.join(lacking)}，请运行 python app.py migrate" if lacking else "已是最新"
    return Finding("migrations", not lacking, words)


def _scheduler(now: datetime) -> Finding:
    last = JobClaim.select().order_by(JobClaim.claimed_at.desc()).first()
    if last is None:
        return Finding("scheduler", False, "定时任务还没有运行过，请启动 serve 或 scheduler")
    running = now - last.claimed_at < timedelta(minutes=10)
    words = f"最近一次在 {civil(last.claimed_at):%m月%d日 %H:%M}"
    return Finding("scheduler", running, words if running else words + "，请看服务（或 scheduler）是否在运行")


def _fence() -> Finding:
    standing = fence.raised()
    if standing is None:
        return Finding("fence", True, "没有围栏")
    since = f"{civil(standing.raised_at):%m月%d日 %H:%M}"
    return Finding("fence", False, f"{since} 起不发任何消息（恢复过备份）；核对后请运行 release-fence")


def _pauses(now: datetime) -> list[Finding]:
    resting = ChannelPause.select().where(ChannelPause.until.is_null() | (ChannelPause.until > now))
    found = []
    for each in resting:
        what = f"{each.channel.label} {each.template}".strip()
        until = (
            f"到 {civil(each.until):%m月%d日 %H:%M}" if each.until else "要人处理后运行 release-fence --wake"
        )
        found.append(Finding("pause", each.until is not None, f"{what} 停发（错误码 {each.code}），{until}"))
    return found or [Finding("pause", True, "没有停发的渠道")]


def _outbox(now: datetime) -> Finding:
    figures = upkeep.figures()
    age = timedelta(seconds=figures.age(now))
    late = age > LATE and may_send(now) and fence.raised() is None
    words = f"待发 {figures.pending} 条"
    if figures.pending:
        words += f"，最早的已等 {int(age.total_seconds() // 60)} 分钟"
    return Finding("outbox", not late, words + ("，请看服务是否在运行" if late else ""))


def _outcomes() -> Finding:
    counts = upkeep.figures().by_state
    shown = (ReminderState.ACCEPTED, ReminderState.DELIVERED, ReminderState.UNKNOWN, ReminderState.DEAD)
    return Finding("outcomes", True, "，".join(f"{state.label} {counts.get(state, 0)}" for state in shown))


def _rules(now: datetime) -> list[Finding]:
    rules = rulebook.current().reminders(civil_day(now))
    without = [each.topic.label for each in rules.topics.values() if each.on and not each.template]
    words = f"{rules.edition}"
    found = [Finding("rules", True, words)]
    if without:
        lacking = f"没有填模板编号：{'、'.join(without)}；这些只走{Channel.INBOX.label}"
        found.append(Finding("template_numbers", len(without) < len(rules.topics), lacking))
    else:
        found.append(Finding("template_numbers", True, "都填了"))
    return found
