"""The steps of the played scene, in order; each checks what it did."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from demo import cast, data, steps_remind
from demo.stage import Actor, Stage, require, tell
from services.clock import civil, civil_day

MEMBER = Actor(cast.MEMBER.openid, "钱建柱", cast.MEMBER.number)
OTHER = Actor(cast.OTHER_MEMBER.openid, "梁远翀", cast.OTHER_MEMBER.number)
GUEST = Actor(cast.GUEST.openid, "阿依古丽·买买提", cast.GUEST.number)
SECRETARY = Actor(cast.SECRETARY.openid, "孙婷强", cast.SECRETARY.number)
NEWCOMER = Actor(cast.NEWCOMER.openid, "常思远", cast.NEWCOMER.number)
#: Members of the scene's branch who have no phone with them.
ON_PAPER = ("DY000002", "DY000003")
#: Somebody whom the paper list had and the roll call forgot.
FORGOTTEN = "DY000004"
TITLE = "主题党日 · 学习条例"
LATE_TITLE = "主题党日 · 形势与政策"

#: What a member says to each of the five views.
SAID = (
    "学了条例，明白了学习是自己的事。",
    "和大家一起搬书，浑身是劲。",
    "年底前把党章再读一遍。",
    "应急救护那一课最有用。",
    "白天没空，就睡前看两页。",
)

Step = Callable[[Stage, datetime], None]


def bring_in(stage: Stage, _now: datetime) -> None:
    """Migrate and import the roster."""
    stage.command("migrate")
    done = stage.command("import-roster", str(data.ROSTER))
    require(done["applied"] and done["created"] > 100, "名册没有导入")
    tell(f"名册已导入：党组织和党员共 {done['created']} 行，没有一行要改")


def bind_by_card(stage: Stage, _now: datetime) -> None:
    """Bind one member by the card's QR alone, and two by a code that is typed."""
    stage.enter(MEMBER, OTHER, GUEST, NEWCOMER, SECRETARY)
    typed = (OTHER, GUEST, NEWCOMER, SECRETARY)
    codes = (("bind-code", person.number) for person in typed)
    _menu, card, *issued = stage.commands(("menu", "push"), ("card", MEMBER.number), *codes)
    stage.notes |= {each["member"]: each["code"] for each in issued}
    scene = f"scene:{card['scene']}"
    stage.ask(MEMBER, "（扫身份卡，关注）", ("绑定成功", MEMBER.name), "scan", content=scene)
    for person in (OTHER, GUEST, SECRETARY):
        stage.control.post(f"people/{person.openid}/follow")
        _type_code(stage, person, ("绑定成功",))


def publish(stage: Stage, now: datetime) -> None:
    """Publish the theme day, whose door is open already, and a study that began a quarter of an hour ago."""
    start = civil(now) + timedelta(minutes=10)
    plans = _creation(TITLE, start), _creation(LATE_TITLE, civil(now) - timedelta(minutes=15))
    session, study = stage.commands(*plans)
    require(session["state"] == "OPEN", "签到没有开始")
    require(session["credit_hours"] == "1.5", "90 分钟应是 1.5 学时")
    stage.notes |= {"session": session["id"], "scene": f"scene:{session['scene']}"}
    stage.notes |= {"late": study["id"], "late scene": f"scene:{study['scene']}"}
    tell(f"支部发布「{TITLE}」，{start:%H:%M} 开始，1.5 学时，应到 {session['due']} 人")


def check_in(stage: Stage, _now: datetime) -> None:
    """Scan, and scan again."""
    scene = stage.notes["scene"]
    wanted = ("签到成功", TITLE, "1.5 学时")
    stage.ask(MEMBER, "（扫会场的码）", wanted, "scan", content=scene)
    # Two scans within one second carry the same time and are one push to the service.
    time.sleep(1.2)
    stage.ask(MEMBER, "（又扫一次）", ("您已签到", "1.5 学时"), "scan", content=scene)


def guest(stage: Stage, _now: datetime) -> None:
    """Welcome a member of another branch."""
    words = ("欢迎来旁听", "转给您的支部")
    stage.ask(GUEST, "（扫会场的码）", words, "scan", content=stage.notes["scene"])


