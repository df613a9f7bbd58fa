"""A shelf with things to buy, made through the same steps as everything else, and the ways to buy them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.house import House
from app.test_provider import TestProvider
from domain import claim, listing, order, payment, piece
from domain.account import Account
from domain.catalogue import (
    BrandKind,
    CreateBrand,
    CreateCategory,
    CreateProduct,
    Product,
    ProductKind,
    create_brand,
    create_category,
    create_product,
)
from domain.consignment import (
    Consignment,
    ConsignmentId,
    ConsignmentState,
    Route,
    SettlementMode,
    shelf,
)
from domain.contract import Contract, ContractId, ContractState, EndAction
from domain.ledger import AccountKind
from domain.ledger import house as house_posting
from domain.listing import Listing, ListingId, ListingKind
from domain.localized import Localized
from domain.money import Money
from domain.payment import PaymentIntentId
from domain.piece import HOUSE as OF_THE_HOUSE
from domain.policy import ChoiceFixed, CommissionPlan, CommissionShape, SellerLevel
from domain.settlement import Settlement, SettlementCause, SettlementId, SettlementState
from domain.viewer import HOUSE, AccountId, Role, Viewer
from domain.wallet import LotOrigin, issue
from schema.ids import encode_id
from tests.support.api import Answer, Api
from tests.support.people import EUR, euros

PARIS = {
    "recipient": "Lin Wei",
    "phone": "+33 1 00 00 00 00",
    "country": "FR",
    "city": "Paris",
    "postalCode": "75001",
    "line1": "1 rue de la Paix",
}
TO_PARIS = {"method": "STANDARD", "address": PARIS}

CART = """
fragment InCart on Cart {
  id version currency subtotal { amount }
  items { quantity price { amount } keptUntil kept listing { id state } }
}
"""
CART_ADD = (
    """
mutation ($input: CartAddInput!) {
  cartAdd(input: $input) {
    __typename
    ... on Cart { ...InCart }
    ... on UserError { code message path }
    ... on ClaimTaken { freeAt }
  }
}
"""
    + CART
)
CART_REMOVE = (
    """
mutation ($input: CartRemoveInput!) {
  cartRemove(input: $input) {
    __typename
    ... on Cart { ...InCart }
    ... on UserError { code message path }
  }
}
"""
    + CART
)
CARTS = "{ carts { ...InCart } }" + CART

ORDER = """
fragment Placed on Order {
  id code state version nextActions endReason
  subtotal { amount } shipping { amount } total { amount } refunded { amount }
  tenders { kind place amount { amount } refunded { amount } }
  lines {
    id state quantity price { amount } taxBasis taxRateBps tax { amount } soldByHouse returnDays refunded { amount }
    cost { amount } deliveredAt blockedBy
  }
  payment { id state amount { amount } refunded { amount } }
}
"""
ORDER_PLACE = (
    """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    __typename
    ... on Order { ...Placed }
    ... on UserError { code message path }
    ... on InsufficientFunds { kind available { amount } }
  }
}
"""
    + ORDER
)
ORDER_CANCEL = (
    """
mutation ($input: OrderCancelInput!) {
  orderCancel(input: $input) {
    __typename
    ... on Order { ...Placed refunds { amount { amount } parts { kind place amount { amount } } } }
    ... on UserError { code message path }
    ... on WrongState { stands: state nextActions }
  }
}
"""
    + ORDER
)
ORDER_READ = "query ($id: ID!) { order(id: $id) { ...Placed } }" + ORDER
POCKET = "{ wallet { pockets { cash { amount } credit { amount } held { amount } owed { amount } } } }"


@dataclass(frozen=True)
class Stock:
    price: Money
    quantity: int


@dataclass(frozen=True)
class OwnPiece:
    """A piece of the house's own, for which it paid `cost` when that is known."""

    price: Money
    cost: Money | None = None


@dataclass(frozen=True)
class ConsignedPiece:
    seller: AccountId
    price: Money


@dataclass(frozen=True)
class GiveCredit:
    owner: AccountId
    amount: Money
    expires_at: datetime | None = None


