"""The data each template prints; keys are required unless marked, texts may be empty.

Times and dates are texts as they should read on paper, in the school's time zone. Templates
print every text as it is and never run it.
"""

from typing import Literal, NotRequired, TypedDict

MarkName = Literal["ok", "fail", "na", "none"]
"""正常, 异常, 不适用, not answered."""


class Sheet(TypedDict):
    """What header and footer of every paper need."""

    school: str
    title: str
    period: str
    """In the header at the right: 2026年11月, 2026年11月3日 …"""
    printed_at: str
    """YYYY-MM-DD HH:MM; also the date of the PDF."""
    version: str
    """Version of the form (of the checklist), small in the footer."""
    paper: NotRequired[Literal["a4", "a3"]]
    """Only the month grid knows A3."""


class GridMark(TypedDict):
    """One answer in the month grid."""

    mark: MarkName
    backfill: bool
    """Entered more than 24 hours after the event: prints a small 补. Source: product rule 1."""


class GridDay(TypedDict):
    day: int
    weekday: str
    """One character: 一 … 日."""
    expected: bool
    """False prints the column on grey: no patrol was due that day."""


class GridItem(TypedDict):
    no: int
    text: str
    cells: list[list[GridMark]]
    """One list per day of ``days``, in it one mark per round; an empty list prints nothing."""


class GridColumn(TypedDict):
    """Who signed for one day."""

    patroller: list[str]
    """Names of that day, each once. From three on: the first and 等3人; over four characters: cut."""
    countersigner: list[str]
    signed_on: list[str]
    """MM-DD of the countersignature; the last one is printed."""
    backfill: bool


class GridAbnormal(TypedDict):
    day: int
    text: str
    hazard: str
    handling: str


class GridCounts(TypedDict):
    """Patrols (rounds, not days). ``done`` includes ``backfilled``; done 0 prints a blank sheet."""

    expected: int
    done: int
    backfilled: int
    missed: int


class MonthGrid(Sheet):
    """month_grid.typ: one place, one month. Lists of days all have the month's length."""

    place: str
    rounds: int
    round_names: NotRequired[list[str]]
    """Short names of the rounds, two characters at most (早, 晚); 1, 2 … where left out."""
    days: list[GridDay]
    items: list[GridItem]
    columns: list[GridColumn]
    abnormal: list[GridAbnormal]
    """By day, ascending."""
    basis: list[str]
    """Only clauses in force and verified. Source: product rule 10."""
    counts: GridCounts


class Fact(TypedDict):
    label: str
    value: str
    wide: NotRequired[bool]
    """True takes the whole row; two facts share one otherwise."""


class Photo(TypedDict):
    name: str
    """Key in the ``photos`` given to ``render_pdf``."""
    caption: str
    """Number, place, time; also the text for those who cannot see it. Not empty."""


class Signer(TypedDict):
    label: str
    names: list[str]
    """Who signed in the system; empty on a blank sheet."""
    at: str


class RecordItem(TypedDict):
    no: int
    group: str
    """Items with the same group stand under one grey row; empty for none."""
    text: str
    how: str
    """How to check; printed on the blank sheet only."""
    answer: MarkName
    value: str
    """A reading with its unit (0.45 MPa)."""
    unit: str
    """Not empty: the blank sheet has a line for the reading."""
    problem: str
    hazard: str
    handling: str


class RecordVersion(TypedDict):
    version: int
    at: str
    by: str
    note: str


class CheckRecord(Sheet):
    """check_record.typ: one check, or with ``blank`` an empty sheet of its checklist."""

    blank: bool
    facts: list[Fact]
    items: list[RecordItem]
    remark: str
    basis: list[str]
    photos: list[Photo]
    history: list[RecordVersion]
    """Oldest first; empty when it was never corrected."""
    signatures: list[Signer]
    seal: bool


class PhotoPair(TypedDict):
    before: Photo | None
    after: Photo | None


