"""Appraisal as a service: an owner pays to know, and gets the object back."""

import strawberry

from domain import appraisal, ledger, money
from domain.catalogue import CategoryId
from schema.appraisal.conclude import AppraisalPhotoInput, money_of
from schema.appraisal.noun import Appraisal
from schema.appraisal.queue import NoGradingStandard
from schema.errors import UserError, VersionConflict, WrongState, refused
from schema.ids import id_of
from schema.mutation import Keyed, MoneyMove, given, mutation
from schema.scalars import CurrencyCode, MoneyInput
from schema.wallet import AccountKind, InsufficientFunds

# Refusals


@refused(appraisal.ServiceNotSold)
class ServiceNotSold(UserError):
    currency: CurrencyCode = strawberry.field(description="The currency that was asked for.")  # type: ignore[valid-type]


# Inputs


@strawberry.input(
    description="What the owner wants to have appraised, for a fee. `expectedVersion` is that of the wallet's pocket."
)
class AppraisalRequestInput(MoneyMove):
    category_id: strawberry.ID = strawberry.field(description="What kind of thing it is.")
    title: str = strawberry.field(description="What to call it, 1 to 200 characters.")
    description: str = strawberry.field(description="What is known of it, 1 to 4,000 characters.")
    currency: CurrencyCode = strawberry.field(description="In which currency to pay, and to have it valued.")  # type: ignore[valid-type]
    pay_with: AccountKind = strawberry.field(  # type: ignore[valid-type]
        default=ledger.AccountKind.CASH, description="What pays the fee: CASH or CREDIT."
    )
    declared_value: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the owner thinks it is worth; left out where they do not know."
    )
    photos: list[AppraisalPhotoInput] = strawberry.field(default_factory=list, description="Pictures, 24 at most.")

    def to_command(self) -> appraisal.RequestAppraisal:
        return appraisal.RequestAppraisal(
            category_id=CategoryId(id_of("Category", self.category_id, "categoryId")),
            title=self.title,
            description=self.description,
            currency=money.Currency(self.currency),
            pay_with=ledger.AccountKind(self.pay_with),
            declared=money_of(self.declared_value, "declaredValue"),
            photos=tuple(one.to_value() for one in self.photos),
            expected_version=given(self.expected_version),
        )


@strawberry.input(description="Which object came in, and where.")
class AppraisalReceiveInput(Keyed):
    appraisal_id: strawberry.ID = strawberry.field(description="The appraisal that this is about.")
    shop_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The club shop that takes it in; left out in the house itself."
    )

    def to_command(self) -> appraisal.ReceiveForAppraisal:
        shop_id = given(self.shop_id)
        return appraisal.ReceiveForAppraisal(
            appraisal_id=id_of("Appraisal", self.appraisal_id, "appraisalId"),
            shop_id=None if shop_id is None else id_of("ClubShop", shop_id, "shopId"),
        )


@strawberry.input(description="Which paid appraisal to give up.")
class AppraisalCancelInput(MoneyMove):
    appraisal_id: strawberry.ID = strawberry.field(description="The appraisal that this is about.")

    def to_command(self) -> appraisal.CancelAppraisal:
        return appraisal.CancelAppraisal(
            id_of("Appraisal", self.appraisal_id, "appraisalId"), given(self.expected_version)
        )


@strawberry.input(description="Which object goes back to its owner.")
class AppraisalHandBackInput(Keyed):
    appraisal_id: strawberry.ID = strawberry.field(description="The appraisal that this is about.")

    def to_command(self) -> appraisal.HandBack:
        return appraisal.HandBack(id_of("Appraisal", self.appraisal_id, "appraisalId"))


# Root fields


@strawberry.type
class AppraisalServiceMutation:
    appraisal_request = mutation(
        appraisal.request,
        AppraisalRequestInput,
        Appraisal,
        NoGradingStandard,
        ServiceNotSold,
        InsufficientFunds,
        VersionConflict,
        description="Order an appraisal of something of one's own; the fee is set aside until the verdict.",
    )
    appraisal_receive = mutation(
        appraisal.receive,
        AppraisalReceiveInput,
        Appraisal,
        WrongState,
        description="Take in the object of a paid appraisal.",
    )
    appraisal_cancel = mutation(
        appraisal.cancel,
        AppraisalCancelInput,
        Appraisal,
        WrongState,
        VersionConflict,
        description="Give up a paid appraisal before an opinion was given; the fee is given back.",
    )
    appraisal_hand_back = mutation(
        appraisal.hand_back,
        AppraisalHandBackInput,
        Appraisal,
        WrongState,
        description="Give the object of a paid appraisal back.",
    )