def scan_before_binding(stage: Stage, _now: datetime) -> None:
    """Keep the scan of somebody who is not bound, and turn it into the check-in."""
    scan = {"content": stage.notes["scene"]}
    stage.ask(NEWCOMER, "（扫会场的码，关注）", ("已记下您", "绑定"), "scan", **scan)
    _type_code(stage, NEWCOMER, ("绑定成功", "签到成功"))


def six_digits(stage: Stage, _now: datetime) -> None:
    """Check in by the digits on the screen."""
    code = stage.command("session", "show", stage.notes["session"])["code"]
    stage.ask(OTHER, f"{code}", ("签到成功", TITLE), "text", content=code)


def late(stage: Stage, _now: datetime) -> None:
    """Come a quarter of an hour late to another session."""
    scan = {"content": stage.notes["late scene"]}
    stage.ask(MEMBER, "（晚到一刻钟，扫码）", ("签到成功", "迟到"), "scan", **scan)


def roll_call(stage: Stage, _now: datetime) -> None:
    """Let the secretary call those without a phone."""
    status = ("--actor", cast.SECRETARY.number, "--status", "PRESENT")
    session = stage.command("session", "roll-call", stage.notes["session"], *status, *ON_PAPER)
    came = {each["member"]: each["source"] for each in session["attendance"] if each["status"] == "PRESENT"}
    require(all(came.get(number) == "ROLL_CALL" for number in ON_PAPER), "点名没有记上")
    require(session["present"] == 5, f"应有 5 人到场，现在是 {session['present']}")
    tell(f"书记点名两位没带手机的同志；到场 {session['present']}，应到 {session['due']}")


def confirm(stage: Stage, _now: datetime) -> None:
    """Confirm both sessions, so that the hours are posted."""
    keys = (stage.notes["session"], stage.notes["late"])
    for session in stage.commands(*(("session", "confirm", key) for key in keys)):
        require(session["state"] == "CONFIRMED", "没有确认成")
        tell(f"书记确认「{session['title']}」，到会率 {session['rate']}%")


def read_hours(stage: Stage, _now: datetime) -> None:
    """Read the hours in the chat, and why on the page."""
    _ask_hours(stage, MEMBER, "3 / 32 学时，还差 29")
    stage.ask(MEMBER, "我的", (MEMBER.name, "3 / 32"), "text", content="我的")
    page = stage.open(MEMBER, "/m/hours")
    require(TITLE in page, "「我的学时」页面上没有这次学习")
    tell("「我的学时」页面逐条写着为什么是这个数")


