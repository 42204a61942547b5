"""What the words of the appraisal are called."""

from flask_babel import lazy_gettext as _l

from unitsafe.appraisal.rules import NoteKind
from unitsafe.core.labels import label_all

label_all(
    {
        NoteKind.PRAISE: _l("表扬"),
        NoteKind.AWARD: _l("奖励"),
        NoteKind.REMINDER: _l("提醒"),
        NoteKind.TALK: _l("约谈"),
    }
)
