"""What the chat says in a guided 述学: what was kept, how far it has come, what next."""

from __future__ import annotations

from datetime import datetime

from models.terms import CycleState, View
from services import spoken
from services.clock import civil_day
from services.rulebook.shuxue import FormView
from services.shuxue import facts
from services.shuxue.cycles import MyCycle
from services.shuxue.draft import Draft

_MARKS = "①②③④⑤"
#: So much of a text is shown again: enough to know it by.
_GLIMPSE = 30
#: Bytes of one text that a reply can hold beside its own words (2048 in all).
_ROOM = 1500

NO_TALK = "现在没有在写的述学。\n发「述学」开始，或接着上次写。"
NOTHING_TO_CONFIRM = "现在没有要您确认的内容。\n发「述学」看看写到哪儿了。"
NOTHING_SENT = "现在没有可以收回的述学。\n发「述学」看看写到哪儿了。"
FIRST_VIEW = "这是第①段，前面没有了。\n接着写，或发「下一步」。"
CONFIRM_FIRST = (
    "刚才这句还没有记进去。\n"
    "请先看上面整理的文字：对就回「确认」，不对就回「不对」。\n"
    "想先放一放，发「跳过」，文字给您留着。"
)
NO_ROUND = "现在没有要写的述学。\n支部开始新一轮时，发「述学」就能写。"


def prompt(draft: Draft, view: View, now: datetime, resumed: bool) -> str:
    """Ask for one view, with the round, how far one has come and the facts of its days (PAGES)."""
    rows = [_head(draft, now, resumed)]
    if draft.reason:
        rows.append(f"支部请您再补充：{short(draft.reason, 100)}")
    rows.append(question(draft, view))
    known = facts.words(draft.facts)
    if known:
        rows.append(f"（{short(known, 80)}，写的时候可以参考）")
    rows.append(
        "接着写，或发「下一步」「预览」。" if resumed else "可以打字，也可以发语音，语音由支部同志帮您整理。"
    )
    return "\n".join(rows)


def at_view(draft: Draft, view: View, before: str = "") -> str:
    """Ask for the next view on the way, after a word about the one that was left."""
    rows = [before, question(draft, view)]
    if not draft.texts[view].body:
        rows.append(f"提示：{_asked(draft, view).hint}")
    rows.append("写完发「下一步」；「上一步」「预览」「退出」随时可以。")
    return "\n".join(row for row in rows if row)


def question(draft: Draft, view: View) -> str:
    """Write one question, and the end of what stands there already."""
    asked = f"{name(draft, view)}：{_asked(draft, view).prompt}"
    text = draft.texts[view]
    if not text.body:
        return asked
    return f"{asked}\n（已写 {text.count} 字：{_tail(text.body)}）"


def kept(draft: Draft, view: View, page: str, after_pause: bool) -> str:
    """Say what was kept, and what next; after a pause also where, so that nobody is surprised."""
    text, most = draft.texts[view], _asked(draft, view).max_chars
    if text.over:
        return (
            f"已记下，都存着没有丢。{name(draft, view)}共 {text.count} 字，"
            f"比最多 {most} 字多了 {text.over} 字。\n"
            f"提交前请删短一些，网页上改最方便：{page}\n"
            "也可以发「重写」，这一段从头来。"
        )
    if after_pause:
        return (
            f"已接着记在「{name(draft, view)}」这一段，共 {text.count} 字（最多 {most} 字）。\n"
            "接着写，或发「下一步」；今天先到这里，发「退出」。"
        )
    return f"已记下，{name(draft, view)}共 {text.count} 字（最多 {most} 字）。\n接着写，或发「下一步」。"


def asleep(draft: Draft, step: str) -> str:
    """Ask before a text of another day is taken for the report's."""
    where = f"，停在「{name(draft, View(step))}」" if step in set(View) else ""
    return (
        f"刚才这句还没有记进去。\n您上次在写「{draft.cycle.title}」{where}，写过的都在。\n"
        "要接着写，请发「述学」，再把这句发一次（长按上面那句可以复制）。\n别的事发「帮助」。"
    )


def at_preview_no_text(draft: Draft) -> str:
    """Refuse to guess which view a text at the preview is for."""
    return (
        "刚才这句还没有记进去：现在是预览，不知道放进哪一段。\n"
        f"要写哪一段，发「第{_number(draft.lacking[0]) if draft.lacking else 5}段」这样的话，再发一次。\n"
        "都写好了，发「提交」。"
    )


def preview(draft: Draft, page: str, voices: int) -> str:
    """Show the five views shortened, what is missing, and where to read them in full."""
    rows = [_line(draft, view) for view in View]
    lacking, long = list(draft.lacking), [view for view in View if draft.texts[view].over]
    if voices:
        rows.append(f"还有 {voices} 段语音在整理。")
    if lacking:
        marks = "、".join(mark(view) for view in lacking)
        rows.append(f"还差{marks}，发「第{_number(lacking[0])}段」去写。")
    elif long:
        rows.append(f"{'、'.join(mark(view) for view in long)}超过了字数，请到网页上删短。")
    else:
        rows.append("都写好了，发「提交」就交给支部。")
    rows.append(f"看全文：{page}")
    return "\n".join(rows)


