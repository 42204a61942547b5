"""What kinds of backups, and what is wrong with one, are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.backups.rules import Fault, Kind, Remark
from unitsafe.backups.working import Doing
from unitsafe.core.labels import label_all

label_all(
    {Kind.MANUAL: _l("手动"), Kind.DAILY: _l("自动"), Kind.UPGRADE: _l("升级前")},
    {Doing.MAKING: _l("正在备份"), Doing.PROVING: _l("正在检验")},
    {
        Fault.FULL: _l("放备份的磁盘满了，请腾出空间再试。原来的备份都在。"),
        Fault.UNWRITABLE: _l("放备份的文件夹读不了或写不进，请检查服务器上的磁盘和权限。"),
        Fault.BUSY: _l("另一份备份正在做或正在检验，请等它完成。"),
        Fault.MISSING: _l("文件不在了。"),
        Fault.PASSPHRASE: _l("口令不对，或服务器没有设口令，打不开。"),
        Fault.DAMAGED: _l("内容有损坏，不能用来恢复。"),
        Fault.TOO_NEW: _l("这份备份来自更新的版本，请先升级程序。"),
        Fault.TOOLS: _l("PostgreSQL的备份工具（pg_dump、pg_restore）没有装好。"),
        Fault.FAILED: _l("PostgreSQL的备份工具没有做成：可能连不上数据库，或版本比数据库旧。"),
        Fault.AWAY: _l("存放照片和文件的服务器连不上，请稍后再试，或联系管理员。"),
        Fault.REFUSED: _l("不能备份，原因见下。"),
        Fault.UNKNOWN: _l("出了意外，详情在服务器日志里。"),
    },
    {
        Remark.MISSING_FILES: _l("照片或附件缺文件"),
        Remark.LOOSE_ROWS: _l("记录之间对不上"),
        Remark.BROKEN_LOG: _l("操作日志被改动过"),
    },
)
