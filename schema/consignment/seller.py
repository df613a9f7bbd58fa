"""What sellers send."""

from datetime import datetime
from typing import Any

import strawberry

from domain import money
from domain.consignment import Photo, Route, handback, refusal, seller
from domain.consignment.content import Content
from schema.appointment import BOOKING
from schema.consignment.noun import Consignment, ConsignmentRoute
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import id_of
from schema.merchandise import Versioned
from schema.mutation import Keyed, given, mutation
from schema.scalars import URL, CurrencyCode, MoneyInput

# Refusals


@refused(refusal.SellerBound)
class SellerBound(UserError):
    bound_until: datetime = strawberry.field(description="From then on the seller is free.")


@refused(refusal.BeingBought)
class BeingBought(UserError):
    pass


# Inputs


@strawberry.input(one_of=True, description="A picture: the key of a finished upload, or an address elsewhere.")
class ConsignmentPhotoInput:
    key: str | None = strawberry.field(default=strawberry.UNSET, description="The key of one's own finished upload.")
    url: URL | None = strawberry.field(default=strawberry.UNSET, description="An https address elsewhere.")

    def to_photo(self) -> Photo:
        return Photo(key=given(self.key), url=given(self.url))


@strawberry.input(description="What the seller says of a piece; a draft may leave out whatever has a default.")
class ConsignmentContentInput:
    route: ConsignmentRoute = strawberry.field(description="By carrier, or over the counter of a shop.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="In which the seller wants to be paid.")  # type: ignore[valid-type]
    brand: str = strawberry.field(default="", description="The brand, up to 120 characters.")
    category_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What kind of thing it is; may be left out in a draft."
    )
    title: str = strawberry.field(default="", description="What it is, up to 200 characters.")
    description: str = strawberry.field(default="", description="All there is to say of it, up to 4,000 characters.")
    photos: list[ConsignmentPhotoInput] = strawberry.field(default_factory=list, description="Pictures, 24 at most.")
    asking_price: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the seller hopes for; left out where the seller does not say."
    )

    def to_content(self) -> Content:
        category, price = given(self.category_id), given(self.asking_price)
        return Content(
            route=Route(self.route),
            currency=money.Currency(self.currency),
            brand=self.brand,
            category_id=None if category is None else id_of("Category", category, "content", "categoryId"),
            title=self.title,
            description=self.description,
            photos=tuple(photo.to_photo() for photo in self.photos),
            asking_price=None if price is None else price.to_money("content", "askingPrice"),
        )


@strawberry.input(description="The new consignment, as far as it is known.")
class ConsignmentDraftInput(Keyed):
    content: ConsignmentContentInput = strawberry.field(description="What is known so far.")

    def to_command(self) -> seller.Draft:
        return seller.Draft(self.content.to_content())


@strawberry.input(description="What the seller says of the piece now, all of it anew.")
class ConsignmentUpdateInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    content: ConsignmentContentInput = strawberry.field(description="What the seller says of the piece.")

    def to_command(self) -> seller.Update:
        return seller.Update(consignment_of(self), self.content.to_content(), given(self.expected_version))


@strawberry.input(description="A draft to hand in, or content without a draft; a draft with content is changed first.")
class ConsignmentSubmitInput(Keyed):
    consignment_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The draft to hand in; left out for content without a draft."
    )
    content: ConsignmentContentInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the seller says of the piece; left out to hand in a draft as it is."
    )

    def to_command(self) -> seller.Submit:
        draft, content = given(self.consignment_id), given(self.content)
        return seller.Submit(
            consignment_id=None if draft is None else id_of("Consignment", draft, "consignmentId"),
            content=None if content is None else content.to_content(),
        )


@strawberry.input(description="How the seller sent the piece.")
class ConsignmentShipInput(Keyed):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    carrier: str = strawberry.field(description="The carrier that brings it.")
    tracking: str = strawberry.field(description="The carrier's tracking number.")

    def to_command(self) -> seller.Ship:
        return seller.Ship(consignment_of(self), self.carrier, self.tracking)


@strawberry.input(description="When the seller brings the piece to a club shop.")
class ConsignmentBookInput(Keyed):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    shop_id: strawberry.ID = strawberry.field(description="The club shop to come to.")
    starts_at: datetime = strawberry.field(description="When: one of the shop's slots for a drop-off.")
    note: str = strawberry.field(default="", description="What the shop should know, up to 500 characters.")

    def to_command(self) -> seller.Book:
        return seller.Book(consignment_of(self), id_of("ClubShop", self.shop_id, "shopId"), self.starts_at, self.note)


@strawberry.input(description="Which appointment of a consignment to cancel.")
class ConsignmentUnbookInput(Keyed):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")

    def to_command(self) -> seller.Unbook:
        return seller.Unbook(consignment_of(self))


@strawberry.input(description="Which consignment its seller takes back.")
class ConsignmentWithdrawInput(Versioned):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")
    reason: str = strawberry.field(default="", description="Why, if the seller wants to say, up to 500 characters.")

    def to_command(self) -> seller.Withdraw:
        return seller.Withdraw(consignment_of(self), self.reason, given(self.expected_version))


@strawberry.input(description="Which piece its seller has again.")
class ConsignmentAcceptReturnInput(Keyed):
    consignment_id: strawberry.ID = strawberry.field(description="The consignment that this is about.")

    def to_command(self) -> handback.AcceptReturn:
        return handback.AcceptReturn(consignment_of(self))


def consignment_of(named: Any) -> Any:
    """The id of the consignment that an input names."""
    return id_of("Consignment", named.consignment_id, "consignmentId")


# Root fields


@strawberry.type
class ConsignmentSellerMutation:
    consignment_draft = mutation(
        seller.draft, ConsignmentDraftInput, Consignment, description="Begin a consignment; nobody else sees a draft."
    )
    consignment_update = mutation(
        seller.update,
        ConsignmentUpdateInput,
        Consignment,
        WrongState,
        VersionConflict,
        description="Correct a draft, or what was submitted until staff have called.",
    )
    consignment_submit = mutation(
        seller.submit,
        ConsignmentSubmitInput,
        Consignment,
        WrongState,
        description="Hand a consignment in; the house calls before anything is shipped.",
    )
    consignment_ship = mutation(
        seller.ship,
        ConsignmentShipInput,
        Consignment,
        WrongState,
        description="Say that a confirmed piece is on its way.",
    )
    consignment_book = mutation(
        seller.book,
        ConsignmentBookInput,
        Consignment,
        WrongState,
        *BOOKING,
        description="Take a slot at a club shop, or another one instead.",
    )
    consignment_unbook = mutation(
        seller.unbook,
        ConsignmentUnbookInput,
        Consignment,
        WrongState,
        description="Cancel the appointment; the consignment stays confirmed.",
    )
    consignment_withdraw = mutation(
        seller.withdraw,
        ConsignmentWithdrawInput,
        Consignment,
        SellerBound,
        BeingBought,
        WrongState,
        VersionConflict,
        description="Take a consignment back: free until agreed, then as the contract says.",
    )
    consignment_accept_return = mutation(
        handback.accept_return,
        ConsignmentAcceptReturnInput,
        Consignment,
        WrongState,
        description="Say that the piece is back with its seller.",
    )