def lacking(draft: Draft) -> str:
    """Say which views are missing, and ask for the first of them."""
    names = "、".join(name(draft, view) for view in draft.lacking)
    return f"还不能提交，还差：{names}。\n写几句就行。先写这一段：\n{question(draft, draft.lacking[0])}"


def too_long(draft: Draft, views: list[View], page: str) -> str:
    """Say by how much views are over, and where they are shortened best."""
    said = "，".join(f"{name(draft, view)}多了 {draft.texts[view].over} 字" for view in views)
    return (
        f"还不能提交：{said}。写的都存着。\n请到网页上删短：{page}\n也可以发「重写」，重写{mark(views[0])}。"
    )


def sent(draft: Draft, following: str, before_decision: bool = True) -> str:
    """Say that it is handed in, and what next."""
    rows = [f"「{draft.cycle.title}」已经交给支部，五段都在。"]
    if before_decision:
        rows.append("支部收下以前要改，发「收回」。")
    if following:
        rows.append(f"还有「{following}」可以写，发「述学」接着来。")
    return "\n".join(rows)


def already_sent(title: str) -> str:
    """Say that a text came after the report was handed in."""
    return f"刚才这句还没有记进去：「{title}」已经交了。\n要补充，先发「收回」，再把这句发一次。"


def left(draft: Draft) -> str:
    """Say that all is kept, and how to come back."""
    day = spoken.full_day(draft.cycle.due, draft.cycle.due.year)
    return f"好的，先到这里，写过的都存着（{draft.written} / 5 段）。\n下次发「述学」接着写，{day}前交。"


def cleared(draft: Draft, view: View, before: str) -> str:
    """Say that a view is empty now, and give back what stood there."""
    if not before:
        return f"{name(draft, view)}本来就是空的，直接写就行。"
    return f"{name(draft, view)}已清空，请重新写。\n原来的在下面，还要用的话，复制了再发给我：\n{before}"


def too_long_to_clear(page: str) -> str:
    """Keep a text that could not be given back in one reply."""
    return f"这一段很长，清空了就找不回来，没有动它。\n请到网页上改：{page}"


def fits(text: str) -> bool:
    """Whether a text can be given back in one reply."""
    return len(text.encode()) <= _ROOM


def taken_back(draft: Draft, view: View) -> str:
    """Say that a report is taken back."""
    return f"已收回「{draft.cycle.title}」，可以接着改，改好再发「提交」。\n{question(draft, view)}"


def recorded(draft: Draft) -> str:
    """Show what a helper has written down, for the member's yes."""
    by = f"{draft.recorded_by}同志" if draft.recorded_by else "支部同志"
    rows = [f"{by}替您记下了「{draft.cycle.title}」，请看对不对："]
    written = [view for view in View if draft.texts[view].body]
    rows += [f"{name(draft, view)}：{short(draft.texts[view].body, 60)}" for view in written]
    return "\n".join([*rows, "对就回「确认」，这就算交了；要改就回「不对」，自己接着写。"])


def nothing_now(mine: MyCycle | None, now: datetime) -> str:
    """Say kindly that no round is open, and when the next begins if one is planned."""
    if mine is None or mine.state is not CycleState.COMING:
        return NO_ROUND
    day = spoken.full_day(mine.cycle.opens, civil_day(now).year)
    return f"现在没有要写的述学。\n「{mine.cycle.title}」{day}开始，到时发「述学」就能写。"


def name(draft: Draft, view: View) -> str:
    """Write a view with its number: ③ 见目标计划."""
    return f"{mark(view)} {_asked(draft, view).label}"


def view_of_number(number: int) -> View | None:
    """Return the view of a number from 1 to 5."""
    return list(View)[number - 1] if 1 <= number <= len(View) else None


def _head(draft: Draft, now: datetime, resumed: bool) -> str:
    title, day = draft.cycle.title, spoken.full_day(draft.cycle.due, civil_day(now).year)
    until = f"{day}前交" if draft.cycle_state is CycleState.OPEN else "现在还可以补充"
    free = "" if draft.required else "，交不交都行"
    if resumed:
        return f"{title}，{until}{free}，已写 {draft.written} / 5 段。"
    return f"{title}，{until}{free}，共五段，随时可以停下，下次接着写。"


def _asked(draft: Draft, view: View) -> FormView:
    return draft.form.view(view)


def _number(view: View) -> int:
    return list(View).index(view) + 1


def mark(view: View) -> str:
    """Write the number of a view: ③."""
    return _MARKS[_number(view) - 1]


def _line(draft: Draft, view: View) -> str:
    text = draft.texts[view]
    if not text.body:
        return f"{name(draft, view)}：还没写"
    over = f"，多了 {text.over}" if text.over else ""
    return f"{name(draft, view)}（{text.count} 字{over}）：{short(text.body, _GLIMPSE)}"


def short(text: str, most: int) -> str:
    """Write a text in one line, cut after so many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most] + "…"


def _tail(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _GLIMPSE else "…" + flat[-_GLIMPSE:]