def shuxue(stage: Stage, now: datetime) -> None:
    """Write a quarter's 述学 in the chat, ask for the hours in between, and hand it in."""
    today = civil_day(now)
    plan = ("--type", "QUARTER", "--year", str(today.year), "--quarter", str((today.month + 2) // 3))
    due = ("--due", (today + timedelta(days=20)).isoformat())
    cycle = stage.command("cycle", "open", "--org", cast.BRANCH, *plan, *due)
    stage.ask(MEMBER, "（点菜单「述学」）", (cycle["title"], "① 见思想认识"), "click", key="SHUXUE")
    for at, words in enumerate(SAID):
        stage.ask(MEMBER, words, ("已记下",), "text", content=words)
        if at == 1:
            _ask_hours(stage, MEMBER, "3 / 32")
        if at + 1 < len(SAID):
            stage.ask(MEMBER, "下一步", ("①②③④⑤"[at + 1],), "text", content="下一步")
    stage.ask(MEMBER, "提交", ("已经交给支部",), "text", content="提交")
    read = f"/s/shuxue/{cycle['id']}/{MEMBER.number}"
    require(SAID[0] in stage.open(SECRETARY, read), "书记的页面上没有这份述学")
    stage.submit(SECRETARY, f"{read}/accept", read)
    report = stage.command("shuxue", "show", MEMBER.number, cycle["id"])
    require(report["state"] == "ACCEPTED", "述学没有收下")
    require(tuple(report["views"].values()) == SAID, "述学和说的不一样")
    tell("书记在手机上看完，收下")


def points(stage: Stage, _now: datetime) -> None:
    """Read the points; what follows from a session is there without being claimed."""
    stage.ask(MEMBER, "积分", ("积分",), "text", content="积分")


def remind(stage: Stage, now: datetime) -> None:
    """Let the secretary remind who lacks hours: one phone rings, one member is to be called."""
    steps_remind.arrange(stage, now)
    steps_remind.push(stage, SECRETARY, OTHER, (FORGOTTEN, "蒋桂春"))
    steps_remind.once(stage, SECRETARY, OTHER)


def correct(stage: Stage, _now: datetime) -> None:
    """Take the confirmation back, enter one more, confirm again."""
    key = stage.notes["session"]
    stage.command("session", "reopen", key, "--reason", "漏登一位同志")
    tell("上级退回重核：这次的学时逐条冲销")
    _ask_hours(stage, MEMBER, "1.5 / 32")
    stage.command("session", "roll-call", key, "--status", "PRESENT", FORGOTTEN)
    session = stage.command("session", "confirm", key)
    tell(f"补登一人后重新确认，到会率 {session['rate']}%")
    _ask_hours(stage, MEMBER, "3 / 32")


def verify(stage: Stage, _now: datetime) -> None:
    """Recompute everything."""
    verdict = stage.command("verify")
    require(verdict["ok"], f"核对出问题：{verdict['faults']}")
    tell(f"核对无误：{sum(verdict['checked'].values())} 行")


def result(stage: Stage, _now: datetime) -> None:
    """Let everybody read their hours; those without a phone have theirs all the same."""
    for person, wanted in ((OTHER, "1.5 / 32"), (NEWCOMER, "1.5 / 32"), (GUEST, "0 / 32")):
        _ask_hours(stage, person, wanted)
    wanted_hours = {MEMBER.number: "3.0", ON_PAPER[0]: "1.5", FORGOTTEN: "1.5"}
    for member in stage.commands(*(("member", "show", number) for number in wanted_hours)):
        hours = member["hours"]
        print(f"  {member['name']}  {hours['credited']} / {hours['required']} 学时")
        expected = wanted_hours[member["number"]]
        require(hours["credited"] == expected, f"{member['name']} 应有 {expected} 学时")


def _creation(title: str, start: datetime) -> tuple[str, ...]:
    what = ("--branch", cast.BRANCH, "--kind", "THEME_DAY", "--title", title)
    when = ("--start", start.isoformat(timespec="seconds"), "--minutes", "90")
    return ("session", "create", *what, *when, "--area", "RULES", "THEORY")


def _type_code(stage: Stage, person: Actor, wanted: tuple[str, ...]) -> None:
    words = f"绑定 {stage.notes[person.number]}"
    stage.ask(person, words, wanted, "text", content=words)


def _ask_hours(stage: Stage, person: Actor, wanted: str) -> None:
    stage.ask(person, "学时", (f"今年 {wanted}",), "text", content="学时")


#: Before the service runs.
BEFORE: tuple[tuple[str, Step], ...] = (("建库，导入名册", bring_in),)
#: While it runs.
SCENE: tuple[tuple[str, Step], ...] = (
    ("发身份卡，扫一下就绑定", bind_by_card),
    ("支部发布学习", publish),
    ("扫码签到，再扫一次", check_in),
    ("外支部党员来旁听", guest),
    ("没绑定也能先扫，绑定后算原来的时间", scan_before_binding),
    ("不扫码，发屏幕上的六位数字", six_digits),
    ("来晚了", late),
    ("没带手机的，书记点名", roll_call),
    ("书记确认，学时入账", confirm),
    ("看学时，看为什么", read_hours),
    ("述学：一段一段说，随时可以停", shuxue),
    ("积分：参加学习的不用申报", points),
    ("书记提醒学时不够的，手机上马上收到", remind),
    ("退回重核", correct),
    ("核对", verify),
    ("大家的学时", result),
)
