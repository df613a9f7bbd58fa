"""What can be watched: a thing as it is after each change of it, and the cursor from which to watch on."""

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.change import Position
from domain.refusal import InvalidInput
from resolvers import change as resolve
from resolvers.change import Change
from schema.catalogue import By
from schema.consignment import Consignment
from schema.ids import id_of
from schema.listing import Listing
from schema.mutation import Info, given
from schema.noun import attribute, noun
from schema.order import Order
from schema.wallet import Wallet

CURSOR = re.compile(r"change:([0-9]{1,19}:[0-9]{1,19}:(?:[0-9]{1,19}(?:,[0-9]{1,19})*)?)", re.ASCII)
CURSOR_LENGTH_MAX = 512

Since = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last change that arrived, to go on after it: the next one comes as soon as "
        "there is one that was missed. When left out, how it stands now comes first."
    ),
]


def encode_position(position: Position) -> str:
    """Opaque to clients."""
    return base64.urlsafe_b64encode(f"change:{position}".encode()).decode().rstrip("=")


def decode_position(cursor: str | None) -> Position | None:
    """The position within a cursor; refuses anything that this house did not make."""
    cursor = given(cursor)
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        found = CURSOR.fullmatch(raw.decode("ascii")) if len(cursor) <= CURSOR_LENGTH_MAX else None
    except (ValueError, binascii.Error):
        found = None
    if found is None:
        raise InvalidInput("This cursor is none of ours: send back one that you received.", path=("after",))
    return Position(found[1])


def cursor() -> Any:
    def read(root: Any) -> str:
        return encode_position(root.position)

    description = "Where this change stands, for `after` should the connection be lost."
    return strawberry.field(resolver=read, graphql_type=str, description=description)


# Nouns


@noun(Change, description="A consignment as it is after something happened to it.")
class ConsignmentChange:
    cursor: str = cursor()
    consignment: Consignment = attribute("noun", Consignment, description="How it is now.")


@noun(Change, description="A listing as it is after something happened to it: its price, and whether it can be had.")
class ListingChange:
    cursor: str = cursor()
    listing: Listing = attribute("noun", Listing, description="How it is now.")

    @strawberry.field(
        graphql_type=datetime | None,
        description="Until when somebody keeps the piece for themselves, in a cart or while they pay; null while it is "
        "free, and for new goods.",
    )
    async def kept_until(root: Any, info: Info) -> Any:
        claim = await resolve.claim(info.context, root.noun)
        return None if claim is None else claim.expires_at


@noun(Change, description="An order as it is after something happened to it, or to a parcel or return of it.")
class OrderChange:
    cursor: str = cursor()
    order: Order = attribute("noun", Order, description="How it is now.")


@noun(Change, description="A wallet as it is after money came or went, or was set aside.")
class WalletChange:
    cursor: str = cursor()
    wallet: Wallet = attribute("noun", Wallet, description="How it is now.")


# Root fields


@strawberry.type
class ChangeSubscription:
    @strawberry.subscription(graphql_type=ConsignmentChange, description="Every change of a consignment.")
    async def consignment_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id, as received.")],
        after: Since = strawberry.UNSET,
    ) -> Any:
        return await resolve.consignment(info.context, id_of("Consignment", id, "id"), decode_position(after))

    @strawberry.subscription(
        graphql_type=ListingChange,
        description="Every change of a listing: its price, and whether somebody has it in hand or has bought it.",
    )
    async def listing_changed(self, info: Info, by: By, after: Since = strawberry.UNSET) -> Any:
        return await resolve.listing(info.context, *by.read("Listing"), decode_position(after))

    @strawberry.subscription(
        graphql_type=OrderChange,
        description="Every change of an order, and of its parcels and returns.",
    )
    async def order_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id, as received.")],
        after: Since = strawberry.UNSET,
    ) -> Any:
        return await resolve.order(info.context, id_of("Order", id, "id"), decode_position(after))

    @strawberry.subscription(graphql_type=WalletChange, description="Every change of the caller's own wallet.")
    async def wallet_changed(self, info: Info, after: Since = strawberry.UNSET) -> Any:
        return await resolve.wallet(info.context, decode_position(after))
