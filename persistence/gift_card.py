"""Gift cards in PostgreSQL, which itself sums up what is held and spent, and lets no card pay more than is on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, update
from sqlmodel import SQLModel

from domain.gift_card import CARDS_MAX, GiftCard, GiftCardSource, GiftCardState, GiftCardUse, GiftCardUseState
from domain.money import Currency
from domain.page import Page, PageRequest
from domain.viewer import AccountId
from persistence.collection import SqlCollection
from persistence.paging import Sort, fetch_page
from persistence.table import attach, followed, key, minor, moment, one_of, text


class GiftCardRow(SQLModel, table=True):
    """The app issues a card and lets it lapse; what is held and spent a trigger keeps, by its uses."""

    __tablename__ = "gift_card"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("char_length(hint) = 4", name="hint"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("held_minor >= 0 AND spent_minor >= 0 AND lapsed_minor >= 0", name="sums"),
        CheckConstraint("held_minor + spent_minor + lapsed_minor <= amount_minor", name="never_below_zero"),
        CheckConstraint(one_of("source", GiftCardSource), name="source"),
        CheckConstraint(one_of("state", GiftCardState), name="state"),
        CheckConstraint("state = 'ACTIVE' OR expires_at IS NOT NULL", name="expired"),
        CheckConstraint("lapsed_minor = 0 OR expires_at IS NOT NULL", name="lapsed"),
        CheckConstraint("policy_version > 0 AND grace_days >= 0", name="terms"),
        Index("ix_gift_card_issued_by", "issued_by", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE (state, lapsed_minor, expires_at, version)"}},
    )
    id: UUID = key(primary=True)
    digest: str = text()
    hint: str = text()
    currency: str = text()
    amount_minor: int = minor()
    held_minor: int = minor()
    spent_minor: int = minor()
    lapsed_minor: int = minor()
    source: str = text()
    state: str = text()
    jurisdiction: str = text()
    policy_version: int
    grace_days: int
    issued_by: UUID = key("account.id")
    issued_at: datetime = moment()
    expires_at: datetime | None = moment(nullable=True)
    version: int


class GiftCardUseRow(SQLModel, table=True):
    __tablename__ = "gift_card_use"
    __table_args__ = (
        UniqueConstraint("order_id", "place"),
        UniqueConstraint("order_id", "card_id"),
        CheckConstraint(f"place BETWEEN 1 AND {CARDS_MAX}", name="place"),
        CheckConstraint(one_of("state", GiftCardUseState), name="state"),
        CheckConstraint(one_of("currency", Currency), name="currency"),
        CheckConstraint("amount_minor > 0 AND returned_minor BETWEEN 0 AND amount_minor", name="amount"),
        CheckConstraint("state <> 'HELD' OR returned_minor = 0", name="held"),
        CheckConstraint("state <> 'SPENT' OR returned_minor < amount_minor", name="spent"),
        Index("ix_gift_card_use_card", "card_id", "id"),
        {"info": {"app": "SELECT, INSERT, UPDATE (state, returned_minor, version)"}},
    )
    id: UUID = key(primary=True)
    card_id: UUID = key("gift_card.id")
    order_id: UUID = key("sales_order.id")
    place: int
    currency: str = text()
    amount_minor: int = minor()
    returned_minor: int = minor()
    state: str = text()
    used_at: datetime = moment()
    version: int


attach(
    """
CREATE FUNCTION gift_card_use_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held bigint := CASE WHEN NEW.state = 'HELD' THEN NEW.amount_minor ELSE 0 END;
    spent bigint := CASE WHEN NEW.state = 'SPENT' THEN NEW.amount_minor - NEW.returned_minor ELSE 0 END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'RELEASED' OR NEW.state = 'HELD' OR NEW.returned_minor < OLD.returned_minor THEN
            RAISE EXCEPTION 'a gift card pays once, and gets back once' USING ERRCODE = 'check_violation';
        END IF;
        held := held - CASE WHEN OLD.state = 'HELD' THEN OLD.amount_minor ELSE 0 END;
        spent := spent - CASE WHEN OLD.state = 'SPENT' THEN OLD.amount_minor - OLD.returned_minor ELSE 0 END;
    END IF;
    UPDATE gift_card SET held_minor = held_minor + held, spent_minor = spent_minor + spent
    WHERE id = NEW.card_id AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a gift card pays in its own currency' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""",
    "CREATE TRIGGER gift_card_use_counts AFTER INSERT OR UPDATE ON gift_card_use"
    " FOR EACH ROW EXECUTE FUNCTION gift_card_use_counts()",
)

followed("gift_card_use", "gift_card")


class SqlGiftCards(SqlCollection[GiftCard]):
    noun = GiftCard
    row = GiftCardRow
    kind = "GiftCard"
    shares_key = True

    async def save(self, entity: GiftCard) -> None:
        """Whether it lives, until when, and what has lapsed; nothing else of a card ever changes by hand."""
        table = self.table
        query = update(table).where(table.c.id == entity.id, table.c.version == entity.version)
        entity.version += 1
        said = {
            "state": str(entity.state),
            "lapsed_minor": entity.lapsed.minor,
            "expires_at": entity.expires_at,
            "version": entity.version,
        }
        changed = await self.connection.execute(query.values(said), rows={table.name: [entity.id]})
        assert changed.count == 1, "a gift card was saved without its lock"


class SqlGiftCardUses(SqlCollection[GiftCardUse]):
    noun = GiftCardUse
    row = GiftCardUseRow
    kind = "GiftCardUse"

    async def of_order(self, order_id: UUID) -> Sequence[GiftCardUse]:
        found = await self.lock_where(self.table.c.order_id == order_id)
        return sorted(found, key=lambda use: use.card_id)

    async def save(self, entity: GiftCardUse) -> None:
        table = self.table
        query = update(table).where(table.c.id == entity.id, table.c.version == entity.version)
        entity.version += 1
        said = {"state": str(entity.state), "returned_minor": entity.returned.minor, "version": entity.version}
        changed = await self.connection.execute(query.values(said))
        assert changed.count == 1, "the use of a gift card was saved without its lock"


class SqlGiftCardReader:
    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def by_ids(self, ids: Sequence[UUID]) -> Sequence[GiftCard | None]:
        return await SqlGiftCards.read(self.pool, ids)

    async def by_digest(self, digest: str) -> GiftCard | None:
        row = await self.pool.fetchrow("SELECT * FROM gift_card WHERE digest = $1", digest)
        return None if row is None else SqlGiftCards.mapping.to_noun(row)

    async def page(self, issued_by: AccountId, page: PageRequest) -> Page[GiftCard]:
        return await fetch_page(
            self.pool,
            "SELECT * FROM gift_card",
            where=["issued_by = {}"],
            values=[issued_by],
            sort=Sort(columns=(("id", "uuid"),), descending=True),
            page=page,
            item=SqlGiftCards.mapping.to_noun,
            key=lambda card: (card.id,),
        )
