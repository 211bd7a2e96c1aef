"""What the chat says about voices: received, written down, confirmed, lost."""

from __future__ import annotations

from models.terms import View, VoiceState
from services.shuxue.draft import Draft
from services.shuxue.voices import Voice
from wechat.words import shuxue

HOW_TO_SPEAK = "语音可以用来述学：先发「述学」，再按住说话。\n别的事请打字，发「帮助」看可以发什么。"
WHICH_VIEW = (
    "刚才这段语音还没有收下：五段都写了，不知道放进哪一段。\n要补哪一段，先发「第3段」这样的话，再说一次。"
)


def received(draft: Draft, view: View, days: int) -> str:
    """Say that a voice arrived, what becomes of it and how long it is kept (F07)."""
    return (
        f"已收到您的语音，记在「{shuxue.name(draft, view)}」这一段。\n"
        f"支部同志整理成文字后请您确认。您确认后录音就删除，最多留 {days} 天。\n"
        "接着说、接着写都行，或发「下一步」。"
    )


def written(voice: Voice, page: str) -> str:
    """Show what was written down from a voice, for the member's yes."""
    head = f"您的语音（{voice.view.label}）整理好了，请看对不对："
    tail = "对就回「确认」，不对就回「不对」，再说一次或打字都行。"
    if shuxue.fits(voice.text):
        return f"{head}\n{voice.text}\n{tail}"
    return f"{head}\n{shuxue.short(voice.text, 200)}\n全文在：{page}\n{tail}"


def confirmed(draft: Draft, view: View) -> str:
    """Say that the words of a voice stand in the view now and the sound is gone."""
    text = draft.texts[view]
    return f"已记下，{shuxue.name(draft, view)}共 {text.count} 字，录音已删除。\n接着写，或发「下一步」。"


def dropped(draft: Draft, view: View) -> str:
    """Say that a voice is gone, and ask again."""
    return f"好的，这段不要了，录音也删了。请再说一次，或者打字：\n{shuxue.question(draft, view)}"


def behind(voices: list[Voice]) -> str:
    """Say in one line how the member's voices stand, "" when there is nothing to say."""
    lost = [voice for voice in voices if voice.state is VoiceState.LOST]
    open_still = [voice for voice in voices if voice.state in (VoiceState.RECEIVED, VoiceState.FETCHED)]
    rows = []
    if lost:
        rows.append(f"有 {len(lost)} 段语音没有取到，请再说一次（{_where(lost)}）。")
    if open_still:
        rows.append(f"有 {len(open_still)} 段语音等支部同志整理（{_where(open_still)}）。")
    return "".join(rows)


def _where(voices: list[Voice]) -> str:
    return "、".join(dict.fromkeys(shuxue.mark(voice.view) for voice in voices))
