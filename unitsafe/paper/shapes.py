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


class AppraisalRow(TypedDict):
    """A month of a grid or a person; what has no figure prints —."""

    place: str
    name: str
    score: str
    checks: str
    """Done of expected: 38/40; so ``on_time`` and ``fixed``."""
    on_time: str
    backfill: str
    found: list[str]
    """Of a grid what lay in it, and what its people found: a line each."""
    fixed: str
    rating: str
    cards: str


class AppraisalTable(TypedDict):
    title: str
    head: str
    """What the names are: 网格, 姓名."""
    rows: list[AppraisalRow]


class AppraisalNote(TypedDict):
    day: str
    whom: str
    kind: str
    reason: str
    measure: str
    by: str


class Appraisal(Sheet):
    """appraisal.typ: the appraisal of a month, the best first; awards and reminders."""

    narrowed: str
    """The grids it is about; empty for the whole school, whose seal it then asks for."""
    tables: list[AppraisalTable]
    weights: str
    """How the score comes about."""
    notes: list[AppraisalNote]
    signatures: list[Signer]


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


class EquipmentRow(TypedDict):
    """A line of the register of equipment; every text may be empty."""

    number: str
    name: str
    """With the model."""
    place: str
    quantity: str
    maker: str
    made: str
    in_use: str
    serviced: str
    """The last service, or the last battery."""
    service: str
    scrap: str
    holder: str
    state: str
    checked: str
    """The last inspection: its day and what it found."""


class EquipmentLedger(Sheet):
    """equipment_ledger.typ: the register of equipment, by number."""

    narrowed: str
    """What it is narrowed to; empty prints the whole register."""
    counts: list[Fact]
    cut: str
    """A sentence that says which lines are left out; empty when none."""
    rows: list[EquipmentRow]
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


class TargetRow(TypedDict):
    """A kind in a place; ``should`` is empty where nobody said, ``gap`` where nothing is missing."""

    place: str
    kind: str
    unit: str
    should: str
    have: str
    gap: str


class TargetList(Sheet):
    """消防设施器材配备标准与实有对照表 (equipment_targets.typ)."""

    summary: str
    rows: list[TargetRow]
    signatures: list[Signer]


class RecordSection(TypedDict):
    """A part of a record: paragraphs, then a table; either may be empty."""

    title: str
    paragraphs: list[str]
    heads: list[str]
    widths: list[float]
    """Parts of the width, one per head."""
    rows: list[list[str]]


class ActivityRecord(Sheet):
    """activity_record.typ: a drill, a training, a meeting; facts, the kind's sections, photos."""

    number: str
    facts: list[Fact]
    sections: list[RecordSection]
    photos: list[Photo]
    signatures: list[Signer]


class SignInSheet(Sheet):
    """sign_in_sheet.typ: who is asked to come, with room to sign, or who signed when."""

    number: str
    about: str
    """What it is: 秋季学期消防安全培训."""
    facts: list[Fact]
    rows: list[list[str]]
    """Number, name, posts, signature; empty cells are written by hand."""
    total: str
    """应到30人，实到28人; empty on a sheet that is still to be signed."""


class Invitation(Sheet):
    """invitation.typ: a training or a meeting is announced, with the code to sign in by."""

    number: str
    about: str
    facts: list[Fact]
    content: str
    people: str
    """Names of who is asked to come; may be empty."""
    address: str
    """What the square opens."""
    qr: str
    """The square's name among the drawings."""


class ArchiveLine(TypedDict):
    what: str
    count: str
    """How many, or how many of how many: 11 / 13."""
    newest: str
    """YYYY-MM-DD; may be empty."""
    is_missing: bool


class ArchiveItem(TypedDict):
    no: int
    title: str
    is_missing: bool
    lines: list[ArchiveLine]


class ArchiveSection(TypedDict):
    title: str
    complete: int
    """How many of the items lack nothing."""
    items: list[ArchiveItem]


class ArchiveIndex(Sheet):
    """archive_index.typ: the fire archive's cover and what it holds."""

    is_key_unit: bool
    sections: list[ArchiveSection]
    signers: list[str]
    """Two who sign by hand."""


class EvacuationGuide(TypedDict):
    name: str
    stand: str
    deputy: str
    """Empty without one."""


class EvacuationRow(TypedDict):
    """One floor."""

    floor: str
    classes: str
    guides: list[EvacuationGuide]
    """Empty prints （未安排）."""
    route: str
    exits: str
    point: str
    maps: str
    """Rooms whose map was checked this term / all: 3/4."""


class PupilLine(TypedDict):
    """A pupil in need: class and initials, never a name."""

    who: str
    need: str
    helpers: str


