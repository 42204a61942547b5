"""What each file of the content pack looks like."""

from typing import get_args

from unitsafe.content import rules
from unitsafe.content.model import SCHOOL_FLAGS, STAGES, Recurrence
from unitsafe.content.shapes import (
    Choice,
    Clock,
    Defines,
    ListOf,
    MapOf,
    Maybe,
    Number,
    Record,
    Ref,
    Rule,
    Shape,
    Text,
    YesNo,
)

TEXT = Text()
TEXTS = ListOf(TEXT, least=1)
COUNT = Number(low=1, whole=True)
DAYS = Number(low=0, whole=True)
POINTS = Number(low=0)

VERSION = Text(r"\d{4}-\d{2}(\.\d+)?", "版本号，如 2026-11 或 2026-11.1")
CERTAINTY = Choice(("verified", "from-memory", "uncertain"))
SOURCE_KINDS = (
    "法律",
    "行政法规",
    "部门规章",
    "地方性法规",
    "规范性文件",
    "指导文件",
    "国标",
    "强制性国标",
    "强制性国标报批稿",
    "推荐性国标",
    "强制性工程规范",
    "行业标准",
    "地方标准样本",
    "评分表样本",
    "表式样本",
    "来源材料",
    "惯例",
    "产品约定",
)
AUTO_FIGURES = frozenset(
    {
        "extinguisher_check_ratio",
        "extinguisher_due_state",
        "days_since_flue_cleaning",
        "night_gap_hours",
    }
)
"""Figures the registers supply for ``items[].auto``, beside the metrics of the standard."""

TOTALS = frozenset({"extinguisher_total"})
"""Totals a band may compare with (``at_most_ratio_of``), beside the metrics."""

OUTSIDERS = frozenset({"maintainer", "test_agency", "contractor"})
"""Who inspects equipment without being a post of the school."""

BASIS = Record({"src": Ref(("sources",)), "at": TEXT, "certainty": CERTAINTY})
BASES = ListOf(BASIS, least=1)
POST = Ref(("posts",))


def _file(body: dict[str, Shape], *checks: Rule) -> Record:
    return Record({"version": VERSION, **body}, rules=checks)


SOURCES = _file(
    {
        "sources": ListOf(
            Record(
                {
                    "key": Defines(("sources",)),
                    "title": TEXT,
                    "doc_no": TEXT,
                    "kind": Choice(SOURCE_KINDS),
                    "status": TEXT,
                    "certainty": CERTAINTY,
                },
                {"note": TEXT},
            ),
            least=1,
        )
    }
)

ANSWER = Record(
    {
        "type": Choice(("pass_fail", "number")),
        "photo": Choice(("optional", "on_fail", "always")),
    },
    {"unit": TEXT, "min": Number(), "max": Number(), "na": YesNo()},
    rules=(rules.answer,),
)

ITEM = Record(
    {
        "key": Defines(("items",)),
        "text": TEXT,
        "how": TEXT,
        "cat": Ref(("categories",)),
        "level": Ref(("levels",)),
        "fix": Choice(("on_spot", "scheduled", "stop_use")),
        "capability": Number(1, 4, whole=True),
        "answer": ANSWER,
        "basis": BASES,
    },
    {"auto": Ref(("metrics",), also=AUTO_FIGURES)},
)

FREQUENCY = Record(
    {
        "unit": Choice(("day", "night", "week", "month", "quarter", "term", "event")),
        "times": COUNT,
        "school_days_only": YesNo(),
        "window": TEXT,
    },
    {
        "min_times": COUNT,
        "max_gap_hours": COUNT,
        "also_monthly": YesNo(),
        "monthly_item_count": COUNT,
        "trigger": TEXT,
        "strict": TEXT,
    },
    rules=(rules.frequency,),
)

CHECKLIST = Record(
    {
        "key": Defines(("checklists", "forms")),
        "title": TEXT,
        "kind": Choice(
            (
                "patrol",
                "grid_walk",
                "facility",
                "inspection",
                "night",
                "special",
                "duty",
                "event",
                "device",
                "classroom",
                "micro_station",
            )
        ),
        "who": ListOf(POST, least=1, distinct=True),
        "countersign": POST,
        "frequency": FREQUENCY,
        "applies_to": ListOf(Ref(("space_kinds",)), least=1, distinct=True),
        "scope": Choice(
            ("campus", "building", "floor", "space", "grid", "device", "vehicle", "event")
        ),
        "minutes": COUNT,
        "print_layout": Choice(("month_grid", "form", "night_table", "device_card")),
        "basis": BASES,
        "items": ListOf(ITEM, least=1),
    },
    {"note": TEXT},
    rules=(rules.checklist,),
)

CHECKLISTS = _file(
    {
        "title": TEXT,
        "levels": ListOf(Defines(("levels",), words=True), least=1),
        "level_note": TEXT,
        "space_kinds": MapOf(Defines(("space_kinds",)), TEXT),
        "hazard_categories": MapOf(Defines(("categories",)), TEXT),
        "checklists": ListOf(CHECKLIST, least=1),
    }
)

