"""export and erase: a file for the member alone, and an erasure that must be meant."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from models import AuditLog, Member


def test_a_members_data_goes_into_a_new_file_that_only_its_owner_reads(desk, tmp_path: Path):
    path = tmp_path / "copy.json"
    done = desk.json("export", "DY02", str(path))
    assert (done["member"], done["rows"]["member"]) == ("DY02", 1)
    document = json.loads(path.read_text("utf-8"))
    assert document["tables"]["member"]["rows"][0]["name"] == "李强"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert AuditLog.get().action == "member.exported"


def test_an_export_overwrites_nothing_and_needs_a_folder(desk, tmp_path: Path):
    path = tmp_path / "kept.txt"
    path.write_text("mine", "utf-8")
    assert "没有覆盖" in desk.refused("export", "DY02", str(path))
    assert path.read_text("utf-8") == "mine"
    assert "写不了" in desk.refused("export", "DY02", str(tmp_path / "nowhere" / "x.json"))
    assert "DY99" in desk.refused("export", "DY99", str(tmp_path / "y.json"))


def test_an_erasure_says_first_what_it_would_do(desk):
    said = desk.refused("erase", "DY02")
    assert "李强" in said
    assert "--yes" in said
    assert Member.get(Member.number == "DY02").name == "李强"


def test_an_erasure_makes_the_member_anonymous_for_good(desk):
    done = desk.json("erase", "DY02", "--yes")
    assert done["member"].startswith("X")
    assert done["wiped"] is True
    assert Member.get(Member.number == done["member"]).name == "已删除"
    assert "DY02" in desk.refused("erase", "DY02", "--yes")


def test_the_operator_is_told_where_the_name_still_stands(desk):
    desk.create(title="看望张伟同志")
    code, out, _err = desk.run("erase", "DY03", "--yes")
    assert code == 0
    assert "「学习活动」里还有 1 条" in out