async def a_product(work: Any, now: datetime) -> Product:
    """A product of a brand and a category of its own."""
    merchandiser = Viewer(AccountId(uuid4()), frozenset({Role.MERCHANDISER}))
    name = uuid4().hex
    text = Localized("Vesper", "薄暮")
    brand = await create_brand(work, merchandiser, CreateBrand(name, BrandKind.MAISON, text, "FR"), now=now)
    category = await create_category(work, merchandiser, CreateCategory(name, text), now=now)
    return await create_product(
        work, merchandiser, CreateProduct(name, ProductKind.GOODS, brand.id, category.id, text), now=now
    )


async def stock(work: Any, viewer: Viewer, command: Stock, *, now: datetime) -> Listing:
    product = await a_product(work, now)
    return await listing.publish(
        work,
        kind=ListingKind.NEW,
        product_id=product.id,
        piece_id=None,
        consignment_id=None,
        price=command.price,
        quantity=command.quantity,
        seller=OF_THE_HOUSE,
        now=now,
    )


async def own_piece(work: Any, viewer: Viewer, command: OwnPiece, *, now: datetime) -> Listing:
    product = await a_product(work, now)
    made = await piece.register(
        work,
        product_id=product.id,
        serial=None,
        owner=OF_THE_HOUSE,
        custodian=OF_THE_HOUSE,
        risk_bearer=OF_THE_HOUSE,
        now=now,
    )
    if command.cost is not None:
        await bought(work, made.id, command.cost, now)
    return await listing.publish(
        work,
        kind=ListingKind.REFURBISHED,
        product_id=product.id,
        piece_id=made.id,
        consignment_id=None,
        price=command.price,
        quantity=1,
        seller=OF_THE_HOUSE,
        now=now,
    )


async def bought(work: Any, piece_id: UUID, cost: Money, now: datetime) -> None:
    """The house bought the piece from somebody at appraisal, and has paid."""
    from domain.account import IdentityLevel
    from domain.localized import Locale

    seller = AccountId(uuid4())
    await work.accounts.add(
        Account(
            id=seller,
            email=f"{seller.hex}@example.com",
            name="Wang Min",
            roles=(Role.CUSTOMER,),
            identity_level=IdentityLevel.VERIFIED,
            locale=Locale.ZH,
            currency=EUR,
            jurisdiction="FR",
            created_at=now,
        )
    )
    consignment, contract = deal(work, seller, piece_id, cost, now)
    consignment.state = ConsignmentState.SETTLED
    consignment.mode = SettlementMode.AT_APPRAISAL
    contract.mode = SettlementMode.AT_APPRAISAL
    contract.buy_out = cost
    await work.consignments.add(consignment)
    await work.contracts.add(contract)
    zero = Money.zero(EUR)
    await work.settlements.add(
        Settlement(
            id=SettlementId(work.new.id()),
            code=work.new.code("SE"),
            consignment_id=consignment.id,
            contract_id=contract.id,
            piece_id=piece_id,
            seller=seller,
            cause=SettlementCause.APPRAISAL,
            state=SettlementState.SETTLED,
            order_id=None,
            order_line_id=None,
            gross=cost,
            commission=zero,
            commission_tax=zero,
            costs=zero,
            net=cost,
            shortfall=zero,
            offset=zero,
            cash=cost,
            credit=zero,
            bonus=zero,
            credit_bps=0,
            cost_lines=(),
            return_window_days=0,
            opened_at=now,
            released_at=now,
            settled_at=now,
        )
    )


async def consigned_piece(work: Any, viewer: Viewer, command: ConsignedPiece, *, now: datetime) -> Listing:
    product = await a_product(work, now)
    made = await piece.register(
        work,
        product_id=product.id,
        serial=None,
        owner=piece.account(command.seller),
        custodian=OF_THE_HOUSE,
        risk_bearer=OF_THE_HOUSE,
        now=now,
    )
    consignment, contract = deal(work, command.seller, made.id, command.price, now)
    consignment.product_id = product.id
    await work.consignments.add(consignment)
    await work.contracts.add(contract)
    listed = await shelf.list_agreed(work, consignment, command.price, now)
    await work.consignments.save(consignment)
    return listed


