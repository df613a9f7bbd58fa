"""Who is who in the demonstration house."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.seed.draw import Draw
from app.seed.words import EUROPEANS, GIVEN, SURNAMES
from domain.account import Account, IdentityLevel
from domain.localized import Locale
from domain.money import Currency
from domain.viewer import AccountId, Role

SELLERS = 60


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whose address is the same in every seed."""

    email: str
    name: str
    role: Role
    locale: Locale
    currency: Currency
    jurisdiction: str


FIRST_KNOWN = (
    Known("lin@cercle.example", "Lin Jia 林佳", Role.CUSTOMER, Locale.ZH, Currency.CNY, "CN"),
    Known("camille@cercle.example", "Camille Morvan", Role.CUSTOMER, Locale.EN, Currency.EUR, "FR"),
    Known("appraiser@cercle.example", "Shen Mingzhe 沈明哲", Role.APPRAISER, Locale.ZH, Currency.CNY, "CN"),
    Known("support@cercle.example", "Gu Ruolan 顾若兰", Role.SUPPORT, Locale.ZH, Currency.CNY, "CN"),
    Known("finance@cercle.example", "Tang Siyuan 唐思远", Role.FINANCE, Locale.ZH, Currency.CNY, "CN"),
    Known("shop@cercle.example", "Élise Garnaud", Role.SHOP_ASSOCIATE, Locale.EN, Currency.EUR, "FR"),
    Known("merchandiser@cercle.example", "Xu Wanqing 徐婉清", Role.MERCHANDISER, Locale.ZH, Currency.CNY, "CN"),
    Known("admin@cercle.example", "Jonas Ackerholt", Role.ADMIN, Locale.EN, Currency.EUR, "FR"),
    Known("second.appraiser@cercle.example", "Maud Verlinck", Role.APPRAISER, Locale.EN, Currency.EUR, "FR"),
    Known("senior.appraiser@cercle.example", "Hu Yanqing 胡砚清", Role.APPRAISER, Locale.ZH, Currency.CNY, "CN"),
)
OF_JOURNEYS = (
    Known("supplier@cercle.example", "Marisol Vega", Role.SUPPLIER, Locale.EN, Currency.EUR, "ES"),
    Known("partner@cercle.example", "Relais Amarante", Role.PARTNER, Locale.EN, Currency.EUR, "FR"),
    Known("medical@cercle.example", "Dr. Anneke Brandt", Role.MEDICAL, Locale.EN, Currency.EUR, "CH"),
)
KNOWN = (*FIRST_KNOWN, *OF_JOURNEYS)


def people(draw: Draw) -> Iterator[Account]:
    """The known ones, then members who sold pieces before."""
    for one in FIRST_KNOWN:
        yield account(draw, one)
    for number in range(1, SELLERS + 1):
        chinese = draw.chance(70)
        surname, given = draw.one(SURNAMES), draw.one(GIVEN)
        name = f"{surname.en} {given.en} {surname.zh}{given.zh}" if chinese else draw.one(EUROPEANS)
        locale, currency, where = (
            (Locale.ZH, Currency.CNY, "CN") if chinese else (Locale.EN, Currency.EUR, draw.one(("FR", "IT", "DE")))
        )
        email = f"member{number:03}@members.cercle.example"
        yield account(draw, Known(email, name, Role.CUSTOMER, locale, currency, where))
    # By chance of their own, so that those before them stay who they are.
    later = Draw(len(KNOWN))
    for one in OF_JOURNEYS:
        yield account(later, one)


def account(draw: Draw, who: Known) -> Account:
    created_at = draw.moment(1_000, 760)
    return Account(
        id=AccountId(draw.id(created_at)),
        email=who.email,
        name=who.name,
        roles=(who.role,),
        identity_level=IdentityLevel.VERIFIED,
        locale=who.locale,
        currency=who.currency,
        jurisdiction=who.jurisdiction,
        created_at=created_at,
    )
