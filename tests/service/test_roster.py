"""The roster import: all or nothing, every bad cell named once, and a second import changes nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from models import TABLES, AuditLog, Exemption, Member, Mobility, Organization, RolePeriod
from models.terms import Role
from services import keyring
from services.actor import OPERATOR, member_actor
from services.errors import ServiceError
from services.roster import RosterResult, import_roster, import_roster_bytes

DATA = Path(__file__).resolve().parent.parent / "data"
pytestmark = pytest.mark.usefixtures("db")

Rows = list[dict[str, Any]]
Import = Callable[..., RosterResult]

TREE: Rows = [
    {"代码": "ZB1X1", "名称": "第一党小组", "类型": "党小组", "上级代码": "ZB1", "领域": "社区"},
    {
        "代码": "ZB1",
        "名称": "第一党支部",
        "类型": "党支部",
        "上级代码": "DW",
        "领域": "社区",
        "设支委会": "是",
    },
    {"代码": "ZB2", "名称": "第二党支部", "类型": "党支部", "上级代码": "DW", "领域": "农村"},
    {"代码": "ZB2X1", "名称": "第一党小组", "类型": "党小组", "上级代码": "ZB2", "领域": "农村"},
    {"代码": "DW", "名称": "街道党委", "类型": "党委", "上级代码": "", "领域": "机关"},
]


def org(code: str, **cells: Any) -> dict[str, Any]:
    return {"代码": code, "名称": f"党组织{code}", "类型": "党委", "上级代码": "", "领域": "机关"} | cells


def person(number: str = "DY01", **cells: Any) -> dict[str, Any]:
    row = {
        "编号": number,
        "姓名": "王伟",
        "支部代码": "ZB1",
        "党小组": "",
        "类别": "在职",
        "入党日期": "2010-07-01",
    }
    row |= {"转正日期": "2011-07-01", "手机号": "13800138000", "党内职务": "", "任职日期": ""}
    return row | {"流动去向": "", "流动起始": "", "不作硬性要求": ""} | cells


def write(sheets: dict[str, Rows], extra: Callable[[Any], None] = lambda _: None) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            headers = list(dict.fromkeys(header for row in rows for header in row))
            sheet.write_row(0, 0, headers)
            for at, row in enumerate(rows, start=1):
                sheet.write_row(at, 0, [row.get(header, "") for header in headers])
        extra(book)
    return stream.getvalue()


@pytest.fixture
def load(now: datetime) -> Import:
    """Import members, with the tree of organizations unless another is given."""

    def load(*members: dict[str, Any], tree: Rows = TREE, days: int = 0, **options: Any) -> RosterResult:
        data = write({"党组织": tree, "党员": list(members)})
        return import_roster_bytes(data, "名册.xlsx", OPERATOR, now + timedelta(days=days), **options)

    return load


def cells(result: RosterResult) -> list[tuple[str, int, str, str]]:
    assert not result.applied
    assert (result.created, result.updated, result.unchanged) == (0, 0, 0)
    assert all(each.reason for each in result.rejected)
    return [(each.sheet, each.row, each.column, each.value) for each in result.rejected]


def counts(result: RosterResult) -> tuple[int, int, int]:
    assert result.applied, result.rejected
    return result.created, result.updated, result.unchanged


def dump() -> dict[str, list[Any]]:
    return {table.__name__: sorted(map(repr, table.select().tuples())) for table in TABLES}


def roles() -> list[tuple[Any, ...]]:
    rows = RolePeriod.select(Organization.code, RolePeriod.title, RolePeriod.starts, RolePeriod.ends)
    return sorted(rows.join(Organization).tuples(), key=repr)


def test_the_sample_goes_in_clean_and_a_second_import_changes_nothing(now: datetime) -> None:
    assert counts(import_roster(DATA / "roster.xlsx", OPERATOR, now)) == (153, 0, 0)
    before = dump()
    assert counts(import_roster(DATA / "roster.xlsx", OPERATOR, now + timedelta(days=40))) == (0, 0, 153)
    assert dump() == before


def test_the_faulty_sample_is_refused_with_exactly_its_bad_cells(now: datetime) -> None:
    listed = json.loads((DATA / "roster-faulty.json").read_text("utf-8"))["rejected"]
    result = import_roster(DATA / "roster-faulty.xlsx", OPERATOR, now)
    assert cells(result) == [(each["sheet"], each["row"], each["column"], each["value"]) for each in listed]
    assert Organization.select().count() == Member.select().count() == AuditLog.select().count() == 0


def test_a_dry_run_counts_the_same_and_writes_nothing(now: datetime) -> None:
    result = import_roster(DATA / "roster.xlsx", OPERATOR, now, dry_run=True)
    assert (result.applied, result.created, result.updated, result.unchanged) == (False, 153, 0, 0)
    assert Organization.select().count() == Member.select().count() == 0


def test_a_failure_halfway_leaves_nothing(load: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("services.roster.apply._write_audit", fail)
    with pytest.raises(OSError, match="disk full"):
        load(person())
    assert Organization.select().count() == Member.select().count() == 0


def test_a_member_is_stored_with_organizations_days_and_a_sealed_phone(load: Import) -> None:
    assert counts(load(person(姓名="𬱖•阿依", 党小组="第一党小组", 手机号=13800138000.0))) == (6, 0, 0)
    member = Member.get()
    assert (member.name, member.branch.code, member.group.code) == ("𬱖·阿依", "ZB1", "ZB1X1")
    joined = date(2010, 7, 1)
    assert (member.joined_on, member.active_from, member.full_on) == (joined, joined, date(2011, 7, 1))
    assert "13800138000" not in member.phone
    assert keyring.current().unseal(member.phone) == "13800138000"


def test_paths_run_from_the_top_down_and_follow_an_organization_that_moves(load: Import) -> None:
    load(person())
    ids = {each.code: each.id for each in Organization.select()}
    group = Organization.get(Organization.code == "ZB1X1")
    assert group.path == f"{ids['DW']}.{ids['ZB1']}.{ids['ZB1X1']}."
    moved = [org("DZ", 类型="党总支", 上级代码="DW"), {**TREE[1], "上级代码": "DZ"}]
    assert counts(load(person(), tree=moved)) == (1, 1, 1)
    above = Organization.get(Organization.code == "DZ")
    assert above.path == f"{ids['DW']}.{above.id}."
    group = Organization.get(Organization.code == "ZB1X1")
    assert group.path == f"{ids['DW']}.{above.id}.{ids['ZB1']}.{ids['ZB1X1']}."


@pytest.mark.parametrize(
    ("tree", "bad"),
    [
        ([org("A", 上级代码="B"), org("B", 上级代码="A")], [(2, "上级代码", "B")]),
        ([org("A", 上级代码="A")], [(2, "上级代码", "A")]),
        ([org("A", 上级代码="X")], [(2, "上级代码", "X")]),
        ([org("A"), org("A", 名称="另一个")], [(3, "代码", "A")]),
        ([org("A"), org("G", 类型="党小组", 上级代码="A")], [(3, "上级代码", "A")]),
        ([org("G", 类型="党小组")], [(2, "上级代码", "")]),
        (
            [org("A"), org("B", 上级代码="A", 领域="天上", 设支委会="也许")],
            [(3, "领域", "天上"), (3, "设支委会", "也许")],
        ),
        ([org("A", 名称="=1+1", 类型="团委")], [(2, "名称", "=1+1"), (2, "类型", "团委")]),
        ([*TREE, {**TREE[0], "代码": "ZB1X2"}], [(7, "名称", "第一党小组")]),
        ([org(f"L{at}", 上级代码=f"L{at - 1}" if at else "") for at in range(15)], [(14, "上级代码", "L11")]),
    ],
)
def test_a_fault_in_the_tree_is_named_once(load: Import, tree: Rows, bad: list[tuple[int, str, str]]) -> None:
    assert cells(load(tree=tree)) == [("党组织", *each) for each in bad]


def test_an_unusable_organization_is_named_and_its_members_are_not_blamed(load: Import) -> None:
    tree = [{**row} for row in TREE]
    tree[1]["类型"], tree[3]["名称"] = "支队", "@组"
    result = load(person(党小组="第一党小组"), person("DY02", 支部代码="ZB2", 党小组="第一党小组"), tree=tree)
    assert cells(result) == [("党组织", 3, "类型", "支队"), ("党组织", 5, "名称", "@组")]


def test_what_is_registered_keeps_its_kind_and_a_group_its_branch(load: Import) -> None:
    load(person())
    tree = [{**TREE[0], "上级代码": "ZB2"}, {**TREE[1], "类型": "党总支"}]
    assert cells(load(tree=tree)) == [("党组织", 2, "上级代码", "ZB2"), ("党组织", 3, "类型", "党总支")]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("编号", "D"),
        ("支部代码", "ZB9"),
        ("支部代码", "DW"),
        ("党小组", "第九党小组"),
        ("转正日期", "2010-06-30"),
        ("入党日期", "2026-11-22"),
        ("任职日期", "2027-11-22"),
        ("流动起始", "26-01-01"),
    ],
)
def test_one_bad_cell_of_a_member_is_named_alone(load: Import, cell: str, value: str) -> None:
    bad = person("DY02", **{"流动去向": "上海", "党内职务": "委员", cell: value})
    assert cells(load(person(), bad)) == [("党员", 3, cell, value)]
    assert Member.select().count() == 0


def test_two_members_may_share_a_name_and_a_phone_but_no_number(load: Import) -> None:
    assert counts(load(person(), person("DY02"))) == (7, 0, 0)
    assert cells(load(person("DY03"), person("DY03"))) == [("党员", 3, "编号", "DY03")]


def test_columns_are_found_in_any_order_and_unknown_ones_are_named(load: Import, now: datetime) -> None:
    member = {" 备注 ": "无", **dict(reversed(person().items())), "民族": "x"}
    result = load(member)
    assert counts(result) == (6, 0, 0)
    assert result.ignored_columns == ["备注", "民族"]


def test_a_missing_column_is_one_rejection_and_blames_no_row(load: Import) -> None:
    member = {header: cell for header, cell in person().items() if header not in ("编号", "类别")}
    assert cells(load(member)) == [("党员", 1, "编号", ""), ("党员", 1, "类别", "")]
    tree = [{"代码": "ZB1", "名称": "第一党支部"}]
    assert {each[1] for each in cells(load(person(), tree=tree))} == {1}


def test_merged_cells_are_named_once_each(now: datetime) -> None:
    rows = [person(f"DY0{at}") for at in range(1, 5)]

    def merge(book: Any) -> None:
        book.get_worksheet_by_name("党员").merge_range(2, 2, 3, 2, "ZB1")

    result = import_roster_bytes(write({"党组织": TREE, "党员": rows}, merge), "x", OPERATOR, now)
    assert cells(result) == [("党员", 3, "支部代码", "ZB1")]


def test_two_sheets_that_could_be_meant_are_refused_and_others_are_named(now: datetime) -> None:
    with pytest.raises(ServiceError, match="两张表"):
        import_roster_bytes(write({"甲": [person()], "乙": [person()]}), "x", OPERATOR, now)
    data = write(
        {"党组织": TREE, "党员": [person()], "党员备份": [person("DY02")], "说明": [{"填表": "请看"}]}
    )
    result = import_roster_bytes(data, "x", OPERATOR, now)
    assert counts(result) == (6, 0, 0)
    assert result.ignored_sheets == ["党员备份", "说明"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_csv_of_members_joins_organizations_that_are_stored(
    load: Import, now: datetime, encoding: str
) -> None:
    load(tree=TREE)
    text = "编号,姓名,支部代码,党小组,类别,入党日期\nDY07,李敏,ZB2,第一党小组,离退休,1985年3月4日\n"
    assert counts(import_roster_bytes(text.encode(encoding), "党员.csv", OPERATOR, now)) == (1, 0, 0)
    faulty = text.replace("ZB2", "ZB7").encode(encoding)
    assert cells(import_roster_bytes(faulty, "党员.csv", OPERATOR, now)) == [("党员", 2, "支部代码", "ZB7")]


def test_what_the_file_lacks_is_left_alone(load: Import, now: datetime) -> None:
    load(person(党内职务="书记", 不作硬性要求="是", 流动去向="上海", 党小组="第一党小组"), person("DY02"))
    before = dump()
    text = "编号,姓名,支部代码,类别,入党日期\nDY01,王伟,ZB1,在职,2010-07-01\n"
    assert counts(import_roster_bytes(text.encode(), "x.csv", OPERATOR, now)) == (0, 0, 1)
    assert dump() == before


def test_duties_belong_to_branch_group_and_the_organization_above(load: Import) -> None:
    load(person(党内职务="书记、党小组长,党务干部", 任职日期="2025-03-01", 党小组="第一党小组"))
    day = date(2025, 3, 1)
    assert roles() == [
        ("DW", "党务干部", day, None),
        ("ZB1", "书记", day, None),
        ("ZB1X1", "党小组长", day, None),
    ]
    assert {each.role for each in RolePeriod.select()} == {Role.SECRETARY, Role.GROUP_HEAD, Role.OFFICER}


def test_a_duty_without_a_date_begins_today_and_stays_so(load: Import, now: datetime) -> None:
    load(person(党内职务="书记"))
    assert counts(load(person(党内职务="书记"), days=9)) == (0, 0, 6)
    assert roles() == [("ZB1", "书记", now.date(), None)]


def test_a_duty_that_is_dropped_ends_now_and_can_be_taken_up_again_R113(load: Import, now: datetime) -> None:
    secretary = person(党内职务="书记", 任职日期="2025-03-01")
    load(secretary)
    assert counts(load(person(), days=1)) == (0, 1, 5)
    # Its last day is the one before the import: rights do not last until midnight.
    assert roles() == [("ZB1", "书记", date(2025, 3, 1), now.date())]
    assert counts(load(person(), days=1)) == (0, 0, 6)
    assert counts(load(secretary, days=2)) == (0, 1, 5)
    assert roles() == [("ZB1", "书记", date(2025, 3, 1), None)]


def test_a_later_date_is_a_new_term_and_an_earlier_one_corrects(load: Import) -> None:
    load(person(党内职务="书记", 任职日期="2022-03-01"))
    load(person(党内职务="书记", 任职日期="2025-03-01"))
    terms = [("ZB1", "书记", date(2022, 3, 1), date(2025, 2, 28)), ("ZB1", "书记", date(2025, 3, 1), None)]
    assert roles() == terms
    load(person(党内职务="书记", 任职日期="2025-03-01"))
    assert roles() == terms
    load(person(党内职务="书记", 任职日期="2025-02-01"))
    assert roles()[1] == ("ZB1", "书记", date(2025, 2, 1), None)


def test_a_role_given_elsewhere_is_left_alone(load: Import, now: datetime) -> None:
    load(person())
    other = Organization.get(Organization.code == "ZB2")
    admin = Organization.get(Organization.code == "ZB1")
    for role, title, place in ((Role.SECRETARY, "书记", other), (Role.ADMIN, "系统管理员", admin)):
        RolePeriod.create(member=Member.get(), role=role, title=title, organization=place, starts=now.date())
    assert counts(load(person(), days=3)) == (0, 0, 6)
    assert RolePeriod.select().where(RolePeriod.ends.is_null()).count() == 2


def test_a_member_who_moves_takes_the_trip_along_and_leaves_the_duties(load: Import, now: datetime) -> None:
    load(person(党内职务="书记、党小组长", 任职日期="2025-03-01", 党小组="第一党小组", 流动去向="上海"))
    assert counts(load(person(支部代码="ZB2", 党小组="第一党小组", 流动去向="上海"))) == (0, 1, 5)
    member, trip = Member.get(), Mobility.get()
    assert (member.branch.code, member.group.code, trip.home.code) == ("ZB2", "ZB2X1", "ZB2")
    assert {row[3] for row in roles()} == {now.date() - timedelta(days=1)}


def test_an_exemption_begins_with_the_year_ends_when_dropped_and_is_taken_up_again(load: Import) -> None:
    load(person(不作硬性要求="是"), person("DY02", 入党日期="2026-05-01", 转正日期="", 不作硬性要求="是"))
    assert [row.starts for row in Exemption.select().order_by(Exemption.id)] == [
        date(2026, 1, 1),
        date(2026, 5, 1),
    ]
    load(person(不作硬性要求="否"), days=1)
    first = Exemption.select().order_by(Exemption.id).get()
    assert (first.ends, first.decided_on) == (date(2026, 11, 22), date(2026, 11, 21))
    assert counts(load(person(不作硬性要求="是"), days=2)) == (0, 1, 5)
    assert Exemption.select().where(Exemption.ends.is_null()).count() == 2


def test_a_stated_day_since_when_nothing_is_required_is_kept_and_corrects_the_stored_one(
    load: Import,
) -> None:
    mine = {"不作硬性要求": "是", "不作要求起始": "2026-03-01"}
    load(person(**mine), person("DY02", 不作硬性要求="是"))
    starts = [row.starts for row in Exemption.select().order_by(Exemption.id)]
    assert starts == [date(2026, 3, 1), date(2026, 1, 1)]
    assert counts(load(person(**mine), person("DY02", 不作硬性要求="是"), days=1)) == (0, 0, 7)
    # Left empty it says nothing, stated anew it corrects the day.
    load(person(不作硬性要求="是", 不作要求起始=""), person("DY02", **mine), days=2)
    assert [row.starts for row in Exemption.select().order_by(Exemption.id)] == [date(2026, 3, 1)] * 2
    load(person(不作硬性要求="否"), days=3)
    load(person(**mine), days=4)
    assert [row.ends for row in Exemption.select().order_by(Exemption.id)] == [None, None]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"不作硬性要求": "", "不作要求起始": "2026-03-01"}, "不作要求起始"),
        ({"不作硬性要求": "否", "不作要求起始": "2026-03-01"}, "不作要求起始"),
        ({"不作硬性要求": "是", "不作要求起始": "2009-03-01"}, "不作要求起始"),
        ({"不作硬性要求": "是", "不作要求起始": "明天"}, "不作要求起始"),
    ],
)
def test_a_day_without_or_before_what_it_says_is_refused(
    load: Import, cells: dict[str, str], column: str
) -> None:
    result = load(person(**cells))
    assert [each.column for each in result.rejected] == [column]
    assert Exemption.select().count() == 0


def test_the_meetings_that_are_not_asked_of_a_branch_come_with_the_organizations(
    load: Import, now: datetime
) -> None:
    def exempt(cell: str | None) -> str | None:
        rows = [dict(row) for row in TREE]
        branch = next(row for row in rows if row["代码"] == "ZB1")
        branch |= {} if cell is None else {"不作要求的会议": cell}
        import_roster_bytes(write({"党组织": rows}), "x.xlsx", OPERATOR, now)
        return str(Organization.get(Organization.code == "ZB1").exempt_from)

    load(person())
    assert exempt("主题党日、党课") == "PARTY_LECTURE,THEME_DAY"
    assert exempt(None) == "PARTY_LECTURE,THEME_DAY", "a column that is not there says nothing"
    assert exempt("全部") == "ALL"
    assert exempt("") == "None"


def test_an_absence_is_corrected_ends_when_dropped_and_another_place_is_another_one(load: Import) -> None:
    load(person(流动去向="上海", 流动起始="2026-02-01"))
    load(person(流动去向="上海", 流动起始="2026-03-01"), days=1)
    load(person(流动去向="广州", 流动起始="2026-11-01"), days=2)
    load(person(), days=3)
    rows = (
        Mobility.select(Mobility.destination, Mobility.since, Mobility.until)
        .order_by(Mobility.since)
        .tuples()
    )
    assert list(rows) == [
        ("上海", date(2026, 3, 1), date(2026, 11, 23)),
        ("广州", date(2026, 11, 1), date(2026, 11, 24)),
    ]


def test_the_audit_names_the_import_and_each_changed_member_by_id(load: Import, now: datetime) -> None:
    load(person(党内职务="书记"), person("DY02", 姓名="李敏"))
    data = write({"党员": [person(党内职务=""), person("DY02", 姓名="李敏", 手机号="")]})
    import_roster_bytes(data, "x", member_actor(Member.get().id), now)
    lines = list(AuditLog.select().order_by(AuditLog.id))
    created, updated = "roster.member.create", "roster.member.update"
    assert [each.action for each in lines] == [
        "roster.import",
        created,
        "role.given",
        created,
        "roster.import",
        updated,
        "role.ended",
        updated,
    ]
    assert json.loads(lines[5].detail) == {"changed": ["roles"], "roles_ended": [RolePeriod.get().id]}
    assert json.loads(lines[6].detail)["via"] == "import"
    assert json.loads(lines[7].detail) == {"changed": ["phone"]}
    assert (lines[7].actor_kind, lines[7].subject) == ("member", str(Member.get(Member.number == "DY02").id))
    text = "".join(each.detail for each in lines)
    assert not any(word in text for word in ("王伟", "李敏", "138", "DY0"))


def test_a_file_that_cannot_be_used_as_a_whole_is_refused_in_words(now: datetime, tmp_path: Path) -> None:
    for data in (b"", "姓名,年龄\n王伟,20\n".encode(), "编号,姓名,支部代码,类别,入党日期\n".encode()):
        with pytest.raises(ServiceError) as caught:
            import_roster_bytes(data, "x.csv", OPERATOR, now)
        assert caught.value.hint
    with pytest.raises(ServiceError, match="没有找到这个文件"):
        import_roster(tmp_path / "none.xlsx", OPERATOR, now)


def test_what_moved_since_the_reading_is_planned_anew(load: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    load(person())

    def meanwhile() -> None:
        Member.update(name="李敏").execute()

    monkeypatch.setattr("services.roster.lock_imports", meanwhile)
    assert counts(load(person(), person("DY02"))) == (1, 1, 5)
    assert {each.name for each in Member.select()} == {"王伟"}
