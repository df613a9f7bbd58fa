"""Consigned pieces for tests: appraised ones made at once, sold ones through the verbs of their buyers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.house import House
from domain import cart, markdown, order, piece, settlement
from domain import contract as contracts
from domain.account import Account
from domain.appraisal import Appraisal, AppraisalId, AppraisalPurpose, AppraisalState, Verdict
from domain.appraiser import Rank
from domain.cart import AddToCart
from domain.catalogue import (
    Brand,
    BrandId,
    BrandKind,
    Category,
    CategoryId,
    Product,
    ProductId,
    ProductKind,
)
from domain.consignment import Consignment, ConsignmentId, ConsignmentState, Photo, Route, SettlementMode, handback
from domain.consignment import shelf as consignment_shelf
from domain.contract import Contract
from domain.grading import Band, Criterion, GradingStandard, GradingStandardId
from domain.listing import ListingId
from domain.localized import Localized
from domain.markdown import MarkdownId
from domain.money import Currency, Money
from domain.order import deliver
from domain.order.noun import Address, Delivery, Order
from domain.order.place import PlaceOrder
from domain.order.quote import Wish
from domain.piece import Grade
from domain.policy import AppraisalTerms, DeliveryMethod
from domain.settlement import Settlement, SettlementId
from domain.viewer import HOUSE, AccountId, Role, Viewer
from tests.support.people import People

BAG = Localized("Bag", "手袋")
HOME = Address("Lin Wei", "+33 1 00 00", "FR", "", "Paris", "75001", "1 rue de la Paix")


@dataclass(frozen=True)
class Stage:
    """An appraised piece of this seller's, as the appraisers left it."""

    seller: Account
    value: Money
    grade: Grade


async def stage(work: Any, viewer: Viewer, command: Stage, *, now: datetime) -> Consignment:
    brand_id, category_id, product_id = BrandId(uuid4()), CategoryId(uuid4()), ProductId(uuid4())
    slug = f"bag-{product_id.hex[:12]}"
    await work.brands.add(Brand(brand_id, slug, BrandKind.MAISON, BAG, "FR", None, ()))
    await work.categories.add(Category(category_id, None, (category_id,), slug, BAG, (), 0))
    await work.products.add(
        Product(
            id=product_id,
            slug=slug,
            kind=ProductKind.GOODS,
            brand_id=brand_id,
            category_id=category_id,
            collection_id=None,
            name=BAG,
            reference=None,
            story=None,
            attributes=(),
            options=(),
            reference_price_new=None,
            reference_source=None,
            reference_as_of=None,
            media=(),
            created_at=now,
        )
    )
    standard = GradingStandard(
        id=GradingStandardId(uuid4()),
        category_id=category_id,
        version=1,
        title=BAG,
        criteria=(Criterion("corners", BAG, 10_000),),
        checklist=(),
        marks=(),
        measurements=(),
        bands=(Band(Grade.FAIR, 0),),
        published_by=None,
        published_at=now,
    )
    await work.grading_standards.add(standard)
    found = await piece.register(
        work,
        product_id=product_id,
        serial=None,
        owner=piece.account(command.seller.id),
        custodian=piece.HOUSE,
        risk_bearer=piece.HOUSE,
        now=now,
    )
    piece.describe(found, grade=command.grade)
    await work.pieces.save(found)
    consignment = Consignment(
        id=ConsignmentId(uuid4()),
        code=work.new.code("CO"),
        seller=command.seller.id,
        route=Route.ONLINE,
        state=ConsignmentState.APPRAISED,
        brand="Maison",
        category_id=category_id,
        title="A bag",
        description="Hardly used",
        photos=(Photo(url="https://example.com/bag.jpg"),),
        currency=command.value.currency,
        asking_price=None,
        created_at=now,
        state_since=now,
        received_at=now,
        product_id=product_id,
        piece_id=found.id,
    )
    await work.consignments.add(consignment)
    await work.appraisals.add(appraised(command, consignment, standard, now))
    return consignment


def appraised(command: Stage, consignment: Consignment, standard: GradingStandard, now: datetime) -> Appraisal:
    return Appraisal(
        id=AppraisalId(uuid4()),
        code=f"AP-{consignment.id.hex[:8]}",
        purpose=AppraisalPurpose.CONSIGNMENT,
        consignment_id=consignment.id,
        owner=consignment.seller,
        title=consignment.title,
        description=consignment.description,
        photos=consignment.photos,
        category_id=standard.category_id,
        category_path=(standard.category_id,),
        standard_id=standard.id,
        standard_version=standard.version,
        terms=AppraisalTerms((), 0, 0, (), 1),
        currency=consignment.currency,
        declared=None,
        fee=None,
        hold_id=None,
        state=AppraisalState.CONCLUDED,
        round=1,
        needs=Rank.APPRAISER,
        seen_by=(AccountId(uuid4()),),
        opened_at=now,
        product_id=consignment.product_id,
        piece_id=piece.PieceId(UUID(str(consignment.piece_id))),
        verdict=Verdict.AUTHENTIC,
        grade=command.grade,
        value_low=command.value,
        value_high=command.value,
        concluded_at=now,
        received_at=now,
    )


@dataclass(frozen=True)
class Arrive:
    order_id: UUID


async def arrive(work: Any, viewer: Viewer, command: Arrive, *, now: datetime) -> Order:
    """Every line of an order reaches its buyer."""
    found: Order = await work.orders.lock(command.order_id)
    lines = [line.id for line in found.lines]
    for action in ("shipmentCreate", "shipmentHandOver"):
        found.advance(action, lines)
    await deliver.delivered(work, found, lines, "shipmentDeliver", now)
    await work.orders.save(found)
    return found