class HazardStep(TypedDict):
    at: str
    action: str
    by: str
    note: str


class HazardSheet(Sheet):
    """hazard_sheet.typ: one hazard with everything that was done about it."""

    number: str
    level: str
    state: str
    marks: list[str]
    """停用, 挂牌督办, 已上报 … in frames beside the state."""
    facts: list[Fact]
    pairs: list[PhotoPair]
    timeline: list[HazardStep]
    """Oldest first."""
    note: str
    """A line below the timeline, e.g. that fixer and closer are one person."""
    signatures: list[Signer]
    seal: bool


class GridTableRow(TypedDict):
    level: int
    """1 school, 2 block, 3 spot."""
    code: str
    name: str
    role: str
    person: str
    """Empty prints （待定）."""
    deputy_of: str
    phone: str
    spaces: list[str]


class GridTable(Sheet):
    """grid_table.typ: the whole tree in its order."""

    rows: list[GridTableRow]
    summary: str
    signatures: list[Signer]
    seal: bool


class LetterPlace(TypedDict):
    """One grid (or with an empty ``code`` one space) that the person answers for."""

    code: str
    name: str
    role: str
    spaces: str


class LetterChapter(TypedDict):
    title: str
    items: list[str]


class LetterText(TypedDict):
    """Everything a letter of responsibility says, frozen when it is signed."""

    title: str
    year: str
    party_a: str
    represented_by: str
    """Who signs for party A; empty where the name is filled in by hand."""
    party_b: str
    posts: str
    opening: str
    places: list[LetterPlace]
    duties: list[LetterChapter]
    """By post."""
    chapters: list[LetterChapter]
    term: str
    basis: list[str]
    """Only clauses in force and verified; may be empty. Source: product rule 10."""


class SignedLetter(TypedDict):
    text: LetterText
    version: int
    signed: str
    """When and how it was signed in the system; empty to be signed by hand."""
    signature: Photo | None


class Letters(Sheet):
    """letter.typ: letters of responsibility, each from a new page with its own page numbers."""

    letters: list[SignedLetter]


class Plate(TypedDict):
    """A plate or a label of one space; empty texts are left out."""

    building: str
    name: str
    kind: str
    is_key_area: bool
    grid: str
    holder: str
    phone: str
    duties: list[str]
    hotline: str
    code: str
    """The readable code under the square."""
    qr: str
    """Key in the ``drawings`` given to ``render_pdf``."""


class Plates(Sheet):
    """plates.typ: plates of spaces to cut out, ``format`` decides how many per page."""

    format: Literal["plate", "label"]
    plates: list[Plate]


class MapOutline(TypedDict):
    """One outline on a picture; places in parts of its width and height, from the top left."""

    no: str
    name: str
    points: list[list[float]]
    at: list[float]
    """Where number and name stand."""
    room: float
    """How wide the outline is there; a name that is wider is left out, the number stays."""


class MapLine(TypedDict):
    no: str
    code: str
    name: str
    holder: str
    """Empty prints as a line to fill by hand."""


class MapCell(TypedDict):
    code: str
    name: str
    holder: str
    spaces: list[str]


class MapFloor(TypedDict):
    name: str
    grids: list[MapCell]
    unplaced: int
    """Spaces of the floor that are in no grid."""


class MapHouse(TypedDict):
    name: str
    floors: list[MapFloor]
    """The highest first."""


class GridMap(Sheet):
    """grid_map.typ: a picture with outlines and their legend, or with an empty ``picture`` the
    buildings as stacks of floors."""

    place: str
    picture: str
    """Key in the ``photos`` given to ``render_pdf``."""
    ratio: float
    """Width ÷ height of the picture."""
    outlines: list[MapOutline]
    legend: list[MapLine]
    houses: list[MapHouse]


class SignInSlip(TypedDict):
    name: str
    account: str
    link: str
    """The whole address, also what the code says."""
    code: str
    """The QR code as an SVG element."""
    until: str
    """The last day on which the link works."""