def deal(work: Any, seller: AccountId, piece_id: UUID, price: Money, now: datetime) -> tuple[Consignment, Contract]:
    """An agreed consignment and its contract: a fifth is commission, all in cash, seven days to return."""
    consignment_id = ConsignmentId(work.new.id())
    contract_id = ContractId(work.new.id())
    consignment = Consignment(
        id=consignment_id,
        code=work.new.code("CO"),
        seller=seller,
        route=Route.ONLINE,
        state=ConsignmentState.AGREED,
        brand="Vesper",
        category_id=None,
        title="A bag",
        description="Carried with care.",
        photos=(),
        currency=price.currency,
        asking_price=price,
        created_at=now,
        state_since=now,
        received_at=now,
        piece_id=piece_id,
        contract_id=contract_id,
        mode=SettlementMode.AFTER_SALE,
        agreed_at=now,
    )
    contract = Contract(
        id=contract_id,
        code=work.new.code("CT"),
        consignment_id=consignment_id,
        piece_id=piece_id,
        seller=seller,
        state=ContractState.AGREED,
        price=price,
        floor=price,
        buy_out=None,
        end_price=None,
        plan=CommissionPlan("STANDARD", Localized("One rate", "统一佣金"), CommissionShape.FLAT, rate_bps=2_000),
        seller_level=SellerLevel.STANDARD,
        tax_jurisdiction="FR",
        commission_tax_bps=2_000,
        credit_bonus_bps=1_000,
        offset_cap_bps=5_000,
        choice_fixed=ChoiceFixed.SALE,
        days_to_sell=30,
        days_to_deliver=5,
        response_days=7,
        return_window_days=7,
        steps=(),
        seller_costs=(),
        term_days=90,
        grace_days=7,
        end_action=EndAction.RETURN,
        pins=(),
        offered_by=None,
        offered_at=now,
        offer_expires_at=now,
        mode=SettlementMode.AFTER_SALE,
        credit_bps=0,
        agreed_at=now,
        term_ends_at=now + timedelta(days=90),
    )
    return consignment, contract


async def give_credit(work: Any, viewer: Viewer, command: GiveCredit, *, now: datetime) -> Money:
    origin = LotOrigin.GOODWILL if command.expires_at is None else LotOrigin.PROMOTION
    await issue(
        work,
        command.owner,
        command.amount,
        origin=origin,
        funded_by=house_posting(AccountKind.PROMOTION, -command.amount),
        cause=("creditGrant", work.new.id()),
        expires_at=command.expires_at,
        now=now,
        memo="For tests",
    )
    return command.amount


