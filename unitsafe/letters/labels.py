"""What the words of letters are called, and how their states look."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.letters.rules import How, State

label_all(
    {How.SCREEN: _l("在线签字"), How.PAPER: _l("纸质签字")},
    {
        State.UNSIGNED: _l("未签"),
        State.OVERDUE: _l("超期未签"),
        State.SIGNED: _l("已签"),
        State.ENDED: _l("已失效"),
    },
)
STATE_KIND = {
    State.UNSIGNED: "warn",
    State.OVERDUE: "bad",
    State.SIGNED: "ok",
    State.ENDED: "",
}