class SignInSlips(Sheet):
    """sign_in_slips.typ: ten slips a page, to be cut apart."""

    slips: list[SignInSlip]


class RosterShift(TypedDict):
    title: str
    hours: str
    """07:20—08:00."""
    place: str


class RosterName(TypedDict):
    """One place of a shift on a day."""

    name: str
    """Who stands; where nobody does, who was planned, or empty."""
    mark: str
    """调, 替, 代 or empty."""
    instead_of: str
    """Who was planned, where somebody else stands."""
    open: bool
    """Nobody stands: prints a line to write on."""


class RosterDay(TypedDict):
    day: int
    weekday: str
    """One character: 一 … 日."""
    taught: bool
    """False prints the row on grey."""
    note: str
    cells: list[list[RosterName]]
    """One list per shift; an empty one: not stood that day."""


class RosterCount(TypedDict):
    name: str
    count: int


class RosterMonth(Sheet):
    """roster_month.typ: who stands when in a month."""

    shifts: list[RosterShift]
    """Empty prints a sheet that says so."""
    days: list[RosterDay]
    counts: list[RosterCount]
    """Most first."""


class YearPlanRow(TypedDict):
    text: str
    who: str
    basis: str
    """Only what may be cited; may be empty."""
    cells: list[list[MarkName]]
    """One list per month: a mark for each time it is due; ok done, none still to do, na left out."""


class YearPlan(Sheet):
    """year_plan.typ: the works of a school year by month, to be signed and sealed."""

    months: list[str]
    """Twelve, September first."""
    rows: list[YearPlanRow]
    notes: list[str]
    """What is left out, what was changed after the signature."""
    signed: str
    """Who signed in the system and when; empty prints the line only."""
    signature: Photo | None
    """The drawn signature."""


class LedgerRow(TypedDict):
    """A line of the hazard ledger; every text may be empty."""

    number: str
    found: str
    """2026-11-03, and where it came from."""
    place: str
    text: str
    kind: str
    """Category and level."""
    measure: str
    """What is to be done, and what keeps people safe meanwhile."""
    holder: str
    due: str
    done: str
    rechecked: str
    closed: str
    state: str
    """With the marks beside it."""


class HazardLedger(Sheet):
    """hazard_ledger.typ: a ledger of hazards, by the day they were found, upwards."""

    narrowed: str
    """What it is narrowed to; empty prints the whole ledger."""
    counts: list[Fact]
    """How many, by state and level."""
    cut: str
    """A sentence that says which lines are left out; empty when none."""
    rows: list[LedgerRow]
    signatures: list[Signer]


class OfficialTable(TypedDict):
    heads: list[str]
    widths: list[float]
    """Parts of the width, one per head."""
    rows: list[list[str]]


class TickLine(TypedDict):
    text: str
    ticked: bool


class OfficialPaper(Sheet):
    """official.typ: a notice, an opinion or a letter in the manner of GB/T 9704."""

    document_no: str
    """Under the title; empty leaves room to write one by hand."""
    to: str | None
    """To whom; empty prints a line to write on, None nothing."""
    paragraphs: list[str]
    facts: list[Fact]
    table: OfficialTable | None
    choices: list[TickLine]
    closing: list[str]
    """Paragraphs after table and choices."""
    basis: list[str]
    """Only clauses in force and verified. Source: product rule 10."""
    date: str
    """2026年11月25日; empty is filled in by hand."""
    signatures: list[Signer]
    annex: str
    """Heading of the photos."""
    pairs: list[PhotoPair]


class TipPoster(Sheet):
    """tip_poster.typ: a page for the wall that asks everybody to report what they see."""

    address: str
    """What the square opens, readable below it."""
    hotline: str
    """Empty prints no line."""
    days: int
    qr: str
    """The square's name among the drawings."""