POST_RECORD = Record(
    {
        "key": Defines(("posts",)),
        "title": TEXT,
        "grid_level": Number(1, 4, whole=True),
        "aliases": ListOf(TEXT, distinct=True),
        "unique": YesNo(),
        "required": YesNo(),
        "statements": TEXTS,
        "forms": ListOf(
            Record(
                {
                    "form": Ref(("forms",)),
                    "act": Choice(
                        ("fill", "fill_part", "countersign", "approve", "spot_check", "assess")
                    ),
                }
            ),
            distinct=True,
        ),
        "rights": ListOf(Ref(("rights",)), distinct=True),
        "basis": BASES,
    },
    {"fire_role": TEXT, "note": TEXT},
)

DUTIES = _file(
    {
        "title": TEXT,
        "grid_levels": ListOf(
            Record({"level": Number(1, 4, whole=True), "title": TEXT, "who": TEXT, "unit": TEXT}),
            least=1,
        ),
        "seven_fixes": Record(
            {
                "items": ListOf(Record({"term": TEXT, "meaning": TEXT}), least=1),
                "basis": BASES,
            }
        ),
        "appointment": Record({"letter_fields": TEXTS, "rules": TEXTS}),
        "close_rule": Record({"basis": BASES}, rest=(Ref(("levels",)), TEXT)),
        "other_forms": MapOf(Defines(("forms",)), TEXT),
        "rights_glossary": MapOf(Defines(("rights",)), TEXT),
        "posts": ListOf(POST_RECORD, least=1),
    }
)

COUNT_FROM = Choice(("manufactured", "installed", "battery"))

EQUIPMENT_KIND = Record(
    {
        "key": Defines(("equipment",)),
        "name": TEXT,
        "unit": TEXT,
        "group": Choice(
            ("extinguisher", "water", "auto", "evac", "sep", "kitchen", "micro", "elec", "room")
        ),
        "ledger_fields": ListOf(TEXT, least=1, distinct=True),
        "service_life": Record(
            {"months": Maybe(COUNT), "basis": BASES},
            {"count_from": COUNT_FROM},
            rules=(rules.service_life,),
        ),
        "service": Maybe(
            Record(
                {
                    "first_months": COUNT,
                    "then_months": COUNT,
                    "count_from": COUNT_FROM,
                    "basis": BASES,
                }
            )
        ),
        "inspections": ListOf(
            Record(
                {
                    "name": TEXT,
                    "interval_days": COUNT,
                    "who": Ref(("posts",), also=OUTSIDERS),
                    "required": YesNo(),
                    "items": TEXTS,
                    "basis": BASES,
                }
            ),
            least=1,
        ),
        "allocation": ListOf(Record({"text": TEXT, "basis": BASES})),
        "basis": BASES,
    },
    {"note": TEXT},
)

EQUIPMENT = _file(
    {
        "title": TEXT,
        "reminders": Record(
            {
                "scrap_ahead_days": DAYS,
                "service_ahead_days": DAYS,
                "inspect_ahead_days": DAYS,
                "cert_ahead_days": DAYS,
            },
            {"note": TEXT},
        ),
        "record_retention": Record(
            {
                "patrol_min_years": COUNT,
                "maintenance_min_years": COUNT,
                "product_default_years": COUNT,
                "basis": BASES,
            }
        ),
        "equipment": ListOf(EQUIPMENT_KIND, least=1),
    }
)

METRIC = Ref(("metrics",))

EVIDENCE = Record(
    {"type": Choice(("metric", "manual")), "points": POINTS},
    {
        "metric": METRIC,
        "expected": METRIC,
        "score": ListOf(
            Record(
                {"points": POINTS},
                {
                    "at_least": Number(),
                    "at_most": Number(),
                    "shortfall_at_most": Number(),
                    "at_most_ratio_of": Ref(("metrics",), also=TOTALS),
                    "ratio": Number(0, 1),
                },
                rules=(rules.band,),
            ),
            least=1,
        ),
        "deduct": Record({"per": Number(low=0), "points": POINTS}),
        "rubric": TEXT,
    },
    rules=(rules.evidence,),
)

ASSESSMENT_ITEM = Record(
    {
        "key": Defines(("assessment_items",)),
        "text": TEXT,
        "max_points": POINTS,
        "how_to_score": TEXT,
        "veto": YesNo(),
        "evidence": ListOf(EVIDENCE, least=1),
        "basis": BASES,
    },
    {
        "veto_when": Record(
            {
                "metric": METRIC,
                "op": Choice((">", ">=", "<", "<=", "==")),
                "value": Number(),
                "say": TEXT,
            },
            {"min_level": Ref(("levels",))},
        ),
        "applies_when": Ref(("applies_flags",)),
    },
    rules=(rules.assessment_item,),
)