@dataclass(frozen=True)
class Stepped:
    name: str


def viewer_of(person: Account) -> Viewer:
    return Viewer(person.id, frozenset(person.roles))


class Consigned:
    """Drives consignments at moments of the test's choosing; `day` counts from the start of the test."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.start = datetime.now(UTC)
        self.people = People(house)
        self.merchandiser = Viewer(roles=frozenset({Role.MERCHANDISER}))

    def at(self, day: float) -> datetime:
        return self.start + timedelta(days=day)

    async def run(self, verb: Any, viewer: Viewer, command: Any, day: float = 0) -> Any:
        return await self.house.transactor(
            verb, viewer, command, action=verb.__name__, key=uuid4().hex, now=self.at(day)
        )

    async def appraised(
        self, seller: Account, value: Money, grade: Grade = Grade.EXCELLENT, day: float = 0
    ) -> Consignment:
        found: Consignment = await self.run(stage, HOUSE, Stage(seller, value, grade), day)
        return found

    async def offered(self, seller: Account, price: Money, day: float = 0, **terms: Any) -> Contract:
        value = terms.pop("value", price)
        consignment = await self.appraised(seller, value, terms.pop("grade", Grade.EXCELLENT), day)
        offer = contracts.Offer(consignment.id, price, **terms)
        found: Contract = await self.run(contracts.offer, self.merchandiser, offer, day)
        return found

    async def agreed(
        self,
        seller: Account,
        price: Money,
        *,
        mode: SettlementMode = SettlementMode.AFTER_SALE,
        credit_bps: int = 0,
        day: float = 0,
        **terms: Any,
    ) -> Contract:
        contract = await self.offered(seller, price, day, **terms)
        agree = settlement.Agree(contract.id, mode, credit_bps, contract.version)
        found: Contract = await self.run(settlement.agree, viewer_of(seller), agree, day)
        return found

    async def listed(self, seller: Account, price: Money, *, day: float = 0, **terms: Any) -> Contract:
        return await self.run_list(await self.agreed(seller, price, day=day, **terms), day)

    async def run_list(self, contract: Contract, day: float = 0) -> Contract:
        """A merchandiser puts the piece on the shelf."""
        staff = viewer_of(await self.people.staff(Role.MERCHANDISER))
        await self.run(consignment_shelf.list_, staff, consignment_shelf.List(contract.consignment_id), day)
        return await self.contract(contract.id)

    async def contract(self, contract_id: UUID) -> Contract:
        [found] = await self.house.readers.contracts.by_ids([contract_id])
        assert found is not None
        return found

    async def sold(self, buyer: Account, contract: Contract, day: float = 0) -> Order:
        """Bought with cash, all at once."""
        assert contract.listing_id is not None
        filled = await self.run(cart.add, viewer_of(buyer), AddToCart(ListingId(contract.listing_id)), day)
        wish = Wish(cash=filled.subtotal)
        place = PlaceOrder(filled.id, Delivery(DeliveryMethod.STANDARD, HOME), wish)
        found: Order = await self.run(order.place, viewer_of(buyer), place, day)
        return found

    async def delivered(self, sale: Order, day: float = 0) -> Order:
        found: Order = await self.run(arrive, HOUSE, Arrive(sale.id), day)
        return found

    async def cancel(self, sale: Order, buyer: Account, day: float = 0) -> Order:
        command = order.CancelOrder(sale.id, "Changed my mind")
        found: Order = await self.run(order.cancel, viewer_of(buyer), command, day)
        return found

    async def expire(self, contract: Contract, day: float) -> None:
        """What the worker does when a term is over."""
        await self.run(handback.expire, HOUSE, handback.Expire(contract.consignment_id), day)

    async def step(self, step: Any, *, day: float, **given: Any) -> None:
        """A step as another capability would take it, in a transaction of its own."""

        async def take(work: Any, viewer: Viewer, command: Stepped, *, now: datetime) -> None:
            await step(work, **given, now=now)

        await self.run(take, HOUSE, Stepped(step.__name__), day)

    async def settlement(self, contract: Contract) -> Settlement:
        [found] = await self.house.readers.settlements.of_consignments([contract.consignment_id])
        assert found is not None
        return found

    async def release(self, settlement_id: UUID, day: float) -> Settlement:
        """What the worker does when the money falls due."""
        command = settlement.ReleaseDue(SettlementId(settlement_id))
        found: Settlement = await self.run(settlement.release_due, HOUSE, command, day)
        return found

    async def step_down(self, markdown_id: UUID, day: float) -> markdown.Markdown:
        """What the worker does on the date of an agreed step."""
        found: markdown.Markdown = await self.run(markdown.apply, HOUSE, markdown.Apply(MarkdownId(markdown_id)), day)
        return found

    async def balance(self, kind: str, currency: Currency) -> int:
        """What an account of the house stands at, in minor units."""
        return int(
            await self.house.readers.pool.fetchval(
                "SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting"
                " WHERE owner IS NULL AND kind = $1 AND currency = $2",
                kind,
                str(currency),
            )
        )

    async def pocket(self, person: Account, currency: Currency) -> dict[str, int]:
        """A wallet's amounts in minor units; empty when nothing ever moved."""
        row = await self.house.readers.pool.fetchrow(
            "SELECT * FROM wallet_pocket WHERE owner = $1 AND currency = $2", person.id, str(currency)
        )
        kinds = ("cash", "credit", "held", "owed")
        return {kind: row[f"{kind}_minor"] if row else 0 for kind in kinds}

    async def healthy(self) -> bool:
        return (await self.house.readers.ledger.health()).ok
