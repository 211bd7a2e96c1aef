"""The table of commands: a name, its help, what it does. A new command is a new line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.command import Command, LateModule, Needs

if TYPE_CHECKING:
    from cli import delivering, operate, people, privacy, reminding, shuxue, study
else:
    # A command waits for its own module alone, so that an operator's prompt comes back at once.
    delivering, operate, people, privacy, reminding, shuxue, study = map(
        LateModule, ("delivering", "operate", "people", "privacy", "reminding", "shuxue", "study")
    )

_STUDY = "学习活动：发布、点名、确认"
_SHUXUE = "述学：查看、代录、收下、退回"
_REBIND = "换手机的申请"

COMMANDS: tuple[Command, ...] = (
    Command(
        "serve",
        "启动服务：网页、定时任务",
        operate.serve,
        operate.serve_arguments,
        Needs.DATABASE,
        wechat=True,
    ),
    Command(
        "scheduler",
        "只运行定时任务和发送，不开网页",
        operate.scheduler,
        needs=Needs.DATABASE,
        wechat=True,
    ),
    Command("demo", "启动演示：服务和模拟微信", operate.demo, operate.demo_arguments, Needs.NOTHING),
    Command("play", "从发卡到学时走一遍，打印对话", operate.play, needs=Needs.NOTHING),
    Command("migrate", "把数据库升级到现在的版本", operate.migrate, needs=Needs.DATABASE),
    Command("settings", "显示生效的设置（不含密钥）", operate.settings, needs=Needs.SETTINGS),
    Command("verify", "核对全部数据是否一致", operate.verify),
    Command("import-roster", "导入党组织和党员名册", people.roster, people.import_arguments),
    Command("bind-code", "生成绑定码（一天有效）", people.bind_code, people.number_argument),
    Command("card", "生成身份卡的编码（三十天有效）", people.card, people.number_argument),
    Command("unbind", "解除微信绑定，记录不动", people.unbind, people.number_argument),
    Command("handover", "交接书记，一步完成", people.handover, people.handover_arguments),
    Command("member show", "一位党员的学时和来由", people.show, people.show_arguments, group_help="党员"),
    Command("export", "把一位党员的数据写成文件，交给本人", privacy.export, privacy.export_arguments),
    Command("erase", "党组织决定后，永久删除一位党员", privacy.erase, privacy.erase_arguments),
    Command("rebind list", "等待确认的新手机", people.rebind_list, group_help=_REBIND),
    Command("rebind approve", "同意换到新手机", people.rebind_approve, people.number_argument),
    Command("rebind refuse", "不同意，仍用原手机", people.rebind_refuse, people.number_argument),
    Command("session create", "新建并发布", study.create, study.create_arguments, group_help=_STUDY),
    Command("session show", "查看到会情况", study.show, study.key_argument),
    Command("session roll-call", "点名", study.roll_call, study.roll_call_arguments),
    Command("session confirm", "确认，计入学时", study.confirm, study.key_argument),
    Command("session move", "改时间地点，并告诉应到的同志", study.move, study.move_arguments),
    Command("session cancel", "取消", study.cancel, study.cancel_arguments),
    Command("session close", "提前结束签到", study.close, study.key_argument),
    Command("session reopen", "退回重核，冲销已计的学时", study.reopen, study.reopen_arguments),
    Command("cycle open", "开始一轮述学", shuxue.open_cycle, shuxue.open_arguments, group_help="述学轮次"),
    Command("cycle close", "提前截止一轮述学", shuxue.close, shuxue.key_argument),
    Command("shuxue show", "一位党员的述学", shuxue.show, shuxue.report_arguments, group_help=_SHUXUE),
    Command("shuxue record", "代录口述或纸上的述学", shuxue.record, shuxue.record_arguments),
    Command("shuxue accept", "收下", shuxue.accept, shuxue.report_arguments),
    Command("shuxue return", "退回，请本人补充", shuxue.give_back, shuxue.return_arguments),
    Command("remind", "看谁该收到什么提醒，放进待发的队列", reminding.remind, reminding.remind_arguments),
    Command("deliver", "把待发的提醒发出去，直到没有到时间的", delivering.deliver, wechat=True),
    Command("release-fence", "撤掉围栏，恢复发送", delivering.release_fence, delivering.release_arguments),
    Command("backup", "把整个数据库存成一个文件，不用停服务", delivering.backup, delivering.file_argument),
    Command(
        "restore",
        "用备份替换数据库，之后先不发消息",
        delivering.restore,
        delivering.file_argument,
        Needs.DATABASE,
    ),
    Command("doctor", "逐项检查是否正常", delivering.examine, needs=Needs.SETTINGS),
    Command("menu push", "把菜单推送到服务号", operate.menu_push, group_help="服务号菜单", wechat=True),
)