class Market:
    """Things to buy, and the ways to buy them; `later` is a moment from which jobs of the house look back."""

    def __init__(self, house: House, api: Api) -> None:
        self.house = house
        self.api = api

    async def run(self, verb: Any, command: Any, *, now: datetime | None = None, viewer: Viewer = HOUSE) -> Any:
        return await self.house.transactor(
            verb, viewer, command, action=verb.__name__, key=uuid4().hex, now=now or datetime.now(UTC)
        )

    # What there is to buy

    async def stock(self, price: int, quantity: int) -> Listing:
        return await self.run(stock, Stock(euros(price), quantity))  # type: ignore[no-any-return]

    async def piece(self, price: int, cost: int | None = None) -> Listing:
        return await self.run(  # type: ignore[no-any-return]
            own_piece, OwnPiece(euros(price), None if cost is None else euros(cost))
        )

    async def consigned(self, seller: Account, price: int) -> Listing:
        return await self.run(consigned_piece, ConsignedPiece(seller.id, euros(price)))  # type: ignore[no-any-return]

    async def credit(self, owner: Account, amount: int, expires_at: datetime | None = None) -> None:
        await self.run(give_credit, GiveCredit(owner.id, euros(amount), expires_at))

    # Buying

    async def add(self, buyer: Account | None, thing: Listing, quantity: int = 1, **more: Any) -> Any:
        given = {"listingId": encode_id("Listing", thing.id), "quantity": quantity}
        return (await self.api(buyer, CART_ADD, input=given, **more))["cartAdd"]

    async def place(self, buyer: Account, cart_id: str, key: str | None = None, **given: Any) -> Any:
        """`cash` and `credit` are whole euros; `provider` takes the rest; `tenders` are others, as they are said."""
        tenders = {name: money(given.pop(name)) for name in ("cash", "credit") if name in given}
        if "provider" in given:
            tenders["provider"] = given.pop("provider")
        tenders |= given.pop("tenders", {})
        wanted = {"cartId": cart_id, "delivery": given.pop("delivery", TO_PARIS), "tenders": tenders, **given}
        return (await self.api(buyer, ORDER_PLACE, key=key, input=wanted))["orderPlace"]

    async def buy(self, buyer: Account, thing: Listing, quantity: int = 1, **given: Any) -> Any:
        """From the shelf into an order."""
        cart = await self.add(buyer, thing, quantity)
        assert cart["__typename"] == "Cart", cart
        placed = await self.place(buyer, cart["id"], **given)
        assert placed["__typename"] == "Order", placed
        return placed

    async def cancel(self, viewer: Account, order_id: str, **given: Any) -> Any:
        wanted = {"orderId": order_id, "reason": "Changed my mind", **given}
        return (await self.api(viewer, ORDER_CANCEL, input=wanted))["orderCancel"]

    async def order(self, viewer: Account, order_id: str) -> Any:
        return (await self.api(viewer, ORDER_READ, id=order_id))["order"]

    async def pocket(self, owner: Account) -> dict[str, str]:
        """Cash, credit, held and owed as the owner sees them, in euros."""
        pockets = (await self.api(owner, POCKET))["wallet"]["pockets"]
        assert len(pockets) <= 1, "one currency is enough for these tests"
        return {name: pockets[0][name]["amount"] for name in ("cash", "credit", "held", "owed")} if pockets else {}

    # What the provider and the worker do

    async def report(self, payment_id: str, kind: str, amount: Money | None = None, **more: Any) -> tuple[int, Any]:
        """A signed webhook of the test provider, as `payment.charged`."""
        intent = await self.intent(payment_id)
        wanted = intent.amount if amount is None else amount
        event_id = more.pop("event_id", f"test-{uuid4().hex}")
        return await TestProvider(self.house).report(kind, intent, wanted, event_id=event_id, **more)

    async def intent(self, payment_id: str) -> payment.PaymentIntent:
        from schema.ids import id_of

        found = (await self.house.readers.payments.intents([PaymentIntentId(id_of("Payment", payment_id))]))[0]
        assert found is not None
        return found

    async def expire_order(self, order_id: UUID, after: timedelta = timedelta(minutes=16)) -> Any:
        return await self.run(order.expire, order.ExpireOrder(order.OrderId(order_id)), now=datetime.now(UTC) + after)

    async def complete_order(self, order_id: UUID, after: timedelta) -> Any:
        later = datetime.now(UTC) + after
        return await self.run(order.complete, order.CompleteOrder(order.OrderId(order_id)), now=later)

    async def jobs(self, name: str) -> list[UUID]:
        rows = await self.house.readers.pool.fetch("SELECT subject_id FROM outbox WHERE name = $1 ORDER BY id", name)
        return [row["subject_id"] for row in rows]

    # Looking behind the scenes

    async def listing(self, listing_id: UUID) -> Listing:
        found = await self.house.readers.carts.listings([ListingId(listing_id)])
        return found[ListingId(listing_id)]

    async def claim_of(self, thing: Listing) -> claim.Claim | None:
        assert thing.piece_id is not None
        return (await self.house.readers.claims.by_pieces([thing.piece_id]))[0]

    async def balance(self, kind: str) -> int:
        """An account of the house, in cents."""
        query = "SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting WHERE owner IS NULL AND kind = $1"
        return int(await self.house.readers.pool.fetchval(query, kind))

    async def value(self, query: str, *values: object) -> Any:
        return await self.house.readers.pool.fetchval(query, *values)

    async def sound(self) -> bool:
        """Whether the whole ledger proves itself."""
        return (await self.house.readers.ledger.health()).ok


def money(amount: int | str) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": "EUR"}


__all__ = ["CARTS", "CART_REMOVE", "TO_PARIS", "Answer", "Market", "money"]
