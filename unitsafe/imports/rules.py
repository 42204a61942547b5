"""What a cell of a school's list means: tidy text, numbers, floors, dates, phones, yes and no.

Every function takes the text of a cell as :func:`cell_text` gives it, and understanding its own
answer again gives the same answer.
"""

import difflib
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

LONGEST_CELL = 500
"""Characters kept of a cell; no field of ours takes as many."""
MOST_DIGITS = 14
"""Of one phone, with area code and extension."""
FIRST_YEAR, LAST_YEAR = 1980, 2100
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_NARROW |= {code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)}
_NARROW |= {ord(wide): ord(narrow) for wide, narrow in zip("－．＋／＿＃", "-.+/_#", strict=True)}
_NARROW |= {ord(sign): ord(" ") for sign in "\u00a0\u3000\u2002\u2003\u2007\u2009\u202f\t"}
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_YES = frozenset(
    ["是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true", "1", "重点", "重点部位", "v"]
)
_NO = frozenset(
    ["否", "无", "×", "✗", "✘", "x", "n", "no", "false", "0", "非", "不是", "一般", "-", "—", "/"]
)


def tidy(text: str) -> str:
    """``text`` with narrow digits and letters, without unseen signs and needless blanks; line
    breaks stay."""
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(_NARROW))
    lines = (re.sub(" +", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:LONGEST_CELL].strip()


def one_line(text: str) -> str:
    """The text of a cell that people broke into lines, as one."""
    return tidy(text).replace("\n", "")


def cell_text(value: object) -> str:
    """A spreadsheet's value as the text that people see in the cell; empty for nothing."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return tidy(str(value)) if value is not None else ""


@lru_cache(maxsize=10_000)  # a list names the same buildings in every row
def match_key(text: str) -> str:
    """What two spellings of one name share: blanks, brackets and capitals do not matter."""
    text = one_line(text).translate(
        {ord("（"): "(", ord("）"): ")", ord("【"): "(", ord("】"): ")"}
    )
    return text.replace(" ", "").casefold()


def nearest(text: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Those of ``names`` that look most like ``text``, the best first."""
    by_key = {match_key(name): name for name in names}
    return [
        by_key[key] for key in difflib.get_close_matches(match_key(text), by_key, most, cutoff=0.4)
    ]


def words_of(text: str) -> list[str]:
    """The entries of a cell that lists several, each once: 班主任、任课教师."""
    parts = (part.strip() for part in re.split(r"[、，,;；/|\n]+", tidy(text)))
    return list(dict.fromkeys(part for part in parts if part))


def whole_number(text: str) -> int | None:
    """4, of "4", "4.0", "4 具", "四"; None for anything else."""
    found = re.fullmatch(r"(\d{1,6})(?:\.0*)?\s*[^\d\s.]{0,2}", one_line(text))
    if found:
        return int(found[1])
    return _chinese_number(re.sub(r"[个具只块盏套台处组樘]$", "", one_line(text)))


def _chinese_number(text: str) -> int | None:
    """0–99, of 零 … 九十九."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.get(text)
    first, last = _DIGITS.get(tens, 0 if tens else 1), _DIGITS.get(ones, 0)
    is_sound = first is not None and (not tens or first) and (not ones or last)
    return first * 10 + last if is_sound and tens not in ("零", "〇") else None


_FLOOR = re.compile(
    r"(?P<below>地下|负|-|[Bb])?(?:第)?[Ff]?(?P<floor>\d{1,3}|[零〇一二两三四五六七八九十]{1,3})(?:\.0*)?"
    r"(?:楼|层|F|f|楼层)?(?:室)?"
)


def floor_of(text: str) -> int | None:
    """A floor: 3 of 三楼, 3F, 第三层; -1 of B1, 地下一层, 负一楼; 0 of 室外; None when it is none."""
    text = one_line(text).replace(" ", "")
    if text in ("地下室", "地下", "负层"):
        return -1
    if text in ("室外", "地面", "户外", "院内"):
        return 0
    found = _FLOOR.fullmatch(text)
    if not found:
        return None
    digits = found["floor"]
    number = int(digits) if digits.isdecimal() else _chinese_number(digits)
    if number is None:
        return None
    return -number if found["below"] else number


_DATE = re.compile(r"(\d{4})(?:[-/.年]\s?)(\d{1,2})(?:(?:[-/.月]\s?)(\d{1,2})日?|月)?(?:[ T]\d.*)?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})?")


def date_of(text: str) -> date | None:
    """A day: 2024-09-01 of 2024.9.1, 2024年9月1日, 20240901, an Excel serial; the first of the
    month where only that is known (2024年9月, 2024.9); None when it is none."""
    text = one_line(text)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):  # days since the end of 1899, as Excel counts
        found_day = date(1899, 12, 30) + timedelta(days=int(text.partition(".")[0]))
        return found_day if FIRST_YEAR <= found_day.year <= LAST_YEAR else None
    found = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def may_be_october(text: str) -> bool:
    """Whether a cell says 2024.1, which a spreadsheet also makes of 2024.10."""
    return re.fullmatch(r"\d{4}\.1", one_line(text)) is not None


def phone_of(text: str) -> str:
    """A phone as it is kept: digits, with a dash behind the area code; what is none comes back as
    it was written, for :func:`phone_fault` to name the fault."""
    text = one_line(text)
    plain = re.sub(r"\.0+$", "", text).replace("（", "(").replace("）", ")")
    plain = re.sub(r"^(?:\+|00)86[- ]?(?=1\d)", "", plain)
    digits = re.sub(r"[ \-—–()]", "", plain)
    if not digits.isascii() or not digits.isdigit() or len(digits) > MOST_DIGITS:
        return text
    if re.fullmatch(r"1\d{10}", digits):
        return digits
    area = re.match(r"\(?(0\d{2,3})(?:\)|[ \-—–])", plain)
    if area and len(digits) > len(area[1]):
        return f"{area[1]}-{digits[len(area[1]) :]}"
    return digits


def phone_fault(phone: str) -> str | None:
    """What is wrong with a phone that :func:`phone_of` gave, as a sentence; None when nothing."""
    if re.fullmatch(r"[\d.]+[eE]\+?\d+", phone):
        return "电话被表格改成了科学计数法，请把这一列设为文本后重新填写。"
    if re.search(r"\d{5,}.*[、，,;；/ ].*\d{5,}", phone):
        return "一格里有几个电话，请只留一个。"
    if not re.fullmatch(r"\d{3,12}|0\d{2,3}-\d{5,9}", phone):
        return "这不像电话号码。"
    if phone.startswith("1") and 9 <= len(phone) <= 12 and len(phone) != 11:
        return f"手机号应是11位，这里有{len(phone)}位。"
    if len(phone) == 11 and phone.isdigit() and not re.fullmatch(r"(1[3-9]|0)\d+", phone):
        return "这不像手机号，请核对。"
    return None


def yes_no(text: str) -> bool | None:
    """True of 是, √, 1; False of 否, ×, nothing; None of anything else."""
    key = match_key(text)
    if not key or key in _NO:
        return False
    return True if key in _YES else None
