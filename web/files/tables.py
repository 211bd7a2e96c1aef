"""The tables of services/exports as sheets: Chinese headings, widths, and words for every state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from models.terms import View
from services.clock import civil
from services.exports.attendance import Attended
from services.exports.calling import CallsTable
from services.exports.hours import HoursTable
from services.exports.points import PointsTable
from services.exports.reports import Report, ReportsTable
from services.exports.roster import HEADERS, RosterTable
from web.files.workbook import Cell, Column, Kind, Sheet

_WHO = (Column("党小组", 16), Column("姓名", 14), Column("编号", 14))
#: Wider columns of the roster; the others are short.
_ROSTER_WIDTHS = {"名称": 28, "党小组": 16, "姓名": 14, "手机号": 15, "党内职务": 18, "流动去向": 20}


def attendance(table: Attended) -> Sheet:
    """Lay out who came."""
    columns = (
        Column("日期", 12), Column("时间", 8), Column("学习内容", 30), Column("形式", 12),
        Column("学时", 8, Kind.AMOUNT), *_WHO, Column("到会情况", 11), Column("登记方式", 11),
        Column("登记时间", 17),
    )  # fmt: skip
    rows = (
        (
            *_day_and_time(place.starts_at), place.title, place.kind.label, place.hours,
            place.group or "", place.name, place.number, place.status.label,
            place.source.label if place.source else "", _moment(place.at),
        )
        for place in table.places
    )  # fmt: skip
    return Sheet("到会情况", f"{table.organization} {table.title} 到会情况", columns, rows)


def hours(table: HoursTable) -> Sheet:
    """Lay out the hours of a year; online and on site stand apart (R16)."""
    columns = (
        *_WHO, Column("应学学时", 11, Kind.AMOUNT), Column("已记学时", 11, Kind.AMOUNT),
        Column("其中现场", 11, Kind.AMOUNT), Column("其中线上", 11, Kind.AMOUNT),
        Column("还差", 9, Kind.AMOUNT), Column("说明", 16),
    )  # fmt: skip
    rows = (
        (
            row.group or "", row.name, row.number, row.required, row.credited, row.on_site, row.online,
            row.lacking, "不作硬性要求" if row.required is None else row.flag.label if row.flag else "已够",
        )
        for row in table.rows
    )  # fmt: skip
    return Sheet("学时", f"{table.branch} {table.year}年学时", columns, rows)


def points(table: PointsTable) -> Sheet:
    """Lay out the points of a year, by name and never by the points (F02)."""
    columns = (*_WHO, Column("积分", 10, Kind.AMOUNT), Column("评语", 12))
    rows = ((row.group or "", row.name, row.number, row.score, row.band or "") for row in table.rows)
    return Sheet("积分", f"{table.branch} {table.year}年积分（参加积分的同志）", columns, rows)


def reports(table: ReportsTable) -> Sheet:
    """Lay out a round of 述学, with the five views when they were asked for."""
    views = tuple(Column(view.label, 40, Kind.LONG) for view in View) if table.texts else ()
    columns = (*_WHO, Column("情况", 18), Column("方式", 16), Column("提交时间", 17), *views)
    rows = (_report(row, table.texts) for row in table.rows)
    return Sheet("述学", f"{table.branch} {table.title}", columns, rows)


def calling(table: CallsTable) -> Sheet:
    """Lay out whom to call or visit, with room to tick by hand."""
    columns = (
        *_WHO, Column("手机号", 15), Column("事由", 16), Column("要说的话", 48, Kind.LONG),
        Column("最晚", 12), Column("打过电话", 10), Column("上门看过", 10),
    )  # fmt: skip
    rows = (
        (
            row.group or "", row.name, row.number, row.phone, row.topic.label, row.words,
            row.until.isoformat(), "", "",
        )
        for row in table.rows
    )  # fmt: skip
    return Sheet("电话和上门名单", f"{table.branch} 电话和上门名单", columns, rows)


def roster(table: RosterTable) -> list[Sheet]:
    """Lay out the roster so that it can be imported again as it is."""
    parts: dict[str, Sequence[Sequence[Cell]]] = {"党组织": table.organizations, "党员": table.members}
    return [
        Sheet(
            name,
            f"{table.branch} {name}",
            tuple(Column(header, _ROSTER_WIDTHS.get(header, 12)) for header in HEADERS[name]),
            rows,
        )
        for name, rows in parts.items()
    ]


def _report(row: Report, texts: bool) -> tuple[Cell, ...]:
    words: Iterator[str] = (row.views.get(view, "") for view in View) if texts else iter(())
    return (
        row.group or "",
        row.name,
        row.number,
        row.state.label if row.state else "还没写",
        row.channel.label if row.channel else "",
        _moment(row.submitted_at),
        *words,
    )


def _day_and_time(at: datetime) -> tuple[str, str]:
    local = civil(at)
    return f"{local:%Y-%m-%d}", f"{local:%H:%M}"


def _moment(at: datetime | None) -> str:
    return f"{civil(at):%Y-%m-%d %H:%M}" if at else ""
