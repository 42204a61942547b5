"""What the words of imports are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.core.labels import label_all
from unitsafe.imports.lines import Outcome, Weight
from unitsafe.imports.models import What

label_all(
    {
        What.SPACES: _l("楼栋与部位"),
        What.PEOPLE: _l("人员与岗位"),
        What.EQUIPMENT: _l("消防器材"),
        Outcome.NEW: _l("新增"),
        Outcome.FILL: _l("补空缺"),
        Outcome.SAME: _l("已有，跳过"),
        Outcome.PROBLEM: _l("有问题"),
    }
)
OUTCOME_KIND = {Outcome.NEW: "ok", Outcome.FILL: "due", Outcome.SAME: "", Outcome.PROBLEM: "bad"}
WEIGHT_KIND = {Weight.PROBLEM: "bad", Weight.CONFIRM: "warn", Weight.HINT: ""}
