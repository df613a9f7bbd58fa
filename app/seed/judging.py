"""How a seeded house judges: one grading standard for each kind of goods, and the appraisers who apply it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from app.seed.draw import TODAY
from domain.account import Account
from domain.appraiser import Appraiser, AppraiserId, Qualification, Rank
from domain.catalogue import Category
from domain.grading import (
    Band,
    ChecklistItem,
    Criterion,
    Deduction,
    GradingStandard,
    GradingStandardId,
    Limit,
    Mark,
    MeasurementRule,
    MeasureUnit,
    PublishStandard,
    Severity,
    check_standard,
)
from domain.localized import Localized
from domain.piece import Grade
from domain.viewer import Role

T = Localized
LIGHT, VISIBLE, HEAVY = Severity.LIGHT, Severity.VISIBLE, Severity.HEAVY
DAILY_CAPACITY = 40

BANDS = (
    Band(Grade.NEW, 9_950),
    Band(Grade.PRISTINE, 9_500),
    Band(Grade.EXCELLENT, 8_700),
    Band(Grade.VERY_GOOD, 7_500),
    Band(Grade.GOOD, 5_500),
    Band(Grade.FAIR, 0),
)
WEAR = (Deduction(LIGHT, 4, Grade.PRISTINE), Deduction(VISIBLE, 15, Grade.EXCELLENT), Deduction(HEAVY, 45, Grade.GOOD))
SURFACE = (Deduction(LIGHT, 8), Deduction(VISIBLE, 22), Deduction(HEAVY, 50, Grade.GOOD))
STRUCTURE = (
    Deduction(LIGHT, 12),
    Deduction(VISIBLE, 35, Grade.VERY_GOOD),
    Deduction(HEAVY, 80, Grade.FAIR),
)
PARTS = (Deduction(LIGHT, 5), Deduction(VISIBLE, 10), Deduction(HEAVY, 20))


@dataclass(frozen=True, slots=True)
class Side:
    """A criterion with its questions: code, English, Chinese, and what findings cost."""

    criterion: Criterion
    questions: tuple[tuple[str, str, str, tuple[Deduction, ...]], ...]


def side(code: str, en: str, zh: str, weight_bps: int, *questions: tuple[str, str, str, tuple[Deduction, ...]]) -> Side:
    return Side(Criterion(code, T(en, zh), weight_bps), questions)


@dataclass(frozen=True, slots=True)
class Judging:
    """What is looked at in one kind of goods; `marks` and `measures` are code, English, Chinese and the rest."""

    sides: tuple[Side, ...]
    marks: tuple[tuple[str, str, str], ...]
    measures: tuple[tuple[str, str, str, MeasureUnit, str], ...]


MM, GRAM, CARAT, PACE = MeasureUnit.MILLIMETRE, MeasureUnit.GRAM, MeasureUnit.CARAT, MeasureUnit.SECOND_PER_DAY
COMPLETE = side(
    "completeness",
    "What belongs to it",
    "附件",
    1_000,
    ("papers", "Box, papers and small parts are missing", "缺少包装、证书或配件", PARTS),
)

JUDGING: dict[str, Judging] = {
    "bags": Judging(
        (
            side(
                "outside",
                "Outside",
                "外观",
                4_500,
                ("wear", "Signs of wear at all", "使用痕迹", WEAR),
                ("corners", "Corners and edges", "边角", SURFACE),
                ("leather", "Scratches, stains and fading", "划痕、污渍与褪色", SURFACE),
            ),
            side(
                "shape",
                "Shape and seams",
                "版型与缝线",
                2_500,
                ("seams", "Open seams, lost shape", "开线或变形", STRUCTURE),
            ),
            side(
                "inside",
                "Inside",
                "内里",
                2_000,
                ("lining", "Lining: stains, tears", "内衬污渍或破损", SURFACE),
                ("smell", "Smell", "气味", SURFACE),
            ),
            COMPLETE,
        ),
        (
            ("stitching", "Stitching: count, slant and thread", "缝线针数、斜度与用线"),
            ("stamp", "Stamp: depth, font and place", "烙印深浅、字体与位置"),
            ("hardware", "Hardware: weight, engraving, plating", "五金重量、刻字与镀层"),
            ("serial", "Serial or date code fits the model", "序列号与款式相符"),
        ),
        (("width", "Width", "宽", MM, "steel rule"), ("weight", "Weight", "重量", GRAM, "scale")),
    ),
    "watches": Judging(
        (
            side(
                "case",
                "Case and crystal",
                "表壳与表镜",
                4_000,
                ("wear", "Signs of wear at all", "使用痕迹", WEAR),
                ("scratches", "Scratches and dents", "划痕与磕碰", SURFACE),
                ("polish", "Polished over its lines", "过度抛光", STRUCTURE),
            ),
            side(
                "dial",
                "Dial and hands",
                "表盘与指针",
                2_000,
                ("dial", "Spots, refinishing, lume", "斑点、翻新或夜光", SURFACE),
            ),
            side(
                "movement", "Movement", "机芯", 3_000, ("running", "Runs outside its tolerance", "走时超差", STRUCTURE)
            ),
            COMPLETE,
        ),
        (
            ("movement", "Movement: calibre, finish, engraving", "机芯型号、打磨与刻字"),
            ("serial", "Serial on case and papers agree", "表壳与证书编号一致"),
            ("dial_print", "Dial print under the loupe", "放大镜下的表盘印刷"),
        ),
        (("diameter", "Case diameter", "表径", MM, "calliper"), ("pace", "Deviation", "日差", PACE, "timegrapher")),
    ),
    "jewellery": Judging(
        (
            side(
                "metal",
                "Metal",
                "金属",
                4_500,
                ("wear", "Signs of wear at all", "使用痕迹", WEAR),
                ("scratches", "Scratches and dents", "划痕与变形", SURFACE),
            ),
            side(
                "stones",
                "Stones and setting",
                "宝石与镶嵌",
                4_500,
                ("setting", "Loose or chipped stones", "松动或破损", STRUCTURE),
            ),
            COMPLETE,
        ),
        (
            ("hallmark", "Hallmark and maker's mark", "成色与制造商印记"),
            ("stones", "Stones under the microscope", "显微镜下的宝石"),
        ),
        (("weight", "Weight", "重量", GRAM, "scale"), ("carats", "Carats", "克拉", CARAT, "gem scale")),
    ),
    "clothing": Judging(
        (
            side(
                "fabric",
                "Fabric",
                "面料",
                6_000,
                ("wear", "Signs of wear at all", "使用痕迹", WEAR),
                ("stains", "Stains, pilling, moth", "污渍、起球、虫蛀", SURFACE),
            ),
            side("making", "Making", "做工", 3_000, ("seams", "Open seams, altered fit", "开线或改动", STRUCTURE)),
            COMPLETE,
        ),
        (("label", "Label and care tag", "领标与洗标"), ("making", "Seams and finish of the house", "品牌工艺特征")),
        (("chest", "Chest, lying flat", "平铺胸围", MM, "tape"),),
    ),
    "shoes": Judging(
        (
            side(
                "upper",
                "Upper",
                "鞋面",
                5_000,
                ("wear", "Signs of wear at all", "使用痕迹", WEAR),
                ("creases", "Creases, scuffs", "折痕与磨损", SURFACE),
            ),
            side("sole", "Sole and heel", "鞋底与鞋跟", 4_000, ("sole", "Worn sole or heel", "鞋底磨损", STRUCTURE)),
            COMPLETE,
        ),
        (("stamp", "Stamp inside", "鞋内烙印"), ("making", "Welt, stitching, last", "沿条、缝线与楦型")),
        (("insole", "Length of the insole", "内长", MM, "rule"),),
    ),
    "accessories": Judging(
        (
            side(
                "surface",
                "Surface",
                "表面",
                9_000,
                ("wear", "Signs of wear at all", "使用痕迹", WEAR),
                ("damage", "Stains, tears, scratches", "污渍、破损、划痕", SURFACE),
            ),
            COMPLETE,
        ),
        (("mark", "Mark and label of the house", "品牌标识"),),
        (("length", "Length", "长", MM, "tape"),),
    ),
    "home": Judging(
        (
            side(
                "surface",
                "Surface",
                "表面",
                9_000,
                ("wear", "Signs of use at all", "使用痕迹", WEAR),
                ("chips", "Chips, cracks, repairs", "磕碰、裂纹、修补", STRUCTURE),
            ),
            COMPLETE,
        ),
        (("mark", "Mark of the maker", "制造商款识"),),
        (("height", "Height", "高", MM, "rule"),),
    ),
}
"""By the slug of the category at the root."""

LIMITS = {
    "pace": (
        Limit("running", LIGHT, above=Decimal(8)),
        Limit("running", VISIBLE, above=Decimal(20)),
        Limit("running", HEAVY, above=Decimal(60)),
    ),
}
"""What a measurement speaks for, by its code."""

RANKS: dict[str, dict[str, Rank]] = {
    "appraiser@cercle.example": dict.fromkeys(JUDGING, Rank.APPRAISER) | {"watches": Rank.SENIOR},
    "second.appraiser@cercle.example": dict.fromkeys(JUDGING, Rank.APPRAISER) | {"bags": Rank.SENIOR},
    "senior.appraiser@cercle.example": dict.fromkeys(JUDGING, Rank.SENIOR),
}
"""Who judges what; a senior decides where the other two disagree."""


def standards(roots: Iterable[Category]) -> Iterator[GradingStandard]:
    """The first version for every kind of goods; what lies below a root is judged like it."""
    for root in roots:
        if root.slug in JUDGING:
            yield standard(root, JUDGING[root.slug])


def standard(root: Category, by: Judging) -> GradingStandard:
    said = PublishStandard(
        category_id=root.id,
        title=root.name,
        criteria=tuple(one.criterion for one in by.sides),
        checklist=tuple(
            ChecklistItem(code, one.criterion.code, T(en, zh), costs)
            for one in by.sides
            for code, en, zh, costs in one.questions
        ),
        marks=tuple(Mark(code, T(en, zh)) for code, en, zh in by.marks),
        measurements=tuple(
            MeasurementRule(code, T(en, zh), unit, instrument, limits=LIMITS.get(code, ()))
            for code, en, zh, unit, instrument in by.measures
        ),
        bands=BANDS,
    )
    check_standard(said)
    return GradingStandard(
        id=GradingStandardId(uuid5(NAMESPACE_URL, f"grading/{root.id}/1")),
        category_id=root.id,
        version=1,
        title=said.title,
        criteria=said.criteria,
        checklist=said.checklist,
        marks=said.marks,
        measurements=said.measurements,
        bands=said.bands,
        published_by=None,
        published_at=TODAY - timedelta(days=900),
    )


def appraisers(everybody: Iterable[Account], roots: Iterable[Category]) -> Iterator[Appraiser]:
    """The appraisers among the known, qualified for years to come."""
    places = {root.slug: root.id for root in roots}
    for person in everybody:
        if Role.APPRAISER in person.roles and person.email in RANKS:
            yield Appraiser(
                id=AppraiserId(uuid5(NAMESPACE_URL, f"appraiser/{person.id}")),
                account_id=person.id,
                daily_capacity=DAILY_CAPACITY,
                active=True,
                qualifications=tuple(
                    Qualification(places[slug], rank, TODAY - timedelta(days=900), TODAY + timedelta(days=1_800))
                    for slug, rank in RANKS[person.email].items()
                ),
                appointed_at=TODAY - timedelta(days=900),
            )
