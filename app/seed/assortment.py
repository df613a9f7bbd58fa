"""Brands, categories, collections and models of the demonstration house."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.seed.categories import ROOTS, CategoryWord
from app.seed.draw import TODAY, Draw, priced
from app.seed.words import BRANDS, COLOURS, MODELS, BrandWord
from domain.attribute import (
    AttributeDefinition,
    AttributeKind,
    AttributeValue,
    Choice,
    OptionDefinition,
    check_definitions,
    check_values,
)
from domain.catalogue import (
    Brand,
    BrandId,
    Category,
    CategoryId,
    Collection,
    CollectionId,
    Product,
    ProductId,
    ProductKind,
    Season,
    definitions,
)
from domain.localized import Localized
from domain.media import Media, MediaRole
from domain.money import Currency
from domain.price import ReferenceSource

CURRENCIES = (Currency.CNY,) * 9 + (Currency.EUR,) * 5 + (Currency.HKD,) * 3 + (Currency.USD,) * 2 + (Currency.JPY,)
DOCUMENTED_PERCENT = 80
NUMBERS = {
    "width": (18, 44),
    "height": (12, 34),
    "strap_length": (50, 120),
    "case_diameter": (28, 44),
    "water_resistance": (30, 300),
    "carats": (1, 9),
    "heel_height": (5, 105),
    "days": (3, 21),
}
LININGS = ("Silk twill", "Cupro", "Cotton", "Unlined")


@dataclass(frozen=True, slots=True)
class Place:
    """A category where products lie, with its line from the root and the words that made it."""

    root: str
    word: CategoryWord
    line: tuple[Category, ...]

    @property
    def category(self) -> Category:
        return self.line[-1]

    @property
    def asked(self) -> tuple[AttributeDefinition, ...]:
        return definitions(self.line)


@dataclass(frozen=True, slots=True)
class Model:
    """A product with what stock is made from it: where it lies and what it is worth new."""

    product: Product
    brand: Brand
    place: Place
    yuan: int
    currency: Currency


def places(draw: Draw) -> Iterator[Place]:
    """Every category, parents first."""
    for position, word in enumerate(ROOTS):
        yield from below(draw, word.slug, word, (), position)


def below(draw: Draw, root: str, word: CategoryWord, above: tuple[Category, ...], position: int) -> Iterator[Place]:
    check_definitions(word.attributes, definitions(above))
    category_id = CategoryId(draw.id(TODAY - timedelta(days=1_000)))
    category = Category(
        id=category_id,
        parent_id=above[-1].id if above else None,
        path=(*(one.id for one in above), category_id),
        slug=word.slug,
        name=word.name,
        attributes=word.attributes,
        position=position,
    )
    line = (*above, category)
    yield Place(root, word, line)
    for place, child in enumerate(word.below):
        yield from below(draw, root, child, line, place)


def brand(draw: Draw, word: BrandWord) -> Brand:
    return Brand(
        id=BrandId(draw.id(TODAY - timedelta(days=1_000))),
        slug=word.slug,
        kind=word.kind,
        name=word.name,
        country=word.country,
        story=Localized(
            f"{word.name.en} has made {word.lines[0]} by hand since {draw.between(1846, 2014)}.",
            f"{word.name.zh}自{draw.between(1846, 2014)}年起坚持手工制作。",
        ),
        aliases=(word.alias,),
    )


def collections(draw: Draw, owner: Brand) -> Iterator[Collection]:
    """The icons, and two seasons."""
    icons = Localized(f"{owner.name.en} Icons", f"{owner.name.zh}经典")
    yield collection(draw, owner, "icons", icons, Season.PERMANENT, None)
    for season, en, zh in (
        (Season.SPRING_SUMMER, "Spring–Summer", "春夏"),
        (Season.AUTUMN_WINTER, "Autumn–Winter", "秋冬"),
    ):
        name = Localized(f"{en} 2026", f"二〇二六{zh}")
        yield collection(draw, owner, f"{season.lower().replace('_', '-')}-2026", name, season, 2026)


def collection(draw: Draw, owner: Brand, slug: str, name: Localized, season: Season, year: int | None) -> Collection:
    return Collection(
        id=CollectionId(draw.id(TODAY - timedelta(days=900))),
        brand_id=owner.id,
        slug=f"{owner.slug}-{slug}",
        name=name,
        season=season,
        year=year,
    )


def models(
    draw: Draw, brands: dict[str, Brand], shown: dict[BrandId, list[Collection]], tree: list[Place], wanted: int
) -> Iterator[Model]:
    """As many models as wanted, spread over the brands by what each of them makes."""
    leaves: dict[str, list[Place]] = {}
    for place in tree:
        if not place.word.below:
            leaves.setdefault(place.root, []).append(place)
    for number in range(wanted):
        word = BRANDS[number % len(BRANDS)]
        place = draw.one(leaves[draw.one(word.lines)])
        yield model(draw, word, brands[word.slug], shown[brands[word.slug].id], place, number)


def model(draw: Draw, word: BrandWord, owner: Brand, shown: list[Collection], place: Place, number: int) -> Model:
    called = MODELS[(number * 7 + number // len(BRANDS)) % len(MODELS)]
    size = draw.one((("Petit", "小号"), ("", ""), ("", ""), ("Grand", "大号")))
    name = Localized(
        " ".join(part for part in (called.en, size[0], place.word.form.en) if part),
        f"{called.zh}{size[1]}{place.word.form.zh}",
    )
    service = place.root == "services"
    yuan = place.word.base * word.tier * draw.between(70, 150) // 10_000
    currency = draw.one(CURRENCIES)
    documented = not service and draw.chance(DOCUMENTED_PERCENT)
    created_at = draw.moment(820, 740)
    product = Product(
        id=ProductId(draw.id(created_at)),
        slug=f"{word.slug}-{place.word.slug}-{number + 1}",
        kind=ProductKind.SERVICE if service else ProductKind.GOODS,
        brand_id=owner.id,
        category_id=place.category.id,
        collection_id=draw.one(shown).id if draw.chance(60) else None,
        name=name,
        reference=f"{word.slug[:2].upper()}-{draw.between(1000, 9999)}.{number % 90 + 10}",
        story=story(owner, called, place),
        attributes=check_values(tuple(values(draw, place.asked)), place.asked),
        options=() if service or place.root in ("watches", "jewellery") else (colours(draw),),
        reference_price_new=priced(yuan, currency) if documented else None,
        reference_source=draw.one(tuple(ReferenceSource)) if documented else None,
        reference_as_of=date(2026, draw.between(1, 10), draw.between(1, 28)) if documented else None,
        media=pictures(draw, place.root, name),
        created_at=created_at,
    )
    return Model(product, owner, place, yuan, currency)


def story(owner: Brand, called: Localized, place: Place) -> Localized:
    return Localized(
        f"{called.en} is drawn freehand, cut once and put together by one pair of hands at {owner.name.en}. "
        f"It belongs to those {place.word.name.en.lower()} that grow better with their owners.",
        f"「{called.zh}」由{owner.name.zh}的匠人一笔绘就、一次裁成、一人完成，是愈用愈好的{place.word.name.zh}。",
    )


def values(draw: Draw, asked: tuple[AttributeDefinition, ...]) -> Iterator[AttributeValue]:
    for definition in asked:
        if not definition.required and draw.chance(15):
            continue
        match definition.kind:
            case AttributeKind.NUMBER:
                yield AttributeValue(definition.code, str(draw.between(*NUMBERS[definition.code])))
            case AttributeKind.CHOICE:
                yield AttributeValue(definition.code, draw.one(definition.choices).code)
            case AttributeKind.BOOLEAN:
                yield AttributeValue(definition.code, "true" if draw.chance(20) else "false")
            case AttributeKind.TEXT:
                yield AttributeValue(definition.code, draw.one(LININGS))


def colours(draw: Draw) -> OptionDefinition:
    start = draw.between(0, len(COLOURS) - 3)
    chosen = list(COLOURS.items())[start : start + 3]
    return OptionDefinition("colour", Localized("Colour", "颜色"), tuple(Choice(code, name) for code, name in chosen))


def pictures(draw: Draw, root: str, name: Localized) -> tuple[Media, ...]:
    first = draw.between(0, 71)
    roles = (MediaRole.IMAGE, MediaRole.IMAGE, MediaRole.DETAIL)
    return tuple(
        Media(f"placeholder/{root}-{(first + turn * 8) % 72}.svg", role, "image/svg+xml", name)
        for turn, role in enumerate(roles)
    )