class EvacuationPlan(Sheet):
    """疏散引导分工表 of a building."""

    rows: list[EvacuationRow]
    pupils: list[PupilLine]
    signatures: list[Signer]


class HotWorkMeasure(TypedDict):
    text: str
    is_done: bool
    """Ticked in the application."""


class HotWorkItem(TypedDict):
    """An item of the site's checklist; ``answer`` is empty before the work began."""

    text: str
    answer: str


class HotWorkSheet(Sheet):
    """动火审批表 of one permit."""

    number: str
    state: str
    facts: list[Fact]
    measures: list[HotWorkMeasure]
    site: list[HotWorkItem]
    signatures: list[Signer]


class TeamLine(TypedDict):
    name: str
    role: str
    phone: str


class KitLine(TypedDict):
    """A line of the station's kit."""

    group: str
    name: str
    model: str
    expected: str
    present: str
    expires: str
    state: str


class MusterLine(TypedDict):
    at: str
    place: str
    arrived: str
    took: str
    """2分40秒, with （超时） when it took too long."""


class StationSheet(Sheet):
    """微型消防站一览表."""

    facts: list[Fact]
    team: list[TeamLine]
    kit: list[KitLine]
    musters: list[MusterLine]
    signatures: list[Signer]


class ScoreLine(TypedDict):
    """A line of the score table: the head of a capability, an item, the sum of a group or of a
    capability. A sum has ``text``, ``of`` and ``got`` only, a head only ``text``."""

    kind: Literal["head", "item", "group", "capability"]
    group: str
    number: str
    text: str
    veto: bool
    of: str
    got: str
    """不适用, or empty to be filled by hand."""
    evidence: list[str]
    files: list[str]
    basis: list[str]
    """Only clauses in force and verified. Source: product rule 10."""
    how: str
    said: list[str]
    """What people changed or found, and why."""


class VetoLine(TypedDict):
    text: str
    source: str
    """台账 or 现场."""
    verdict: str
    """Empty: to be said by hand."""
    holds: bool
    said: list[str]
    basis: list[str]


class ProblemLine(TypedDict):
    """What fell short; empty texts are filled by hand."""

    number: str
    text: str
    lost: str
    measure: str
    who: str
    due: str
    hazard: str


class LookBackLine(TypedDict):
    """What fell short a quarter ago, and how it stands."""

    number: str
    text: str
    before: str
    now: str
    state: str


class Chart(TypedDict):
    name: str
    """Key in the ``drawings`` given to ``render_pdf``."""
    caption: str


class Comparison(TypedDict):
    """Shares of points by capability and group over quarters, the newest last."""

    heads: list[str]
    rows: list[list[str]]
    charts: list[Chart]


class AssessmentSigner(TypedDict):
    label: str
    name: str
    """Empty where nobody has signed yet."""
    how: str
    """When, and whether on the screen or on paper."""
    signature: Photo | None


class AssessmentPaper(Sheet):
    """assessment.typ: the self-assessment of a quarter; ``version`` is that of the standard."""

    standard: str
    preview: bool
    """The quarter still runs: every page says so."""
    total: str
    grade: str
    sum: str
    """How the total was reached."""
    facts: list[Fact]
    notes: list[str]
    lines: list[ScoreLine]
    of: str
    got: str
    alarm: str
    """Loud above the vetoes when one holds; otherwise empty."""
    vetoes: list[VetoLine]
    problems: list[ProblemLine]
    hazards_note: str
    look_back: list[LookBackLine]
    look_back_note: str
    """Instead of lines, or empty."""
    comparison: Comparison
    team: list[Fact]
    signers: list[AssessmentSigner]


class Drawing(TypedDict):
    """An SVG that the server drew: ``image(name + ".svg")``."""

    name: str
    caption: str


class Statistics(Sheet):
    """statistics.typ: a period in charts, with how long hazards took and what came back."""

    narrowed: str
    """The grid and building; empty for the whole school."""
    summary: list[str]
    calendars: list[Drawing]
    """One after the other, the oldest weeks first."""
    charts: list[Drawing]
    levels: list[list[str]]
    """Level, closed, median days, days that nine of ten took at most, in time / closed."""
    recurring: list[list[str]]
    """Space, category, hazards, closed."""


class LedgerColumn(TypedDict):
    title: str
    width: float
    """Millimetres; together the width of the sheet."""
    is_text: bool
    """Sentences stand at the left, everything short in the middle."""


class LedgerSheet(Sheet):
    """ledger.typ: any ledger, with the columns and rows of its workbook."""

    narrowed: str
    """What it is narrowed to; empty prints the whole ledger."""
    size: float
    """Type in points; smaller where many columns share the sheet."""
    columns: list[LedgerColumn]
    rows: list[list[str]]
    signatures: list[Signer]
