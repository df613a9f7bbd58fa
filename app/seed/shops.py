"""The club shops of the demonstration house, and who works there."""

from collections.abc import Iterable, Iterator
from datetime import time, timedelta
from uuid import NAMESPACE_URL, uuid5

from app.seed.draw import TODAY
from domain.account import Account
from domain.associate import Associate, AssociateId
from domain.localized import Localized
from domain.shop import Address, ClubShop, OpeningHours, Purpose, ShopId, ShopService
from domain.viewer import Role

OPENED_DAYS_AGO = 700
SERVICES = tuple(ShopService(purpose, capacity=2) for purpose in Purpose)
HOURS = tuple(OpeningHours(weekday, time(10), time(19)) for weekday in range(2, 8))

PLACES = (
    ("paris-marais", Localized("Cercle Marais", "Cercle 玛黑"), Address("14 rue Sorel", "Paris", "75003", "FR")),
    ("shanghai-jingan", Localized("Cercle Jing’an", "Cercle 静安"), Address("南汐路 88 号", "上海", "200040", "CN")),
)
ZONES = {"FR": "Europe/Paris", "CN": "Asia/Shanghai"}


def shops() -> Iterator[ClubShop]:
    for slug, name, address in PLACES:
        yield ClubShop(
            id=ShopId(uuid5(NAMESPACE_URL, f"cercle/seed/shop/{slug}")),
            slug=slug,
            name=name,
            address=address,
            time_zone=ZONES[address.country],
            hours=HOURS,
            services=SERVICES,
            slot_minutes=30,
            active=True,
            created_at=TODAY - timedelta(days=OPENED_DAYS_AGO),
        )


def associates(everybody: Iterable[Account], open_: Iterable[ClubShop]) -> Iterator[Associate]:
    """Associates work in the shop of the country that they live in."""
    people = list(everybody)
    admin = next(one for one in people if Role.ADMIN in one.roles)
    at = {shop.address.country: shop.id for shop in open_}
    for one in people:
        if Role.SHOP_ASSOCIATE in one.roles:
            yield Associate(
                id=AssociateId(uuid5(NAMESPACE_URL, f"cercle/seed/associate/{one.email}")),
                shop_id=at[one.jurisdiction],
                account_id=one.id,
                appointed_by=admin.id,
                since=one.created_at,
            )