CAPABILITY = Record(
    {
        "key": Defines(("capabilities",)),
        "no": Number(1, 4, whole=True),
        "title": TEXT,
        "meaning": TEXT,
        "points": POINTS,
        "groups": ListOf(
            Record(
                {
                    "key": Defines(("groups",)),
                    "title": TEXT,
                    "points": POINTS,
                    "items": ListOf(ASSESSMENT_ITEM, least=1),
                },
                rules=(rules.group,),
            ),
            least=1,
        ),
    },
    rules=(rules.capability,),
)

SCORING = Record(
    {
        "total": POINTS,
        "formula": TEXT,
        "grades": ListOf(Record({"grade": TEXT, "at_least": POINTS}), least=1),
        "grade_basis": BASES,
        "veto_rule": TEXT,
        "cap_rule": TEXT,
        "applies_flags": MapOf(Defines(("applies_flags",)), TEXT),
        "manual_rule": TEXT,
        "workflow": TEXTS,
        "deadline": TEXT,
        "warnings": TEXTS,
    },
    rules=(rules.scoring,),
)

STANDARD = _file(
    {
        "title": TEXT,
        "status": TEXT,
        "scoring": SCORING,
        "global_vetoes": ListOf(
            Record(
                {
                    "key": Defines(("vetoes",)),
                    "text": TEXT,
                    "evidence": Record({"type": Choice(("manual",))}),
                    "basis": BASES,
                }
            )
        ),
        "metrics": ListOf(
            Record(
                {
                    "key": Defines(("metrics",)),
                    "label": TEXT,
                    "unit": Choice(("ratio", "count", "bool", "minutes")),
                    "formula": TEXT,
                    "ledger": Text(r"[a-z][a-z_]*", "台账名（小写字母和下划线）"),
                    "period": Choice(("quarter", "snapshot", "term", "half_year")),
                    "empty": Choice(("zero", "worst", "na", "full")),
                }
            ),
            least=1,
        ),
        "capabilities": ListOf(CAPABILITY, least=1),
    },
    rules.standard,
)

PLAN = Record(
    {
        "key": Defines(("plans",)),
        "checklist": Ref(("checklists",)),
        "title": TEXT,
        "target": Choice(("building", "dorm_building", "grid", "campus", "space", "look_back")),
        "unit": Choice(("day", "night", "week", "month", "quarter", "term", "holiday")),
        "days": Choice(("teaching", "teaching_or_boarding", "boarding_night", "any")),
        "windows": ListOf(
            Record({"opens": Maybe(Clock()), "due": Maybe(Clock()), "label": TEXT}), least=1
        ),
        "grace_minutes": Number(low=0, whole=True),
        "due_day": Maybe(Number(1, 28, whole=True)),
        "item_limit": Maybe(COUNT),
        "months": Choice(("all", "quarter_end", "not_quarter_end")),
        "needs_flag": Maybe(Choice(SCHOOL_FLAGS)),
        "space_kinds": ListOf(Ref(("space_kinds",)), distinct=True),
    },
    rules=(rules.plan,),
)

PLANS = _file({"title": TEXT, "plans": ListOf(PLAN, least=1)})

SHIFT = Record(
    {
        "key": Defines(("shifts",)),
        "title": TEXT,
        "place": TEXT,
        "starts": Clock(),
        "ends": Clock(),
        "days": Choice(("teaching", "boarding", "every")),
        "people": Number(1, 9, whole=True),
        "posts": ListOf(Ref(("posts",)), least=1, distinct=True),
        "checklist": Maybe(Ref(("checklists",))),
        "needs_flag": Maybe(Choice(SCHOOL_FLAGS)),
    },
    rules=(rules.shift,),
)

SHIFTS = _file({"title": TEXT, "shifts": ListOf(SHIFT, least=1)})

FLAGS = ListOf(Choice(SCHOOL_FLAGS), distinct=True)
SOME_STAGES = ListOf(Choice(STAGES), distinct=True)

OBLIGATION = Record(
    {
        "key": Defines(("obligations",)),
        "text": TEXT,
        "done": TEXT,
        "recurrence": Choice(get_args(Recurrence)),
        "month": Maybe(Number(1, 12, whole=True)),
        "times": COUNT,
        "needs": FLAGS,
        "needs_any": FLAGS,
        "stages": SOME_STAGES,
        "not_stages": SOME_STAGES,
        "who": POST,
        "proof": Text(
            r"manual|[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)+",
            "manual，或 台账:种类，如 activities:drill",
        ),
        "basis": BASES,
    },
    rules=(rules.obligation,),
)

OBLIGATIONS = _file({"title": TEXT, "obligations": ListOf(OBLIGATION, least=1)})

FILES: dict[str, Record] = {
    "sources.yaml": SOURCES,
    "checklists.yaml": CHECKLISTS,
    "duties.yaml": DUTIES,
    "equipment.yaml": EQUIPMENT,
    "four_capabilities.yaml": STANDARD,
    "plans.yaml": PLANS,
    "shifts.yaml": SHIFTS,
    "obligations.yaml": OBLIGATIONS,
}
