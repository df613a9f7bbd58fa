"""A category with a grading standard, something to judge, and the words to do it with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.account import Account
from domain.catalogue import Brand, BrandId, BrandKind, Category, CategoryId, Product, ProductId, ProductKind
from domain.consignment import Consignment, ConsignmentId, ConsignmentState, Photo, Route
from domain.localized import Localized
from domain.money import Currency, Money
from domain.viewer import Role, Viewer
from schema.ids import decode_id, encode_id
from tests.support.api import Answer, Api
from tests.support.people import EUR, People, euros

ERRORS = "... on UserError { __typename code message path }"

PUBLISH = f"""
mutation ($input: GradingStandardPublishInput!) {{
  gradingStandardPublish(input: $input) {{ ... on GradingStandard {{ id version }} {ERRORS} }}
}}
"""
APPOINT = f"""
mutation ($input: AppraiserAppointInput!) {{
  appraiserAppoint(input: $input) {{ ... on Appraiser {{ id version }} {ERRORS} }}
}}
"""
OPEN = f"""
mutation ($input: AppraisalOpenInput!) {{
  appraisalOpen(input: $input) {{ ... on Appraisal {{ id state standardVersion }} {ERRORS} }}
}}
"""
TAKE = f"""
mutation ($input: AppraisalTakeInput!) {{
  appraisalTake(input: $input) {{ ... on Appraisal {{ id state round needs }} {ERRORS} }}
}}
"""
CONCLUDE = f"""
mutation ($input: AppraisalConcludeInput!) {{
  appraisalConclude(input: $input) {{
    ... on Appraisal {{
      id state round needs verdict grade piece {{ id }}
      valueLow {{ amount currencyCode }} valueHigh {{ amount }}
      certificate {{ id code state }}
    }}
    ... on ChecklistIncomplete {{ missing }}
    ... on DeviationUnexplained {{ computed chosen }}
    {ERRORS}
  }}
}}
"""


def text(value: str) -> dict[str, str]:
    return {"en": value, "zh": f"{value}（中）"}


STANDARD: dict[str, Any] = {
    "title": text("Handbags"),
    "criteria": [
        {"code": "outside", "name": text("Outside"), "weightBps": 6_000},
        {"code": "inside", "name": text("Inside"), "weightBps": 4_000},
    ],
    "checklist": [
        {
            "code": "corners",
            "criterion": "outside",
            "question": text("Corners"),
            "deductions": [
                {"severity": "LIGHT", "points": 10, "atBest": "EXCELLENT"},
                {"severity": "HEAVY", "points": 60, "atBest": "GOOD"},
            ],
        },
        {
            "code": "lining",
            "criterion": "inside",
            "question": text("Lining"),
            "deductions": [{"severity": "VISIBLE", "points": 30}],
        },
        {
            "code": "strap",
            "criterion": "outside",
            "question": text("Strap"),
            "deductions": [{"severity": "LIGHT", "points": 5}],
            "optional": True,
        },
    ],
    "marks": [{"code": "stamp", "question": text("Stamp")}],
    "measurements": [{"code": "width", "name": text("Width"), "unit": "MILLIMETRE", "instrument": "calliper"}],
    "bands": [
        {"grade": "PRISTINE", "fromScoreBps": 9_500},
        {"grade": "EXCELLENT", "fromScoreBps": 8_500},
        {"grade": "GOOD", "fromScoreBps": 5_000},
        {"grade": "FAIR", "fromScoreBps": 0},
    ],
}


@dataclass(frozen=True)
class Shelf:
    """What there is to recognise."""

    category: Category
    brand: Brand
    product: Product


async def stock(work: Any, viewer: Viewer, command: Shelf, *, now: datetime) -> CategoryId:
    await work.categories.add(command.category)
    await work.brands.add(command.brand)
    await work.products.add(command.product)
    return command.category.id


@dataclass(frozen=True)
class Arrival:
    consignment: Consignment


async def arrive(work: Any, viewer: Viewer, command: Arrival, *, now: datetime) -> UUID:
    await work.consignments.add(command.consignment)
    return command.consignment.id


class Workshop:
    """Where things are judged: one category with a standard, one product, an admin and a counter."""

    def __init__(self, api: Api, people: People) -> None:
        self.api = api
        self.people = people

    async def open(self, *, standard: bool = True) -> "Workshop":
        self.admin = await self.people.staff(Role.ADMIN)
        self.desk = await self.people.staff(Role.SUPPORT)
        self.shelf = shelf()
        await self.people.run(stock, self.shelf)
        if standard:
            published = await self.publish(self.admin)
            assert published["gradingStandardPublish"]["version"] == 1
        return self

    @property
    def category_id(self) -> str:
        return encode_id("Category", self.shelf.category.id)

    @property
    def product_id(self) -> str:
        return encode_id("Product", self.shelf.product.id)

    async def publish(self, person: Account, **changed: Any) -> Answer:
        return await self.api(person, PUBLISH, input={**STANDARD, "categoryId": self.category_id, **changed})

    async def appoint(self, person: Account, rank: str = "APPRAISER", capacity: int = 20, **changed: Any) -> str:
        """Make somebody an appraiser of the category; answers with the id of the appraiser."""
        now = datetime.now(UTC)
        qualification = {
            "categoryId": self.category_id,
            "rank": rank,
            "validFrom": (now - timedelta(days=30)).isoformat(),
            "validUntil": (now + timedelta(days=300)).isoformat(),
            **changed,
        }
        given = {
            "accountId": encode_id("Account", person.id),
            "dailyCapacity": capacity,
            "qualifications": [qualification],
        }
        appointed = await self.api(self.admin, APPOINT, input=given)
        return str(appointed["appraiserAppoint"]["id"])

    async def appraiser(self, rank: str = "APPRAISER", capacity: int = 20) -> Account:
        person = await self.people.staff(Role.APPRAISER)
        await self.appoint(person, rank, capacity)
        return person

    async def consignment(self, seller: Account, asking: Money | None = None) -> str:
        """A consignment that has arrived; its id."""
        now = datetime.now(UTC)
        consignment = Consignment(
            id=ConsignmentId(uuid4()),
            code=f"CO-{uuid4().hex[:8]}",
            seller=seller.id,
            route=Route.ONLINE,
            state=ConsignmentState.RECEIVED,
            brand="Maison Aubrac",
            category_id=self.shelf.category.id,
            title="Satchel",
            description="Bought in Lyon.",
            photos=(Photo(url="https://pictures.example.com/satchel.jpg"),),
            currency=Currency.EUR,
            asking_price=euros(2_000) if asking is None else asking,
            created_at=now,
            state_since=now,
            received_at=now,
        )
        await self.people.run(arrive, Arrival(consignment))
        return encode_id("Consignment", consignment.id)

    async def given_back(self, seller: Account) -> None:
        """The seller changes their mind about the one thing that the house has of theirs, and gets it back."""
        found = await self.api(seller, "{ consignments(first: 1) { nodes { id } } }")
        named = {"consignmentId": found["consignments"]["nodes"][0]["id"]}
        withdraw = "mutation ($input: ConsignmentWithdrawInput!) { consignmentWithdraw(input: $input) { __typename } }"
        assert (await self.api(seller, withdraw, input=named))["consignmentWithdraw"]["__typename"] == "Consignment"
        handed = "mutation ($input: ConsignmentReturnInput!) { consignmentReturn(input: $input) { __typename } }"
        returned = await self.api(self.desk, handed, input={**named, "handedTo": "Lin Wei"})
        assert returned["consignmentReturn"]["__typename"] == "Consignment"

    async def opened(self, seller: Account, asking: Money | None = None) -> str:
        """An appraisal that waits; its id."""
        opened = await self.api(self.desk, OPEN, input={"consignmentId": await self.consignment(seller, asking)})
        return str(opened["appraisalOpen"]["id"])

    async def take(self, appraiser: Account, **given: Any) -> dict[str, Any]:
        return dict((await self.api(appraiser, TAKE, input=given))["appraisalTake"])

    def authentic(self, appraisal_id: str, **changed: Any) -> dict[str, Any]:
        """The input of an opinion that all is well, 1,800 to 2,200 euros."""
        return {
            "appraisalId": appraisal_id,
            "verdict": "AUTHENTIC",
            "answers": [{"item": "corners", "severity": "NONE"}, {"item": "lining", "severity": "NONE"}],
            "marks": [{"mark": "stamp", "result": "PASS"}],
            "measurements": [{"code": "width", "value": "245.5", "unit": "MILLIMETRE", "instrument": "Mitutoyo 500"}],
            "condition": text("As new"),
            "valueLow": {"amount": "1800.00", "currencyCode": "EUR"},
            "valueHigh": {"amount": "2200.00", "currencyCode": "EUR"},
            "productId": self.product_id,
            "serial": f"SN{uuid4().hex[:8]}",
            **changed,
        }

    def counterfeit(self, appraisal_id: str, **changed: Any) -> dict[str, Any]:
        return {
            "appraisalId": appraisal_id,
            "verdict": "COUNTERFEIT",
            "findings": "The stamp is printed, not pressed.",
            "marks": [{"mark": "stamp", "result": "FAIL"}],
            "evidence": [{"url": "https://pictures.example.com/stamp.jpg"}],
            **changed,
        }

    async def conclude(self, appraiser: Account, given: dict[str, Any], **more: Any) -> dict[str, Any]:
        return dict((await self.api(appraiser, CONCLUDE, input=given, **more))["appraisalConclude"])

    async def judged(self, appraiser: Account, seller: Account, **changed: Any) -> dict[str, Any]:
        """Open, take and conclude one thing as authentic."""
        appraisal_id = await self.opened(seller)
        taken = await self.take(appraiser)
        assert taken["id"] == appraisal_id
        return await self.conclude(appraiser, self.authentic(appraisal_id, **changed))


def shelf() -> Shelf:
    now = datetime.now(UTC)
    category_id, brand_id = CategoryId(uuid4()), BrandId(uuid4())
    tag = category_id.hex[:12]
    return Shelf(
        category=Category(
            id=category_id,
            parent_id=None,
            path=(category_id,),
            slug=f"handbags-{tag}",
            name=Localized("Handbags", "手袋"),
            attributes=(),
            position=1,
        ),
        brand=Brand(
            id=brand_id,
            slug=f"maison-aubrac-{tag}",
            kind=BrandKind.MAISON,
            name=Localized("Maison Aubrac", "奥布拉克"),
            country="FR",
            story=None,
            aliases=(),
        ),
        product=Product(
            id=ProductId(uuid4()),
            slug=f"satchel-{tag}",
            kind=ProductKind.GOODS,
            brand_id=brand_id,
            category_id=category_id,
            collection_id=None,
            name=Localized("Satchel", "剑桥包"),
            reference="MA-27",
            story=None,
            attributes=(),
            options=(),
            reference_price_new=None,
            reference_source=None,
            reference_as_of=None,
            media=(),
            created_at=now,
        ),
    )


def uuid_of(global_id: str) -> UUID:
    return decode_id(global_id)[1]


__all__ = ["EUR", "Workshop", "text", "uuid_of"]
