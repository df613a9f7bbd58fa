"""Every table, function, trigger and right of the first schema."""

# ruff: noqa: E501

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_baseline"
down_revision = None
phase = "expand"


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    op.create_table(
        "account",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("identity_level", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("identity_check", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_account_currency")),
        sa.CheckConstraint(
            "erased_at IS NULL OR (roles = '[]' AND email LIKE 'erased+%')", name=op.f("ck_account_erased")
        ),
        sa.CheckConstraint("identity_level IN ('UNVERIFIED', 'VERIFIED')", name=op.f("ck_account_identity_level")),
        sa.CheckConstraint("jsonb_typeof(roles) = 'array' AND NOT roles ? 'SYSTEM'", name=op.f("ck_account_roles")),
        sa.CheckConstraint("jurisdiction ~ '^[A-Z]{2}$'", name=op.f("ck_account_jurisdiction")),
        sa.CheckConstraint("locale IN ('en', 'zh')", name=op.f("ck_account_locale")),
        sa.CheckConstraint("char_length(email) BETWEEN 3 AND 254", name=op.f("ck_account_email")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_account_name")),
        sa.CheckConstraint("token_epoch >= 0", name=op.f("ck_account_token_epoch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("uq_account_email", "account", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "brand",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("story", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("aliases", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_brand_country")),
        sa.CheckConstraint("kind IN ('MAISON', 'DESIGNER', 'OWN_LABEL')", name=op.f("ck_brand_kind")),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_brand_slug")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("slug", name=op.f("uq_brand_slug")),
    )
    op.create_index("ix_brand_kind", "brand", ["kind", "slug"], unique=False)
    op.create_table(
        "bundle",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("story", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("components", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("shares", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_bundle_currency")),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_bundle_slug")
        ),
        sa.CheckConstraint("state IN ('ACTIVE', 'WITHDRAWN')", name=op.f("ck_bundle_state")),
        sa.CheckConstraint("jsonb_array_length(components) BETWEEN 2 AND 10", name=op.f("ck_bundle_components")),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_bundle_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
        sa.UniqueConstraint("slug", name=op.f("uq_bundle_slug")),
    )
    op.create_index("ix_bundle_active", "bundle", ["slug"], unique=False, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_table(
        "category",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("path", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("attributes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_category_slug")
        ),
        sa.CheckConstraint("jsonb_array_length(path) BETWEEN 1 AND 3", name=op.f("ck_category_depth")),
        sa.CheckConstraint(
            "path ->> -1 = id::text AND (path ->> -2) IS NOT DISTINCT FROM parent_id::text",
            name=op.f("ck_category_path"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    op.create_index(op.f("ix_category_parent_id"), "category", ["parent_id"], unique=False)
    op.create_table(
        "club_shop",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("address", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("services", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 100", name=op.f("ck_club_shop_slug")
        ),
        sa.CheckConstraint("jsonb_array_length(hours) <= 50", name=op.f("ck_club_shop_hours")),
        sa.CheckConstraint("slot_minutes IN (15, 20, 30, 45, 60, 90, 120)", name=op.f("ck_club_shop_slot_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_club_shop")),
        sa.UniqueConstraint("slug", name=op.f("uq_club_shop_slug")),
    )
    op.create_index("ix_club_shop_active", "club_shop", ["slug"], unique=False, postgresql_where=sa.text("active"))
    op.create_table(
        "credit_flow_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_credit_flow_day_currency")),
        sa.CheckConstraint(
            "flow IN ('SETTLEMENT', 'BONUS', 'PROMOTION', 'GOODWILL', 'REFUND', 'SPENT', 'LAPSED', 'OTHER')",
            name=op.f("ck_credit_flow_day_flow"),
        ),
        sa.PrimaryKeyConstraint("day", "currency", "flow", name=op.f("pk_credit_flow_day")),
    )
    op.create_table(
        "credit_flow_mark",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("before_xid", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_credit_flow_mark_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_credit_flow_mark")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("actor_id", sa.UUID(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "xid", sa.BigInteger(), server_default=sa.text("(pg_current_xact_id()::text::bigint)"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(
        "ix_event_account",
        "event",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_index("ix_event_action", "event", ["action", "id"], unique=False)
    op.create_index(
        "ix_event_actor", "event", ["actor_id", "id"], unique=False, postgresql_where=sa.text("actor_id IS NOT NULL")
    )
    op.create_index(
        "ix_event_piece", "event", ["piece_id", "id"], unique=False, postgresql_where=sa.text("piece_id IS NOT NULL")
    )
    op.create_index("ix_event_subject", "event", ["subject_id", "id"], unique=False)
    op.create_index("ix_event_xid", "event", ["xid", "id"], unique=False)
    op.create_table(
        "fx_liquidity",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_fx_liquidity_currency")),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_fx_liquidity_never_below_zero")),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_fx_liquidity")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("fingerprint", postgresql.BYTEA(), nullable=False),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("kept_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_kept_since", "idempotency_key", ["kept_since"], unique=False)
    op.create_table(
        "ledger_chain",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_ledger_chain")),
    )
    op.create_table(
        "ledger_journal",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_journal")),
    )
    op.create_index("ix_ledger_journal_cause", "ledger_journal", ["cause_id", "cause_kind"], unique=False)
    op.create_table(
        "ledger_snapshot",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("before_xid", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "currency", name=op.f("pk_ledger_snapshot")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_due", "outbox", ["due_at", "id"], unique=False)
    op.create_table(
        "acquisition_plan",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=True),
        sa.Column("brand_id", sa.UUID(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.UUID(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("history", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("category_id IS NOT NULL OR brand_id IS NOT NULL", name=op.f("ck_acquisition_plan_scope")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_acquisition_plan_period")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_acquisition_plan_taken")),
        sa.CheckConstraint("target BETWEEN 1 AND 1000000", name=op.f("ck_acquisition_plan_target")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_acquisition_plan_brand_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_acquisition_plan_category_id")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_acquisition_plan_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acquisition_plan")),
    )
    op.create_index("ix_acquisition_plan_brand", "acquisition_plan", ["brand_id"], unique=False)
    op.create_index("ix_acquisition_plan_category", "acquisition_plan", ["category_id"], unique=False)
    op.create_index("ix_acquisition_plan_period", "acquisition_plan", ["ends_at", "starts_at"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.UUID(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("former_digest", sa.Text(), nullable=True),
        sa.Column("former_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_api_key_digest")),
        sa.CheckConstraint(
            "former_digest ~ '^[0-9a-f]{64}$' AND former_digest <> digest", name=op.f("ck_api_key_former_digest")
        ),
        sa.CheckConstraint("jsonb_typeof(scopes) = 'array'", name=op.f("ck_api_key_scopes")),
        sa.CheckConstraint("public_id ~ '^[2-9A-HJ-NP-Z]{8}$'", name=op.f("ck_api_key_public_id")),
        sa.CheckConstraint("(former_digest IS NULL) = (former_until IS NULL)", name=op.f("ck_api_key_former")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_api_key_name")),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_api_key_expires_at")),
        sa.CheckConstraint("turn >= 1", name=op.f("ck_api_key_turn")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_key_account_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_api_key_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_key_public_id")),
    )
    op.create_index("ix_api_key_account", "api_key", ["account_id", "id"], unique=False)
    op.create_table(
        "appraiser",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("daily_capacity", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("qualifications", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("daily_capacity BETWEEN 0 AND 200", name=op.f("ck_appraiser_daily_capacity")),
        sa.CheckConstraint("jsonb_array_length(qualifications) <= 50", name=op.f("ck_appraiser_qualifications")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appraiser_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraiser")),
    )
    op.create_index("uq_appraiser_account", "appraiser", ["account_id"], unique=True)
    op.create_table(
        "campaign",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("funder", sa.Text(), nullable=False),
        sa.Column("brand_id", sa.UUID(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=False),
        sa.Column("subsidy_minor", sa.BigInteger(), nullable=False),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=False),
        sa.Column("reserved_minor", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.UUID(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("shares", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_at IS NOT NULL) = (state = 'ENDED')", name=op.f("ck_campaign_ended")),
        sa.CheckConstraint("(funder = 'JOINT') = (shares <> '[]')", name=op.f("ck_campaign_partners_pay")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_campaign_currency")),
        sa.CheckConstraint("funder <> 'BRAND' OR brand_id IS NOT NULL", name=op.f("ck_campaign_brand_pays")),
        sa.CheckConstraint("funder <> 'JOINT' OR purpose = 'VOUCHER'", name=op.f("ck_campaign_joint")),
        sa.CheckConstraint("funder IN ('HOUSE', 'BRAND', 'JOINT')", name=op.f("ck_campaign_funder")),
        sa.CheckConstraint("purpose IN ('TRADE_IN', 'VOUCHER')", name=op.f("ck_campaign_purpose")),
        sa.CheckConstraint("state IN ('OPEN', 'ENDED')", name=op.f("ck_campaign_state")),
        sa.CheckConstraint("char_length(code) BETWEEN 1 AND 40", name=op.f("ck_campaign_code")),
        sa.CheckConstraint("minimum_minor > subsidy_minor", name=op.f("ck_campaign_minimum")),
        sa.CheckConstraint("reserved_minor + spent_minor <= budget_minor", name=op.f("ck_campaign_budget")),
        sa.CheckConstraint("reserved_minor >= 0 AND spent_minor >= 0", name=op.f("ck_campaign_sums")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_campaign_period")),
        sa.CheckConstraint("subsidy_minor BETWEEN 1 AND budget_minor", name=op.f("ck_campaign_subsidy")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_campaign_brand_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_campaign_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_index("ix_campaign_ends", "campaign", ["state", "ends_at", "id"], unique=False)
    op.create_table(
        "cart",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("items", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bookings", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_cart_currency")),
        sa.CheckConstraint(
            "jsonb_array_length(items) + jsonb_array_length(bookings) <= 20", name=op.f("ck_cart_items")
        ),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_cart_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart")),
        sa.UniqueConstraint("owner", "currency", name=op.f("uq_cart_owner_currency")),
    )
    op.create_table(
        "certificate_recall",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("cause", sa.UUID(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("recalled_by", sa.UUID(), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("basis IN ('SAME_CONSIGNOR', 'SAME_APPRAISER')", name=op.f("ck_certificate_recall_basis")),
        sa.CheckConstraint("char_length(reason) > 0", name=op.f("ck_certificate_recall_reason")),
        sa.CheckConstraint("marked BETWEEN 0 AND 500", name=op.f("ck_certificate_recall_marked")),
        sa.ForeignKeyConstraint(["recalled_by"], ["account.id"], name=op.f("fk_certificate_recall_recalled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_recall")),
    )
    op.create_index("ix_certificate_recall_cause", "certificate_recall", ["cause"], unique=False)
    op.create_table(
        "collection",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("brand_id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("season", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(season = 'PERMANENT') = (year IS NULL)", name=op.f("ck_collection_year")),
        sa.CheckConstraint(
            "season IN ('SPRING_SUMMER', 'AUTUMN_WINTER', 'CRUISE', 'PRE_FALL', 'PERMANENT')",
            name=op.f("ck_collection_season"),
        ),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_collection_slug")
        ),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_collection_brand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
        sa.UniqueConstraint("slug", name=op.f("uq_collection_slug")),
    )
    op.create_index("ix_collection_brand", "collection", ["brand_id", "slug"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%'", name=op.f("ck_credential_password_hash")),
        sa.ForeignKeyConstraint(["id"], ["account.id"], name=op.f("fk_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_table(
        "credit_lot",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("remaining_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "expires_at IS NULL OR origin = 'PROMOTION'", name=op.f("ck_credit_lot_only_promotion_expires")
        ),
        sa.CheckConstraint(
            "origin IN ('SETTLEMENT', 'BONUS', 'PROMOTION', 'GOODWILL', 'REFUND')", name=op.f("ck_credit_lot_origin")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_credit_lot_amount")),
        sa.CheckConstraint("remaining_minor BETWEEN 0 AND amount_minor", name=op.f("ck_credit_lot_remaining")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_credit_lot_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_lot")),
        sa.UniqueConstraint("id", "owner", "currency", name=op.f("uq_credit_lot_id_owner_currency")),
    )
    op.create_index(
        "ix_credit_lot_spendable",
        "credit_lot",
        ["owner", "currency"],
        unique=False,
        postgresql_where=sa.text("remaining_minor > 0"),
    )
    op.create_table(
        "fx_rate",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("rate_base", sa.Text(), nullable=False),
        sa.Column("rate_counter", sa.Text(), nullable=False),
        sa.Column("rate_billionths", sa.BigInteger(), nullable=False),
        sa.Column("rate_spread_bps", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stated_by", sa.UUID(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rate_base IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_fx_rate_base")),
        sa.CheckConstraint("rate_counter IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_fx_rate_counter")),
        sa.CheckConstraint("char_length(source) BETWEEN 1 AND 200", name=op.f("ck_fx_rate_source")),
        sa.CheckConstraint("rate_base <> rate_counter", name=op.f("ck_fx_rate_pair")),
        sa.CheckConstraint("rate_billionths BETWEEN 1 AND 1000000000000000", name=op.f("ck_fx_rate_billionths")),
        sa.CheckConstraint("rate_spread_bps BETWEEN 0 AND 1000", name=op.f("ck_fx_rate_spread_bps")),
        sa.CheckConstraint(
            "valid_from <= stated_at AND (valid_until IS NULL OR valid_until > stated_at)", name=op.f("ck_fx_rate_when")
        ),
        sa.ForeignKeyConstraint(["stated_by"], ["account.id"], name=op.f("fk_fx_rate_stated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fx_rate")),
        sa.UniqueConstraint(
            "id",
            "rate_base",
            "rate_counter",
            "rate_billionths",
            "rate_spread_bps",
            name=op.f("uq_fx_rate_id_rate_base_rate_counter_rate_billionths_rate_spread_bps"),
        ),
    )
    op.create_index(
        "ix_fx_rate_newest",
        "fx_rate",
        ["rate_base", "rate_counter", sa.literal_column("valid_from DESC")],
        unique=False,
    )
    op.create_index("ix_fx_rate_valid_from", "fx_rate", ["valid_from", "id"], unique=False)
    op.create_table(
        "gift_card",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_minor", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.UUID(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_gift_card_currency")),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_gift_card_digest")),
        sa.CheckConstraint("source IN ('CASH', 'PROMOTION')", name=op.f("ck_gift_card_source")),
        sa.CheckConstraint("state = 'ACTIVE' OR expires_at IS NOT NULL", name=op.f("ck_gift_card_expired")),
        sa.CheckConstraint("state IN ('ACTIVE', 'EXPIRED')", name=op.f("ck_gift_card_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_card_amount")),
        sa.CheckConstraint("char_length(hint) = 4", name=op.f("ck_gift_card_hint")),
        sa.CheckConstraint(
            "held_minor + spent_minor + lapsed_minor <= amount_minor", name=op.f("ck_gift_card_never_below_zero")
        ),
        sa.CheckConstraint(
            "held_minor >= 0 AND spent_minor >= 0 AND lapsed_minor >= 0", name=op.f("ck_gift_card_sums")
        ),
        sa.CheckConstraint("lapsed_minor = 0 OR expires_at IS NOT NULL", name=op.f("ck_gift_card_lapsed")),
        sa.CheckConstraint("policy_version > 0 AND grace_days >= 0", name=op.f("ck_gift_card_terms")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_gift_card_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card")),
        sa.UniqueConstraint("digest", name=op.f("uq_gift_card_digest")),
    )
    op.create_index("ix_gift_card_issued_by", "gift_card", ["issued_by", "id"], unique=False)
    op.create_table(
        "grading_standard",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("criteria", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("checklist", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("marks", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("measurements", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("bands", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("published_by", sa.UUID(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("jsonb_array_length(bands) > 0", name=op.f("ck_grading_standard_bands")),
        sa.CheckConstraint("jsonb_array_length(criteria) > 0", name=op.f("ck_grading_standard_criteria")),
        sa.CheckConstraint("version > 0", name=op.f("ck_grading_standard_version")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_grading_standard_category_id")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_grading_standard_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_standard")),
        sa.UniqueConstraint("category_id", "version", name=op.f("uq_grading_standard_category_id_version")),
        sa.UniqueConstraint("id", "version", name=op.f("uq_grading_standard_id_version")),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("char_length(issuer) BETWEEN 1 AND 200", name=op.f("ck_identity_issuer")),
        sa.CheckConstraint("char_length(subject) BETWEEN 1 AND 255", name=op.f("ck_identity_subject")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_identity_account_id")),
        sa.ForeignKeyConstraint(["linked_by"], ["account.id"], name=op.f("fk_identity_linked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("account_id", "issuer", name=op.f("uq_identity_account_id_issuer")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )
    op.create_table(
        "ledger_link",
        sa.Column("journal_id", sa.UUID(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("previous_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("hash", postgresql.BYTEA(), nullable=False),
        sa.ForeignKeyConstraint(["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_link_journal_id")),
        sa.PrimaryKeyConstraint("journal_id", name=op.f("pk_ledger_link")),
        sa.UniqueConstraint("chain", "position", name=op.f("uq_ledger_link_chain_position")),
    )
    op.create_table(
        "media_upload",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'STARTED') = (sha256 IS NULL)", name=op.f("ck_media_upload_received")),
        sa.CheckConstraint(
            "content_type IN ('image/jpeg', 'image/png', 'image/webp', 'video/mp4', 'application/pdf')",
            name=op.f("ck_media_upload_content_type"),
        ),
        sa.CheckConstraint("role IN ('IMAGE', 'DETAIL', 'VIDEO', 'DOCUMENT')", name=op.f("ck_media_upload_role")),
        sa.CheckConstraint("state = 'FINISHED' OR NOT used", name=op.f("ck_media_upload_used")),
        sa.CheckConstraint("state IN ('STARTED', 'RECEIVED', 'FINISHED')", name=op.f("ck_media_upload_state")),
        sa.CheckConstraint("(sha256 IS NULL) = (stored_bytes IS NULL)", name=op.f("ck_media_upload_stored")),
        sa.CheckConstraint("size_bytes > 0 AND stored_bytes > 0", name=op.f("ck_media_upload_size_bytes")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_media_upload_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_upload")),
        sa.UniqueConstraint("key", name=op.f("uq_media_upload_key")),
    )
    op.create_index(op.f("ix_media_upload_account_id"), "media_upload", ["account_id"], unique=False)
    op.create_table(
        "payment_intent",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_payment_intent_currency")),
        sa.CheckConstraint("provider IN ('TEST', 'CARD')", name=op.f("ck_payment_intent_provider")),
        sa.CheckConstraint("purpose IN ('ORDER', 'TOP_UP')", name=op.f("ck_payment_intent_purpose")),
        sa.CheckConstraint(
            "refunded_minor = 0 OR state IN ('CHARGED', 'CHARGED_BACK')", name=op.f("ck_payment_intent_refunded_when")
        ),
        sa.CheckConstraint(
            "state IN ('OPEN', 'AUTHORISED', 'CHARGED', 'FAILED', 'CANCELLED', 'EXPIRED', 'CHARGED_BACK')",
            name=op.f("ck_payment_intent_state"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_intent_amount")),
        sa.CheckConstraint("char_length(reference) <= 200", name=op.f("ck_payment_intent_reference")),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payment_intent_refunded")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_payment_intent_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_intent")),
    )
    op.create_index(
        "ix_payment_intent_due",
        "payment_intent",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('OPEN', 'AUTHORISED')"),
    )
    op.create_index("ix_payment_intent_owner", "payment_intent", ["owner", "id"], unique=False)
    op.create_index("ix_payment_intent_subject", "payment_intent", ["subject_id"], unique=False)
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'POSTED') = (posted_at IS NOT NULL)", name=op.f("ck_payout_batch_posted")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_payout_batch_currency")),
        sa.CheckConstraint("state IN ('PREVIEWED', 'POSTED', 'CANCELLED')", name=op.f("ck_payout_batch_state")),
        sa.CheckConstraint("total_minor >= 0 AND count >= 0", name=op.f("ck_payout_batch_total")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_payout_batch_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
        sa.UniqueConstraint("code", name=op.f("uq_payout_batch_code")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_by", sa.UUID(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('COMMISSION', 'MARKDOWN', 'SETTLEMENT', 'RETURN', 'TAX', 'COST', 'APPRAISAL', 'TRAVEL', 'PRICING', 'SHIPPING', 'CUSTOMS', 'GIFT_CARD', 'FX')",
            name=op.f("ck_policy_version_kind"),
        ),
        sa.CheckConstraint("terms->>'kind' = kind", name=op.f("ck_policy_version_terms")),
        sa.CheckConstraint("char_length(note) BETWEEN 1 AND 500", name=op.f("ck_policy_version_note")),
        sa.CheckConstraint("version > 0", name=op.f("ck_policy_version_version")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_policy_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("kind", "effective_from", name=op.f("uq_policy_version_kind_effective_from")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_policy_version_kind_version")),
    )
    op.create_table(
        "receivable",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("outstanding_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'OPEN') = (ended_at IS NULL)", name=op.f("ck_receivable_ended")),
        sa.CheckConstraint("(state = 'OPEN') = (outstanding_minor > 0)", name=op.f("ck_receivable_open")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_receivable_currency")),
        sa.CheckConstraint("state IN ('OPEN', 'PAID', 'WRITTEN_OFF')", name=op.f("ck_receivable_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_receivable_amount")),
        sa.CheckConstraint("outstanding_minor BETWEEN 0 AND amount_minor", name=op.f("ck_receivable_outstanding")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_receivable_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receivable")),
    )
    op.create_index(
        "ix_receivable_open",
        "receivable",
        ["owner", "currency", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_index("ix_receivable_owner", "receivable", ["owner", "id"], unique=False)
    op.create_index("ix_receivable_state", "receivable", ["state", "id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("token_epoch", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("token_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_session_token_digest")),
        sa.CheckConstraint("\"end\" IN ('SIGNED_OUT', 'EVERYWHERE', 'REUSED')", name=op.f("ck_session_end")),
        sa.CheckConstraint('(ended_at IS NULL) = ("end" IS NULL)', name=op.f("ck_session_ended")),
        sa.CheckConstraint("char_length(device) BETWEEN 1 AND 100", name=op.f("ck_session_device")),
        sa.CheckConstraint("expires_at > opened_at AND used_at >= opened_at", name=op.f("ck_session_moments")),
        sa.CheckConstraint("token_epoch >= 0", name=op.f("ck_session_token_epoch")),
        sa.CheckConstraint("turn >= 1", name=op.f("ck_session_turn")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_account", "session", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_session_ended",
        "session",
        ["account_id", "ended_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index("ix_session_expires_at", "session", ["expires_at"], unique=False)
    op.create_table(
        "shop_associate",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("shop_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("appointed_by", sa.UUID(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("left_at >= since", name=op.f("ck_shop_associate_left_at")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_shop_associate_account_id")),
        sa.ForeignKeyConstraint(["appointed_by"], ["account.id"], name=op.f("fk_shop_associate_appointed_by")),
        sa.ForeignKeyConstraint(["shop_id"], ["club_shop.id"], name=op.f("fk_shop_associate_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_associate")),
    )
    op.create_index(
        "ix_shop_associate_shop",
        "shop_associate",
        ["shop_id", "since", "id"],
        unique=False,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_index(
        "uq_shop_associate_standing",
        "shop_associate",
        ["account_id", "shop_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "shop_slot",
        sa.Column("shop_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("purpose IN ('DROP_OFF', 'VIEWING', 'APPRAISAL')", name=op.f("ck_shop_slot_purpose")),
        sa.CheckConstraint("taken BETWEEN 0 AND capacity", name=op.f("ck_shop_slot_taken")),
        sa.ForeignKeyConstraint(["shop_id"], ["club_shop.id"], name=op.f("fk_shop_slot_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "purpose", "starts_at", name=op.f("pk_shop_slot")),
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("channel_code", sa.Text(), nullable=True),
        sa.Column("referral_bps", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("channel_code ~ '^[A-Z0-9]{3,20}$'", name=op.f("ck_supplier_channel_code")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_supplier_name")),
        sa.CheckConstraint("referral_bps BETWEEN 0 AND 10000", name=op.f("ck_supplier_referral_bps")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_supplier_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
    )
    op.create_index("ix_supplier_account", "supplier", ["account_id"], unique=False)
    op.create_index("ix_supplier_name", "supplier", ["name", "id"], unique=False)
    op.create_index(
        "uq_supplier_channel",
        "supplier",
        ["channel_code"],
        unique=True,
        postgresql_where=sa.text("channel_code IS NOT NULL"),
    )
    op.create_table(
        "wallet_hold",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("slices", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'CAPTURED') = (captured_minor > 0)", name=op.f("ck_wallet_hold_captured_when")),
        sa.CheckConstraint("kind IN ('CASH', 'CREDIT')", name=op.f("ck_wallet_hold_kind")),
        sa.CheckConstraint("state IN ('HELD', 'CAPTURED', 'VOIDED', 'EXPIRED')", name=op.f("ck_wallet_hold_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_wallet_hold_amount")),
        sa.CheckConstraint("captured_minor BETWEEN 0 AND amount_minor", name=op.f("ck_wallet_hold_captured")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_wallet_hold_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_hold")),
    )
    op.create_index(
        "ix_wallet_hold_due", "wallet_hold", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'HELD'")
    )
    op.create_index("ix_wallet_hold_owner", "wallet_hold", ["owner", "id"], unique=False)
    op.create_table(
        "wallet_pocket",
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("deposit_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_wallet_pocket_currency")),
        sa.CheckConstraint("cash_minor >= 0", name=op.f("ck_wallet_pocket_cash")),
        sa.CheckConstraint("credit_minor >= 0", name=op.f("ck_wallet_pocket_credit")),
        sa.CheckConstraint("deposit_minor >= 0", name=op.f("ck_wallet_pocket_deposit")),
        sa.CheckConstraint("held_minor >= 0", name=op.f("ck_wallet_pocket_held")),
        sa.CheckConstraint("owed_minor >= 0", name=op.f("ck_wallet_pocket_owed")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_wallet_pocket_owner")),
        sa.PrimaryKeyConstraint("owner", "currency", name=op.f("pk_wallet_pocket")),
    )
    op.create_table(
        "fx_quote",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("rate_id", sa.UUID(), nullable=False),
        sa.Column("rate_base", sa.Text(), nullable=False),
        sa.Column("rate_counter", sa.Text(), nullable=False),
        sa.Column("rate_billionths", sa.BigInteger(), nullable=False),
        sa.Column("rate_spread_bps", sa.Integer(), nullable=False),
        sa.Column("sold_minor", sa.BigInteger(), nullable=False),
        sa.Column("sold_currency", sa.Text(), nullable=False),
        sa.Column("mid_minor", sa.BigInteger(), nullable=False),
        sa.Column("spread_minor", sa.BigInteger(), nullable=False),
        sa.Column("bought_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "bought_minor * ((CASE sold_currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN 1000000000 ELSE rate_billionths END) * 10000 <= (sold_minor * (CASE currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN rate_billionths ELSE 1000000000 END) * (10000 - rate_spread_bps) AND (bought_minor + 1) * ((CASE sold_currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN 1000000000 ELSE rate_billionths END) * 10000 > (sold_minor * (CASE currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN rate_billionths ELSE 1000000000 END) * (10000 - rate_spread_bps)",
            name=op.f("ck_fx_quote_bought"),
        ),
        sa.CheckConstraint(
            "mid_minor * ((CASE sold_currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN 1000000000 ELSE rate_billionths END) <= (sold_minor * (CASE currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN rate_billionths ELSE 1000000000 END) AND (mid_minor + 1) * ((CASE sold_currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN 1000000000 ELSE rate_billionths END) > (sold_minor * (CASE currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN rate_billionths ELSE 1000000000 END)",
            name=op.f("ck_fx_quote_mid"),
        ),
        sa.CheckConstraint(
            "(sold_currency = rate_base AND currency = rate_counter) OR (sold_currency = rate_counter AND currency = rate_base)",
            name=op.f("ck_fx_quote_pair"),
        ),
        sa.CheckConstraint("mid_minor = spread_minor + bought_minor", name=op.f("ck_fx_quote_sum")),
        sa.CheckConstraint("policy_version > 0", name=op.f("ck_fx_quote_policy_version")),
        sa.CheckConstraint("quoted_at < expires_at", name=op.f("ck_fx_quote_expires")),
        sa.CheckConstraint(
            "sold_minor > 0 AND spread_minor >= 0 AND bought_minor > 0", name=op.f("ck_fx_quote_amounts")
        ),
        sa.CheckConstraint("used_at >= quoted_at AND used_at < expires_at", name=op.f("ck_fx_quote_used")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_fx_quote_owner")),
        sa.ForeignKeyConstraint(
            ["rate_id", "rate_base", "rate_counter", "rate_billionths", "rate_spread_bps"],
            [
                "fx_rate.id",
                "fx_rate.rate_base",
                "fx_rate.rate_counter",
                "fx_rate.rate_billionths",
                "fx_rate.rate_spread_bps",
            ],
            name="fk_fx_quote_rate",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fx_quote")),
        sa.UniqueConstraint(
            "id",
            "owner",
            "sold_minor",
            "sold_currency",
            "mid_minor",
            "spread_minor",
            "bought_minor",
            "currency",
            name="uq_fx_quote_said",
        ),
    )
    op.create_index("ix_fx_quote_owner", "fx_quote", ["owner", "id"], unique=False)
    op.create_table(
        "ledger_posting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("journal_id", sa.UUID(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.UUID(), nullable=True),
        sa.Column(
            "xid", sa.BigInteger(), server_default=sa.text("(pg_current_xact_id()::text::bigint)"), nullable=False
        ),
        sa.CheckConstraint("(lot_id IS NOT NULL) = (kind = 'CREDIT')", name=op.f("ck_ledger_posting_lot")),
        sa.CheckConstraint(
            "(owner IS NOT NULL) = (kind IN ('CASH', 'CREDIT', 'DEPOSIT', 'HELD', 'RECEIVABLE'))",
            name=op.f("ck_ledger_posting_owner"),
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_ledger_posting_currency")),
        sa.CheckConstraint(
            "kind IN ('CASH', 'CREDIT', 'DEPOSIT', 'HELD', 'RECEIVABLE', 'ESCROW', 'CONSIGNOR_PAYABLE', 'INVENTORY', 'SALES', 'COMMISSION', 'SERVICES', 'COST_OF_GOODS', 'PSP_CLEARING', 'PAYOUT_CLEARING', 'TAX_PAYABLE', 'DUTIES_PAYABLE', 'SHIPPING', 'FREIGHT_SUBSIDY', 'PROMOTION', 'CREDIT_BONUS', 'BREAKAGE', 'WRITE_OFF', 'FX', 'FX_LIQUIDITY', 'FX_SPREAD', 'TREASURY', 'SUPPLIER_PAYABLE', 'CREDITORS', 'BRAND_RECEIVABLE', 'TRAVEL_UNEARNED', 'GIFT_CARDS', 'SUBSIDY_BUDGET')",
            name=op.f("ck_ledger_posting_kind"),
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_posting_amount")),
        sa.ForeignKeyConstraint(["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_posting_journal_id")),
        sa.ForeignKeyConstraint(
            ["lot_id", "owner", "currency"],
            ["credit_lot.id", "credit_lot.owner", "credit_lot.currency"],
            name=op.f("fk_ledger_posting_lot_id_owner_currency"),
        ),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_ledger_posting_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_posting")),
        sa.UniqueConstraint("journal_id", "line", name=op.f("uq_ledger_posting_journal_id_line")),
    )
    op.create_index(
        "ix_ledger_posting_credit", "ledger_posting", ["xid"], unique=False, postgresql_where=sa.text("kind = 'CREDIT'")
    )
    op.create_index(
        "ix_ledger_posting_house",
        "ledger_posting",
        ["kind", "currency", "xid"],
        unique=False,
        postgresql_include=["amount_minor"],
        postgresql_where=sa.text("owner IS NULL"),
    )
    op.create_index(
        "ix_ledger_posting_lot",
        "ledger_posting",
        ["lot_id"],
        unique=False,
        postgresql_where=sa.text("lot_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_posting_statement",
        "ledger_posting",
        ["owner", "currency", "id"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_table(
        "payment_refund",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("intent_id", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'REQUESTED') = (done_at IS NULL)", name=op.f("ck_payment_refund_done")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_payment_refund_currency")),
        sa.CheckConstraint("state IN ('REQUESTED', 'DONE', 'FAILED')", name=op.f("ck_payment_refund_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_refund_amount")),
        sa.ForeignKeyConstraint(["intent_id"], ["payment_intent.id"], name=op.f("fk_payment_refund_intent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refund")),
    )
    op.create_index("ix_payment_refund_intent", "payment_refund", ["intent_id"], unique=False)
    op.create_table(
        "payout",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.UUID(), nullable=False),
        sa.Column("bank_account", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", sa.UUID(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'FAILED') = (failure IS NOT NULL)", name=op.f("ck_payout_failure")),
        sa.CheckConstraint(
            "(state IN ('PAID', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL)", name=op.f("ck_payout_ended")
        ),
        sa.CheckConstraint(
            "(state IN ('SENT', 'PAID', 'FAILED')) = (sent_at IS NOT NULL)", name=op.f("ck_payout_sent")
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_payout_currency")),
        sa.CheckConstraint(
            "state IN ('REQUESTED', 'BATCHED', 'SENT', 'PAID', 'FAILED', 'CANCELLED')", name=op.f("ck_payout_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('BATCHED', 'SENT', 'PAID', 'FAILED') OR batch_id IS NOT NULL", name=op.f("ck_payout_batched")
        ),
        sa.CheckConstraint(
            "state NOT IN ('REQUESTED', 'CANCELLED') OR batch_id IS NULL", name=op.f("ck_payout_unbatched")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_amount")),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batch.id"], name=op.f("fk_payout_batch_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["wallet_hold.id"], name=op.f("fk_payout_hold_id")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_payout_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("code", name=op.f("uq_payout_code")),
    )
    op.create_index(
        "ix_payout_batch", "payout", ["batch_id", "id"], unique=False, postgresql_where=sa.text("batch_id IS NOT NULL")
    )
    op.create_index("ix_payout_owner", "payout", ["owner", "id"], unique=False)
    op.create_index("ix_payout_state", "payout", ["state", "id"], unique=False)
    op.create_index(
        "ix_payout_waiting", "payout", ["currency", "id"], unique=False, postgresql_where=sa.text("state = 'REQUESTED'")
    )
    op.create_table(
        "product",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("brand_id", sa.UUID(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=False),
        sa.Column("collection_id", sa.UUID(), nullable=True),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("story", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("attributes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("options", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("reference_price_new_minor", sa.BigInteger(), nullable=True),
        sa.Column("reference_price_new_currency", sa.Text(), nullable=True),
        sa.Column("reference_source", sa.Text(), nullable=True),
        sa.Column("reference_as_of", sa.Date(), nullable=True),
        sa.Column("media", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("cover_key", sa.Text(), sa.Computed("media #>> '{0,key}'", persisted=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('GOODS', 'SERVICE')", name=op.f("ck_product_kind")),
        sa.CheckConstraint(
            "reference_price_new_currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')",
            name=op.f("ck_product_reference_price_new_currency"),
        ),
        sa.CheckConstraint(
            "reference_source IN ('BRAND_LIST_PRICE', 'BRAND_INVOICE', 'OWN_SALE_NEW', 'PUBLISHED_CATALOGUE')",
            name=op.f("ck_product_reference_source"),
        ),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_product_slug")
        ),
        sa.CheckConstraint(
            "num_nonnulls(reference_price_new_minor, reference_price_new_currency, reference_source, reference_as_of) IN (0, 4)",
            name=op.f("ck_product_reference_documented"),
        ),
        sa.CheckConstraint("reference_price_new_minor > 0", name=op.f("ck_product_reference_price_new")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_product_brand_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_product_category_id")),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"], name=op.f("fk_product_collection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("slug", name=op.f("uq_product_slug")),
    )
    op.create_index("ix_product_brand_newest", "product", ["brand_id", "created_at", "id"], unique=False)
    op.create_index("ix_product_category_newest", "product", ["category_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_product_collection_newest",
        "product",
        ["collection_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("collection_id IS NOT NULL"),
    )
    op.create_index("ix_product_newest", "product", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_product_reference",
        "product",
        ["brand_id", "reference"],
        unique=False,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_table(
        "sales_order",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("buyer", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("delivery", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("payment_intent_id", sa.UUID(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("channel_code", sa.Text(), nullable=True),
        sa.Column("trade_in_id", sa.UUID(), nullable=True),
        sa.Column("duties_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(completed_at IS NOT NULL) = (state = 'COMPLETED')", name=op.f("ck_sales_order_completed")),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (state IN ('CANCELLED', 'EXPIRED'))", name=op.f("ck_sales_order_ended")
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_sales_order_currency")),
        sa.CheckConstraint(
            "paid_at IS NOT NULL OR state IN ('PENDING_PAYMENT', 'CANCELLED', 'EXPIRED')",
            name=op.f("ck_sales_order_paid"),
        ),
        sa.CheckConstraint(
            "state <> 'PENDING_PAYMENT' OR (payment_intent_id IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_sales_order_pending"),
        ),
        sa.CheckConstraint(
            "state IN ('PENDING_PAYMENT', 'PAID', 'PREPARING', 'SHIPPED', 'READY_FOR_PICKUP', 'DELIVERED', 'COMPLETED', 'CANCELLED', 'EXPIRED')",
            name=op.f("ck_sales_order_state"),
        ),
        sa.CheckConstraint(
            "shipping_refunded_minor BETWEEN 0 AND shipping_minor", name=op.f("ck_sales_order_shipping_refunded")
        ),
        sa.CheckConstraint(
            "subtotal_minor > 0 AND shipping_minor >= 0 AND duties_minor >= 0", name=op.f("ck_sales_order_amounts")
        ),
        sa.CheckConstraint(
            "total_minor = subtotal_minor + shipping_minor + duties_minor", name=op.f("ck_sales_order_total")
        ),
        sa.ForeignKeyConstraint(["buyer"], ["account.id"], name=op.f("fk_sales_order_buyer")),
        sa.ForeignKeyConstraint(
            ["payment_intent_id"], ["payment_intent.id"], name=op.f("fk_sales_order_payment_intent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("code", name=op.f("uq_sales_order_code")),
    )
    op.create_index("ix_sales_order_buyer", "sales_order", ["buyer", "id"], unique=False)
    op.create_index(
        "ix_sales_order_intent",
        "sales_order",
        ["payment_intent_id"],
        unique=False,
        postgresql_where=sa.text("payment_intent_id IS NOT NULL"),
    )
    op.create_index("ix_sales_order_state", "sales_order", ["state", "id"], unique=False)
    op.create_table(
        "supplier_bill",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("supplier_id", sa.UUID(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(paid_at IS NOT NULL) = (state IN ('PAID', 'TAKEN_BACK'))", name=op.f("ck_supplier_bill_paid")
        ),
        sa.CheckConstraint(
            "amount_minor > 0 OR (amount_minor < 0 AND cause = 'JOINT_CAMPAIGN')", name=op.f("ck_supplier_bill_amount")
        ),
        sa.CheckConstraint(
            "cause IN ('TRAVEL', 'CANCELLATION', 'CO_DEVELOPED', 'REFERRAL', 'GOODS', 'JOINT_CAMPAIGN', 'PREMIUM')",
            name=op.f("ck_supplier_bill_cause"),
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_supplier_bill_currency")),
        sa.CheckConstraint("state IN ('DUE', 'PAID', 'VOID', 'TAKEN_BACK')", name=op.f("ck_supplier_bill_state")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_bill_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_bill")),
    )
    op.create_index("ix_supplier_bill_subject", "supplier_bill", ["subject_id", "id"], unique=False)
    op.create_index("ix_supplier_bill_supplier", "supplier_bill", ["supplier_id", "due_at", "id"], unique=False)
    op.create_index(
        "uq_supplier_bill_standing",
        "supplier_bill",
        ["supplier_id", "subject_id", "cause"],
        unique=True,
        postgresql_where=sa.text("state IN ('DUE', 'PAID')"),
    )
    op.create_table(
        "transit_cover",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("policy_number", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.UUID(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supplier_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_transit_cover_currency")),
        sa.CheckConstraint("char_length(carrier) BETWEEN 1 AND 120", name=op.f("ck_transit_cover_carrier")),
        sa.CheckConstraint("char_length(policy_number) BETWEEN 1 AND 120", name=op.f("ck_transit_cover_policy_number")),
        sa.CheckConstraint("limit_minor > 0", name=op.f("ck_transit_cover_limit")),
        sa.ForeignKeyConstraint(["registered_by"], ["account.id"], name=op.f("fk_transit_cover_registered_by")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_transit_cover_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transit_cover")),
        sa.UniqueConstraint("policy_number", name=op.f("uq_transit_cover_policy_number")),
    )
    op.create_table(
        "travel_product",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.UUID(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("story", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("place", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("options", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("ladder_code", sa.Text(), nullable=False),
        sa.Column("instant", sa.Boolean(), nullable=False),
        sa.Column("shares", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "category IN ('STUDY_TOUR', 'K12', 'INTEREST', 'MEDICAL', 'LEISURE')",
            name=op.f("ck_travel_product_category"),
        ),
        sa.CheckConstraint("seller IN ('HOUSE', 'SUPPLIER')", name=op.f("ck_travel_product_seller")),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_travel_product_slug")
        ),
        sa.CheckConstraint("jsonb_array_length(options) BETWEEN 1 AND 20", name=op.f("ck_travel_product_options")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_travel_product_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel_product")),
        sa.UniqueConstraint("slug", name=op.f("uq_travel_product_slug")),
    )
    op.create_index(
        "ix_travel_product_active", "travel_product", ["slug"], unique=False, postgresql_where=sa.text("active")
    )
    op.create_index(op.f("ix_travel_product_supplier_id"), "travel_product", ["supplier_id"], unique=False)
    op.create_table(
        "voucher",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("percent_bps", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=False),
        sa.Column("per_person", sa.Integer(), nullable=False),
        sa.Column("line_kinds", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("listing_kinds", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("category_ids", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("bundle_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.UUID(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(withdrawn_at IS NOT NULL) = (state = 'WITHDRAWN')", name=op.f("ck_voucher_withdrawn")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_voucher_currency")),
        sa.CheckConstraint("state IN ('OPEN', 'WITHDRAWN')", name=op.f("ck_voucher_state")),
        sa.CheckConstraint("amount_minor > 0 AND minimum_minor >= 0", name=op.f("ck_voucher_amounts")),
        sa.CheckConstraint("char_length(code) BETWEEN 1 AND 40", name=op.f("ck_voucher_code")),
        sa.CheckConstraint("num_nonnulls(percent_bps, amount_minor) = 1", name=op.f("ck_voucher_off")),
        sa.CheckConstraint("per_person BETWEEN 1 AND 100", name=op.f("ck_voucher_per_person")),
        sa.CheckConstraint("percent_bps BETWEEN 1 AND 10000", name=op.f("ck_voucher_percent")),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_voucher_bundle_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_voucher_campaign_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_voucher_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("code", name=op.f("uq_voucher_code")),
    )
    op.create_index("ix_voucher_campaign", "voucher", ["campaign_id", "id"], unique=False)
    op.create_table(
        "departure",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("product_id", sa.UUID(), nullable=False),
        sa.Column("supplier_id", sa.UUID(), nullable=False),
        sa.Column("option_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cut_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("prices", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("singles", sa.Integer(), nullable=False),
        sa.Column("singles_taken", sa.Integer(), nullable=False),
        sa.Column("participants_min", sa.Integer(), nullable=False),
        sa.Column("private_for", sa.UUID(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(end_reason IS NOT NULL) = (state = 'CANCELLED')", name=op.f("ck_departure_ended")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_departure_currency")),
        sa.CheckConstraint("state IN ('OPEN', 'GOING', 'COMPLETED', 'CANCELLED')", name=op.f("ck_departure_state")),
        sa.CheckConstraint("capacity > 0 AND taken BETWEEN 0 AND capacity", name=op.f("ck_departure_taken")),
        sa.CheckConstraint("participants_min BETWEEN 0 AND capacity", name=op.f("ck_departure_participants_min")),
        sa.CheckConstraint(
            "singles BETWEEN 0 AND capacity AND singles_taken BETWEEN 0 AND singles",
            name=op.f("ck_departure_singles_taken"),
        ),
        sa.CheckConstraint(
            "starts_at < ends_at AND cut_off_at <= starts_at AND decide_at <= starts_at",
            name=op.f("ck_departure_times"),
        ),
        sa.ForeignKeyConstraint(["private_for"], ["account.id"], name=op.f("fk_departure_private_for")),
        sa.ForeignKeyConstraint(["product_id"], ["travel_product.id"], name=op.f("fk_departure_product_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_departure_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
    )
    op.create_index("ix_departure_product", "departure", ["product_id", "starts_at", "id"], unique=False)
    op.create_table(
        "fx_exchange",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("quote_id", sa.UUID(), nullable=False),
        sa.Column("sold_minor", sa.BigInteger(), nullable=False),
        sa.Column("sold_currency", sa.Text(), nullable=False),
        sa.Column("mid_minor", sa.BigInteger(), nullable=False),
        sa.Column("spread_minor", sa.BigInteger(), nullable=False),
        sa.Column("bought_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exchanged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gain_minor", sa.BigInteger(), nullable=True),
        sa.Column("day_rate_id", sa.UUID(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'REVERSED') = (day_rate_id IS NOT NULL)", name=op.f("ck_fx_exchange_day_rate")),
        sa.CheckConstraint("(state = 'REVERSED') = (gain_minor IS NOT NULL)", name=op.f("ck_fx_exchange_gain")),
        sa.CheckConstraint("(state = 'REVERSED') = (reversed_at IS NOT NULL)", name=op.f("ck_fx_exchange_reversed")),
        sa.CheckConstraint("state IN ('DONE', 'REVERSED')", name=op.f("ck_fx_exchange_state")),
        sa.CheckConstraint("reversed_at >= exchanged_at", name=op.f("ck_fx_exchange_when")),
        sa.CheckConstraint("version > 0", name=op.f("ck_fx_exchange_version")),
        sa.ForeignKeyConstraint(["day_rate_id"], ["fx_rate.id"], name=op.f("fk_fx_exchange_day_rate_id")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_fx_exchange_owner")),
        sa.ForeignKeyConstraint(
            [
                "quote_id",
                "owner",
                "sold_minor",
                "sold_currency",
                "mid_minor",
                "spread_minor",
                "bought_minor",
                "currency",
            ],
            [
                "fx_quote.id",
                "fx_quote.owner",
                "fx_quote.sold_minor",
                "fx_quote.sold_currency",
                "fx_quote.mid_minor",
                "fx_quote.spread_minor",
                "fx_quote.bought_minor",
                "fx_quote.currency",
            ],
            name="fk_fx_exchange_quote",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fx_exchange")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_fx_exchange_quote_id")),
    )
    op.create_index("ix_fx_exchange_owner", "fx_exchange", ["owner", "id"], unique=False)
    op.create_table(
        "gift_card_use",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("card_id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_gift_card_use_currency")),
        sa.CheckConstraint("state <> 'HELD' OR returned_minor = 0", name=op.f("ck_gift_card_use_held")),
        sa.CheckConstraint("state <> 'SPENT' OR returned_minor < amount_minor", name=op.f("ck_gift_card_use_spent")),
        sa.CheckConstraint("state IN ('HELD', 'SPENT', 'RELEASED')", name=op.f("ck_gift_card_use_state")),
        sa.CheckConstraint(
            "amount_minor > 0 AND returned_minor BETWEEN 0 AND amount_minor", name=op.f("ck_gift_card_use_amount")
        ),
        sa.CheckConstraint("place BETWEEN 1 AND 5", name=op.f("ck_gift_card_use_place")),
        sa.ForeignKeyConstraint(["card_id"], ["gift_card.id"], name=op.f("fk_gift_card_use_card_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_gift_card_use_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card_use")),
        sa.UniqueConstraint("order_id", "card_id", name=op.f("uq_gift_card_use_order_id_card_id")),
        sa.UniqueConstraint("order_id", "place", name=op.f("uq_gift_card_use_order_id_place")),
    )
    op.create_index("ix_gift_card_use_card", "gift_card_use", ["card_id", "id"], unique=False)
    op.create_table(
        "order_refund",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("parts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_order_refund_currency")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_order_refund_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_refund_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_refund")),
    )
    op.create_index("ix_order_refund_order", "order_refund", ["order_id", "id"], unique=False)
    op.create_table(
        "order_tender",
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("slices", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("hold_id", sa.UUID(), nullable=True),
        sa.Column("replaced_minor", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "(kind IN ('GIFT_CARD', 'VOUCHER')) = (source_id IS NOT NULL)", name=op.f("ck_order_tender_source")
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_order_tender_currency")),
        sa.CheckConstraint("kind <> 'VOUCHER' OR replaced_minor = 0", name=op.f("ck_order_tender_voucher")),
        sa.CheckConstraint("kind = 'CREDIT' OR slices = '[]'", name=op.f("ck_order_tender_slices")),
        sa.CheckConstraint(
            "kind IN ('CREDIT', 'CASH', 'EXTERNAL', 'TRADE_IN', 'SUBSIDY', 'GIFT_CARD', 'VOUCHER')",
            name=op.f("ck_order_tender_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('EXTERNAL', 'GIFT_CARD', 'VOUCHER') OR hold_id IS NULL", name=op.f("ck_order_tender_hold")
        ),
        sa.CheckConstraint(
            "place = 1 OR (kind = 'GIFT_CARD' AND place BETWEEN 2 AND 5)", name=op.f("ck_order_tender_place")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_order_tender_amount")),
        sa.CheckConstraint("refunded_minor + replaced_minor <= amount_minor", name=op.f("ck_order_tender_refunded")),
        sa.CheckConstraint("refunded_minor >= 0 AND replaced_minor >= 0", name=op.f("ck_order_tender_back")),
        sa.ForeignKeyConstraint(["hold_id"], ["wallet_hold.id"], name=op.f("fk_order_tender_hold_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_tender_order_id")),
        sa.PrimaryKeyConstraint("order_id", "kind", "place", name=op.f("pk_order_tender")),
        sa.UniqueConstraint("order_id", "source_id", name=op.f("uq_order_tender_order_id_source_id")),
    )
    op.create_table(
        "payment_event",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("intent_id", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.UUID(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_payment_event_currency")),
        sa.CheckConstraint(
            "kind IN ('AUTHORISED', 'CHARGED', 'FAILED', 'REFUNDED', 'REFUND_FAILED', 'CHARGED_BACK')",
            name=op.f("ck_payment_event_kind"),
        ),
        sa.CheckConstraint(
            "outcome IN ('APPLIED', 'IGNORED', 'WAITING', 'SENT_BACK')", name=op.f("ck_payment_event_outcome")
        ),
        sa.CheckConstraint("provider IN ('TEST', 'CARD')", name=op.f("ck_payment_event_provider")),
        sa.CheckConstraint("char_length(event_id) BETWEEN 1 AND 100", name=op.f("ck_payment_event_event_id")),
        sa.ForeignKeyConstraint(["intent_id"], ["payment_intent.id"], name=op.f("fk_payment_event_intent_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["payment_refund.id"], name=op.f("fk_payment_event_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_event")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_payment_event_provider_event_id")),
    )
    op.create_index("ix_payment_event_intent", "payment_event", ["intent_id", "id"], unique=False)
    op.create_table(
        "piece",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("product_id", sa.UUID(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("condition", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("custodian_kind", sa.Text(), nullable=False),
        sa.Column("custodian_id", sa.UUID(), nullable=True),
        sa.Column("risk_bearer_kind", sa.Text(), nullable=False),
        sa.Column("risk_bearer_id", sa.UUID(), nullable=True),
        sa.Column("media", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("cover_key", sa.Text(), sa.Computed("media #>> '{0,key}'", persisted=True), nullable=True),
        sa.Column("measurements", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CASE custodian_kind WHEN 'HOUSE' THEN custodian_id IS NULL WHEN 'ACCOUNT' THEN custodian_id IS NOT NULL ELSE true END",
            name=op.f("ck_piece_custodian_id"),
        ),
        sa.CheckConstraint(
            "CASE owner_kind WHEN 'HOUSE' THEN owner_id IS NULL WHEN 'ACCOUNT' THEN owner_id IS NOT NULL ELSE true END",
            name=op.f("ck_piece_owner_id"),
        ),
        sa.CheckConstraint(
            "CASE risk_bearer_kind WHEN 'HOUSE' THEN risk_bearer_id IS NULL WHEN 'ACCOUNT' THEN risk_bearer_id IS NOT NULL ELSE true END",
            name=op.f("ck_piece_risk_bearer_id"),
        ),
        sa.CheckConstraint(
            "custodian_kind IN ('HOUSE', 'ACCOUNT', 'CARRIER', 'SHOP', 'APPRAISER', 'SUPPLIER')",
            name=op.f("ck_piece_custodian_kind"),
        ),
        sa.CheckConstraint(
            "grade IN ('NEW', 'PRISTINE', 'EXCELLENT', 'VERY_GOOD', 'GOOD', 'FAIR')", name=op.f("ck_piece_grade")
        ),
        sa.CheckConstraint("owner_kind IN ('HOUSE', 'ACCOUNT')", name=op.f("ck_piece_owner_may_own")),
        sa.CheckConstraint(
            "owner_kind IN ('HOUSE', 'ACCOUNT', 'CARRIER', 'SHOP', 'APPRAISER', 'SUPPLIER')",
            name=op.f("ck_piece_owner_kind"),
        ),
        sa.CheckConstraint(
            "risk_bearer_kind IN ('HOUSE', 'ACCOUNT', 'CARRIER', 'SHOP', 'APPRAISER', 'SUPPLIER')",
            name=op.f("ck_piece_risk_bearer_kind"),
        ),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_piece_slug")
        ),
        sa.CheckConstraint("char_length(serial) BETWEEN 1 AND 60", name=op.f("ck_piece_serial")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_piece_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece")),
        sa.UniqueConstraint("slug", name=op.f("uq_piece_slug")),
    )
    op.create_index(
        "ix_piece_owner", "piece", ["owner_id", "id"], unique=False, postgresql_where=sa.text("owner_id IS NOT NULL")
    )
    op.create_index(op.f("ix_piece_product_id"), "piece", ["product_id"], unique=False)
    op.create_index(
        "uq_piece_serial",
        "piece",
        ["product_id", "serial"],
        unique=True,
        postgresql_where=sa.text("serial IS NOT NULL"),
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("line_ids", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("tracking", sa.Text(), nullable=True),
        sa.Column("declared_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("declared_value_currency", sa.Text(), nullable=True),
        sa.Column("insured_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("insured_value_currency", sa.Text(), nullable=True),
        sa.Column("policy_number", sa.Text(), nullable=True),
        sa.Column("seal_number", sa.Text(), nullable=True),
        sa.Column("photos", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("shop_id", sa.UUID(), nullable=True),
        sa.Column("pickup_code", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprints", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(delivered_at IS NOT NULL) = (state = 'DELIVERED')", name=op.f("ck_shipment_delivered")),
        sa.CheckConstraint(
            "declared_value_currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')",
            name=op.f("ck_shipment_declared_value_currency"),
        ),
        sa.CheckConstraint(
            "insured_value_currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')",
            name=op.f("ck_shipment_insured_value_currency"),
        ),
        sa.CheckConstraint(
            "state IN ('CREATED', 'HANDED_OVER', 'READY', 'DELIVERED', 'CANCELLED')", name=op.f("ck_shipment_state")
        ),
        sa.CheckConstraint("(pickup_code IS NULL) = (shop_id IS NULL)", name=op.f("ck_shipment_pickup")),
        sa.CheckConstraint("insured_value_minor > 0 AND declared_value_minor > 0", name=op.f("ck_shipment_values")),
        sa.CheckConstraint("jsonb_array_length(line_ids) > 0", name=op.f("ck_shipment_lines")),
        sa.CheckConstraint("jsonb_array_length(photos) <= 12", name=op.f("ck_shipment_photos")),
        sa.CheckConstraint(
            "num_nonnulls(carrier, tracking, declared_value_minor, insured_value_minor, policy_number, seal_number) = CASE WHEN pickup_code IS NULL THEN 6 ELSE 0 END",
            name=op.f("ck_shipment_parcel"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_shipment_created_by")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_shipment_order_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["club_shop.id"], name=op.f("fk_shipment_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("code", name=op.f("uq_shipment_code")),
    )
    op.create_index("ix_shipment_order", "shipment", ["order_id", "id"], unique=False)
    op.create_table(
        "voucher_use",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("voucher_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("per_person", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('TAKEN', 'GIVEN_BACK')", name=op.f("ck_voucher_use_state")),
        sa.CheckConstraint("number BETWEEN 1 AND per_person", name=op.f("ck_voucher_use_number")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_voucher_use_account_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_voucher_use_order_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_use_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_use")),
        sa.UniqueConstraint("order_id", name=op.f("uq_voucher_use_order_id")),
    )
    op.create_index(
        "uq_voucher_use_number",
        "voucher_use",
        ["voucher_id", "account_id", "number"],
        unique=True,
        postgresql_where=sa.text("state = 'TAKEN'"),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("buyer", sa.UUID(), nullable=False),
        sa.Column("departure_id", sa.UUID(), nullable=False),
        sa.Column("product_id", sa.UUID(), nullable=False),
        sa.Column("supplier_id", sa.UUID(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("travellers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("seller_kind", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.UUID(), nullable=True),
        sa.Column("tax_basis", sa.Text(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("ladder", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("rule", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("shares", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("pins", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("instant", sa.Boolean(), nullable=False),
        sa.Column("confirm_hours", sa.Integer(), nullable=False),
        sa.Column("remind_days", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("schedule", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bundle_id", sa.UUID(), nullable=True),
        sa.Column("payments", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("supplier_reference", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("retained_minor", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (state NOT IN ('ON_HOLD', 'PENDING', 'CONFIRMED'))", name=op.f("ck_booking_ended")
        ),
        sa.CheckConstraint("(seller_kind = 'SUPPLIER') = (tax_basis = 'COMMISSION')", name=op.f("ck_booking_seller")),
        sa.CheckConstraint(
            "category IN ('STUDY_TOUR', 'K12', 'INTEREST', 'MEDICAL', 'LEISURE')", name=op.f("ck_booking_category")
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_booking_currency")),
        sa.CheckConstraint("seller_kind IN ('HOUSE', 'SUPPLIER')", name=op.f("ck_booking_seller_kind")),
        sa.CheckConstraint("state <> 'ON_HOLD' OR expires_at IS NOT NULL", name=op.f("ck_booking_hold")),
        sa.CheckConstraint(
            "state IN ('ON_HOLD', 'PENDING', 'CONFIRMED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'TRAVELLED')",
            name=op.f("ck_booking_state"),
        ),
        sa.CheckConstraint("tax_basis IN ('TRAVEL_MARGIN', 'COMMISSION')", name=op.f("ck_booking_tax_basis")),
        sa.CheckConstraint("jsonb_array_length(travellers) BETWEEN 1 AND 12", name=op.f("ck_booking_travellers")),
        sa.CheckConstraint("price_minor > 0 AND net_minor >= 0", name=op.f("ck_booking_price")),
        sa.CheckConstraint("retained_minor BETWEEN 0 AND price_minor", name=op.f("ck_booking_retained")),
        sa.ForeignKeyConstraint(["buyer"], ["account.id"], name=op.f("fk_booking_buyer")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_booking_departure_id")),
        sa.ForeignKeyConstraint(["product_id"], ["travel_product.id"], name=op.f("fk_booking_product_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["supplier.id"], name=op.f("fk_booking_seller_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_booking_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("code", name=op.f("uq_booking_code")),
    )
    op.create_index("ix_booking_buyer", "booking", ["buyer", "id"], unique=False)
    op.create_index("ix_booking_departure", "booking", ["departure_id", "id"], unique=False)
    op.create_index("ix_booking_supplier", "booking", ["supplier_id", "state", "id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("piece_id", sa.UUID(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('CART', 'BUNDLE', 'TRADE_IN', 'PARTNER', 'SHOP')", name=op.f("ck_claim_purpose")
        ),
        sa.CheckConstraint("token > 0", name=op.f("ck_claim_token")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_claim_piece_id")),
        sa.PrimaryKeyConstraint("piece_id", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_holder", "claim", ["holder"], unique=False)
    op.create_table(
        "listing",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("product_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("consignment_id", sa.UUID(), nullable=True),
        sa.Column("options", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_currency", sa.Text(), nullable=False),
        sa.Column("reference_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("reference_price_currency", sa.Text(), nullable=True),
        sa.Column("reference_source", sa.Text(), nullable=True),
        sa.Column("reference_as_of", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("seller_kind", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.UUID(), nullable=False),
        sa.Column("category_1_id", sa.UUID(), nullable=False),
        sa.Column("category_2_id", sa.UUID(), nullable=True),
        sa.Column("category_3_id", sa.UUID(), nullable=True),
        sa.Column("collection_id", sa.UUID(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.CheckConstraint("(consignment_id IS NOT NULL) = (kind = 'CONSIGNED')", name=op.f("ck_listing_consignment")),
        sa.CheckConstraint("(piece_id IS NULL) = (kind = 'NEW')", name=op.f("ck_listing_piece")),
        sa.CheckConstraint(
            "CASE seller_kind WHEN 'HOUSE' THEN seller_id IS NULL WHEN 'ACCOUNT' THEN seller_id IS NOT NULL ELSE true END",
            name=op.f("ck_listing_seller_id"),
        ),
        sa.CheckConstraint(
            "kind IN ('NEW', 'CONSIGNED', 'REFURBISHED', 'PEER', 'CLEARANCE')", name=op.f("ck_listing_kind")
        ),
        sa.CheckConstraint(
            "price_currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_listing_price_currency")
        ),
        sa.CheckConstraint(
            "reference_price_currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')",
            name=op.f("ck_listing_reference_price_currency"),
        ),
        sa.CheckConstraint(
            "reference_source IN ('BRAND_LIST_PRICE', 'BRAND_INVOICE', 'OWN_SALE_NEW', 'PUBLISHED_CATALOGUE')",
            name=op.f("ck_listing_reference_source"),
        ),
        sa.CheckConstraint("seller_kind IN ('HOUSE', 'ACCOUNT')", name=op.f("ck_listing_seller_may_sell")),
        sa.CheckConstraint(
            "seller_kind IN ('HOUSE', 'ACCOUNT', 'CARRIER', 'SHOP', 'APPRAISER', 'SUPPLIER')",
            name=op.f("ck_listing_seller_kind"),
        ),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(slug) <= 160", name=op.f("ck_listing_slug")
        ),
        sa.CheckConstraint(
            "state = 'WITHDRAWN' OR state = CASE WHEN quantity = 0 THEN 'SOLD' WHEN quantity > reserved THEN 'LISTED' ELSE 'RESERVED' END",
            name=op.f("ck_listing_state_follows"),
        ),
        sa.CheckConstraint("state IN ('LISTED', 'RESERVED', 'SOLD', 'WITHDRAWN')", name=op.f("ck_listing_state")),
        sa.CheckConstraint(
            "num_nonnulls(reference_price_minor, reference_price_currency, reference_source, reference_as_of) IN (0, 4)",
            name=op.f("ck_listing_reference_documented"),
        ),
        sa.CheckConstraint("piece_id IS NULL OR quantity <= 1", name=op.f("ck_listing_one_of_one")),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_listing_price")),
        sa.CheckConstraint("quantity >= 0 AND reserved BETWEEN 0 AND quantity", name=op.f("ck_listing_quantity")),
        sa.CheckConstraint("reference_price_minor > 0", name=op.f("ck_listing_reference_price")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_listing_piece_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_listing_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("slug", name=op.f("uq_listing_slug")),
    )
    op.create_index(
        "ix_listing_brand_newest",
        "listing",
        ["state", "brand_id", "published_at", "id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_listing_brand_price",
        "listing",
        ["state", "brand_id", "price_currency", "price_minor", "id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_listing_category_1_newest",
        "listing",
        ["state", "category_1_id", "published_at", "id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_listing_category_1_price",
        "listing",
        ["state", "category_1_id", "price_currency", "price_minor", "id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "ix_listing_category_2_newest",
        "listing",
        ["state", "category_2_id", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("category_2_id IS NOT NULL"),
    )
    op.create_index(
        "ix_listing_category_2_price",
        "listing",
        ["state", "category_2_id", "price_currency", "price_minor", "id"],
        unique=False,
        postgresql_where=sa.text("category_2_id IS NOT NULL"),
    )
    op.create_index(
        "ix_listing_category_3_newest",
        "listing",
        ["state", "category_3_id", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("category_3_id IS NOT NULL"),
    )
    op.create_index(
        "ix_listing_category_3_price",
        "listing",
        ["state", "category_3_id", "price_currency", "price_minor", "id"],
        unique=False,
        postgresql_where=sa.text("category_3_id IS NOT NULL"),
    )
    op.create_index(
        "ix_listing_collection_newest",
        "listing",
        ["state", "collection_id", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("collection_id IS NOT NULL"),
    )
    op.create_index(
        "ix_listing_consignment",
        "listing",
        ["consignment_id"],
        unique=False,
        postgresql_where=sa.text("consignment_id IS NOT NULL"),
    )
    op.create_index("ix_listing_newest", "listing", ["state", "published_at", "id"], unique=False)
    op.create_index(
        "ix_listing_piece",
        "listing",
        ["piece_id", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("piece_id IS NOT NULL"),
    )
    op.create_index("ix_listing_price", "listing", ["state", "price_currency", "price_minor", "id"], unique=False)
    op.create_index("ix_listing_product", "listing", ["product_id", "state", "published_at", "id"], unique=False)
    op.create_index(
        "ix_listing_seller",
        "listing",
        ["seller_id", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("seller_id IS NOT NULL"),
    )
    op.create_index(
        "uq_listing_open_piece",
        "listing",
        ["piece_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('LISTED', 'RESERVED')"),
    )
    op.create_index(
        "uq_listing_open_variant",
        "listing",
        ["product_id", "price_currency", "options"],
        unique=True,
        postgresql_where=sa.text("kind = 'NEW' AND state <> 'WITHDRAWN'"),
    )
    op.create_table(
        "piece_standing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("custodian_kind", sa.Text(), nullable=False),
        sa.Column("custodian_id", sa.UUID(), nullable=True),
        sa.Column("risk_bearer_kind", sa.Text(), nullable=False),
        sa.Column("risk_bearer_id", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_piece_standing_piece_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece_standing")),
    )
    op.create_index("ix_piece_standing_piece", "piece_standing", ["piece_id", "id"], unique=False)
    op.create_table(
        "title_record",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=False),
        sa.Column("previous_kind", sa.Text(), nullable=False),
        sa.Column("previous_id", sa.UUID(), nullable=True),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("documents", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE previous_kind WHEN 'HOUSE' THEN previous_id IS NULL WHEN 'ACCOUNT' THEN previous_id IS NOT NULL ELSE true END",
            name=op.f("ck_title_record_previous_id"),
        ),
        sa.CheckConstraint(
            "basis IN ('PURCHASE', 'GIFT', 'INHERITANCE', 'COURT_ORDER')", name=op.f("ck_title_record_basis")
        ),
        sa.CheckConstraint("previous_kind IN ('HOUSE', 'ACCOUNT')", name=op.f("ck_title_record_previous_could_own")),
        sa.CheckConstraint(
            "previous_kind IN ('HOUSE', 'ACCOUNT', 'CARRIER', 'SHOP', 'APPRAISER', 'SUPPLIER')",
            name=op.f("ck_title_record_previous_kind"),
        ),
        sa.CheckConstraint("char_length(evidence) <= 500", name=op.f("ck_title_record_evidence")),
        sa.CheckConstraint("previous_id IS DISTINCT FROM owner", name=op.f("ck_title_record_passes")),
        sa.CheckConstraint(
            "recorded_by <> owner AND recorded_by IS DISTINCT FROM previous_id", name=op.f("ck_title_record_impartial")
        ),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_title_record_owner")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_title_record_piece_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_title_record_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title_record")),
    )
    op.create_index("ix_title_record_owner", "title_record", ["owner"], unique=False)
    op.create_index("ix_title_record_piece", "title_record", ["piece_id", "recorded_at", "id"], unique=False)
    op.create_table(
        "trade_in",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("product_id", sa.UUID(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("claim_token", sa.BigInteger(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("standard_id", sa.UUID(), nullable=False),
        sa.Column("standard_version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("new_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("factors", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=True),
        sa.Column("low_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=True),
        sa.Column("subsidy_minor", sa.BigInteger(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hand_over_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pick_up", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("receipt", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("inspection", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("requote_minor", sa.BigInteger(), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(requote_minor IS NOT NULL) = (state = 'REQUOTED')", name=op.f("ck_trade_in_requote")),
        sa.CheckConstraint(
            "(state IN ('DISPOSED', 'RETURNED', 'WITHDRAWN', 'EXPIRED')) = (closed_at IS NOT NULL)",
            name=op.f("ck_trade_in_closed"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED', 'RETURNING', 'RETURNED')) OR order_id IS NOT NULL",
            name=op.f("ck_trade_in_purchase"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED')) OR (receipt IS NOT NULL AND piece_id IS NOT NULL)",
            name=op.f("ck_trade_in_received"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('SETTLED', 'DISPOSED')) OR settled_at IS NOT NULL", name=op.f("ck_trade_in_settled")
        ),
        sa.CheckConstraint("answer IN ('ACCEPT', 'PAY_DIFFERENCE', 'CANCEL')", name=op.f("ck_trade_in_answer")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_trade_in_currency")),
        sa.CheckConstraint(
            "grade IN ('NEW', 'PRISTINE', 'EXCELLENT', 'VERY_GOOD', 'GOOD', 'FAIR')", name=op.f("ck_trade_in_grade")
        ),
        sa.CheckConstraint("mode IN ('FULL_PRICE', 'TENDER')", name=op.f("ck_trade_in_mode")),
        sa.CheckConstraint("state <> 'OFFERED' OR order_id IS NULL", name=op.f("ck_trade_in_offered")),
        sa.CheckConstraint("state <> 'REQUOTED' OR answer_by IS NOT NULL", name=op.f("ck_trade_in_answer_by")),
        sa.CheckConstraint(
            "state IN ('OFFERED', 'BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED', 'RETURNING', 'RETURNED', 'WITHDRAWN', 'EXPIRED')",
            name=op.f("ck_trade_in_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('REQUOTED', 'SETTLED', 'DISPOSED') OR inspection IS NOT NULL",
            name=op.f("ck_trade_in_inspected"),
        ),
        sa.CheckConstraint("(campaign_id IS NULL) = (subsidy_minor = 0)", name=op.f("ck_trade_in_subsidy")),
        sa.CheckConstraint("(piece_id IS NULL) = (claim_token IS NULL)", name=op.f("ck_trade_in_claim")),
        sa.CheckConstraint("low_minor >= 0 AND subsidy_minor >= 0", name=op.f("ck_trade_in_amounts")),
        sa.CheckConstraint("num_nonnulls(order_id, mode, bound_at) IN (0, 3)", name=op.f("ck_trade_in_bound")),
        sa.CheckConstraint("requote_minor BETWEEN 1 AND value_minor - 1", name=op.f("ck_trade_in_lower")),
        sa.CheckConstraint("value_minor > 0 AND value_minor <= new_price_minor", name=op.f("ck_trade_in_value")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_trade_in_campaign_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_trade_in_category_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_trade_in_order_id")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_trade_in_owner")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_trade_in_piece_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["acquisition_plan.id"], name=op.f("fk_trade_in_plan_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_trade_in_product_id")),
        sa.ForeignKeyConstraint(["standard_id"], ["grading_standard.id"], name=op.f("fk_trade_in_standard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_in")),
        sa.UniqueConstraint("code", name=op.f("uq_trade_in_code")),
    )
    op.create_index("ix_trade_in_owner", "trade_in", ["owner", "id"], unique=False)
    op.create_index(
        "ix_trade_in_piece",
        "trade_in",
        ["piece_id", "id"],
        unique=False,
        postgresql_where=sa.text("piece_id IS NOT NULL"),
    )
    op.create_index("ix_trade_in_state", "trade_in", ["state", "id"], unique=False)
    op.create_index(
        "uq_trade_in_order", "trade_in", ["order_id"], unique=True, postgresql_where=sa.text("order_id IS NOT NULL")
    )
    op.create_index(
        "uq_trade_in_piece",
        "trade_in",
        ["piece_id"],
        unique=True,
        postgresql_where=sa.text(
            "piece_id IS NOT NULL AND state IN ('OFFERED', 'BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'RETURNING')"
        ),
    )
    op.create_table(
        "booking_intake",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purge_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(sealed IS NULL) = (purged_at IS NOT NULL)", name=op.f("ck_booking_intake_purged")),
        sa.ForeignKeyConstraint(["id"], ["booking.id"], name=op.f("fk_booking_intake_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_intake")),
    )
    op.create_table(
        "consignment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("seller", sa.UUID(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("photos", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("asking_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("estimate_low_minor", sa.BigInteger(), nullable=True),
        sa.Column("estimate_high_minor", sa.BigInteger(), nullable=True),
        sa.Column("estimate_note", sa.Text(), nullable=True),
        sa.Column("shop_id", sa.UUID(), nullable=True),
        sa.Column("appointment_id", sa.UUID(), nullable=True),
        sa.Column("parcel", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("product_id", sa.UUID(), nullable=True),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("refused", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("contract_id", sa.UUID(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listing_id", sa.UUID(), nullable=True),
        sa.Column("donated", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("return_parcel", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'RETURNED') = (returned_at IS NOT NULL)", name=op.f("ck_consignment_returned")),
        sa.CheckConstraint(
            "NOT (state IN ('AGREED', 'LISTED', 'RESERVED', 'SOLD', 'PAYABLE', 'SETTLED')) OR contract_id IS NOT NULL",
            name=op.f("ck_consignment_contract"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('RECEIVED', 'APPRAISING', 'APPRAISED', 'OFFERED', 'AGREED', 'LISTED', 'RESERVED', 'SOLD', 'PAYABLE', 'SETTLED', 'REFUSED', 'RETURNED')) OR received_at IS NOT NULL",
            name=op.f("ck_consignment_received"),
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_consignment_currency")),
        sa.CheckConstraint("mode IN ('AT_APPRAISAL', 'AFTER_SALE')", name=op.f("ck_consignment_mode")),
        sa.CheckConstraint("route IN ('ONLINE', 'SHOP')", name=op.f("ck_consignment_route")),
        sa.CheckConstraint(
            "state <> 'APPOINTED' OR (shop_id IS NOT NULL AND route = 'SHOP')", name=op.f("ck_consignment_appointed")
        ),
        sa.CheckConstraint("state <> 'IN_TRANSIT' OR parcel IS NOT NULL", name=op.f("ck_consignment_parcel")),
        sa.CheckConstraint("state <> 'REFUSED' OR refused IS NOT NULL", name=op.f("ck_consignment_refused")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'SUBMITTED', 'CONFIRMED', 'IN_TRANSIT', 'APPOINTED', 'RECEIVED', 'APPRAISING', 'APPRAISED', 'OFFERED', 'AGREED', 'LISTED', 'RESERVED', 'SOLD', 'PAYABLE', 'SETTLED', 'REFUSED', 'DECLINED', 'WITHDRAWN', 'EXPIRED', 'RETURNED')",
            name=op.f("ck_consignment_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('LISTED', 'RESERVED', 'SOLD', 'PAYABLE') OR listing_id IS NOT NULL",
            name=op.f("ck_consignment_listed"),
        ),
        sa.CheckConstraint(
            "(estimate_low_minor IS NULL) = (estimate_high_minor IS NULL)", name=op.f("ck_consignment_estimate_range")
        ),
        sa.CheckConstraint(
            "0 < estimate_low_minor AND estimate_low_minor <= estimate_high_minor", name=op.f("ck_consignment_estimate")
        ),
        sa.CheckConstraint("asking_price_minor > 0", name=op.f("ck_consignment_asking_price")),
        sa.CheckConstraint("char_length(brand) <= 120", name=op.f("ck_consignment_brand")),
        sa.CheckConstraint("char_length(description) <= 4000", name=op.f("ck_consignment_description")),
        sa.CheckConstraint("char_length(title) <= 200", name=op.f("ck_consignment_title")),
        sa.CheckConstraint("jsonb_array_length(photos) <= 24", name=op.f("ck_consignment_photos")),
        sa.CheckConstraint("mode IS NULL OR contract_id IS NOT NULL", name=op.f("ck_consignment_mode_by_contract")),
        sa.CheckConstraint("num_nonnulls(mode, agreed_at) IN (0, 2)", name=op.f("ck_consignment_agreed")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_consignment_category_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_consignment_listing_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_consignment_piece_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_consignment_product_id")),
        sa.ForeignKeyConstraint(["seller"], ["account.id"], name=op.f("fk_consignment_seller")),
        sa.ForeignKeyConstraint(["shop_id"], ["club_shop.id"], name=op.f("fk_consignment_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
        sa.UniqueConstraint("code", name=op.f("uq_consignment_code")),
    )
    op.create_index(
        "ix_consignment_bought",
        "consignment",
        ["state_since", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'SETTLED' AND listing_id IS NULL AND NOT donated"),
    )
    op.create_index(
        "ix_consignment_piece",
        "consignment",
        ["piece_id"],
        unique=False,
        postgresql_where=sa.text("piece_id IS NOT NULL"),
    )
    op.create_index("ix_consignment_queue", "consignment", ["state", "state_since", "id"], unique=False)
    op.create_index("ix_consignment_seller", "consignment", ["seller", "created_at", "id"], unique=False)
    op.create_index(
        "uq_consignment_listing",
        "consignment",
        ["listing_id"],
        unique=True,
        postgresql_where=sa.text("listing_id IS NOT NULL"),
    )
    op.create_index(
        "uq_consignment_with_house",
        "consignment",
        ["piece_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('RECEIVED', 'APPRAISING', 'APPRAISED', 'OFFERED', 'AGREED', 'LISTED', 'RESERVED')"
        ),
    )
    op.create_table(
        "disposition",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=False),
        sa.Column("trade_in_id", sa.UUID(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(recipient IS NOT NULL) = (fate = 'DONATE')", name=op.f("ck_disposition_recipient")),
        sa.CheckConstraint("fate IN ('REFURBISH', 'CLEAR', 'DONATE', 'DISMANTLE')", name=op.f("ck_disposition_fate")),
        sa.CheckConstraint("char_length(method) BETWEEN 1 AND 300", name=op.f("ck_disposition_method")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_disposition_decided_by")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_disposition_piece_id")),
        sa.ForeignKeyConstraint(["trade_in_id"], ["trade_in.id"], name=op.f("fk_disposition_trade_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition")),
        sa.UniqueConstraint("code", name=op.f("uq_disposition_code")),
        sa.UniqueConstraint("trade_in_id", name=op.f("uq_disposition_trade_in_id")),
    )
    op.create_index("ix_disposition_piece", "disposition", ["piece_id", "id"], unique=False)
    op.create_table(
        "goods_receipt",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("listing_id", sa.UUID(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("received_by", sa.UUID(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_goods_receipt_currency")),
        sa.CheckConstraint(
            "char_length(supplier) > 0 AND char_length(reference) > 0", name=op.f("ck_goods_receipt_supplier")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_goods_receipt_quantity")),
        sa.CheckConstraint("unit_cost_minor > 0", name=op.f("ck_goods_receipt_unit_cost")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_goods_receipt_listing_id")),
        sa.ForeignKeyConstraint(["received_by"], ["account.id"], name=op.f("fk_goods_receipt_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_receipt")),
    )
    op.create_index("ix_goods_receipt_listing", "goods_receipt", ["listing_id", "received_at", "id"], unique=False)
    op.create_table(
        "price_change",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("listing_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("previous_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("actor_id", sa.UUID(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(reason = 'LISTED') = (previous_price_minor IS NULL)", name=op.f("ck_price_change_first")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_price_change_currency")),
        sa.CheckConstraint(
            "reason IN ('LISTED', 'RAW_MATERIAL', 'LABOUR', 'CHANNEL_COST', 'LOGISTICS', 'TARIFF_OR_POLICY', 'EXCHANGE_RATE', 'COMPETITION', 'CONDITION', 'AGREED_MARKDOWN')",
            name=op.f("ck_price_change_reason"),
        ),
        sa.CheckConstraint("price_minor <> previous_price_minor", name=op.f("ck_price_change_changed")),
        sa.CheckConstraint("price_minor > 0 AND previous_price_minor > 0", name=op.f("ck_price_change_price")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_price_change_actor_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_price_change_listing_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_price_change_piece_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    op.create_index("ix_price_change_listing", "price_change", ["listing_id", "changed_at", "id"], unique=False)
    op.create_index(
        "uq_price_change_first",
        "price_change",
        ["listing_id"],
        unique=True,
        postgresql_where=sa.text("reason = 'LISTED'"),
    )
    op.create_table(
        "stock",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_stock_currency")),
        sa.CheckConstraint("value_minor >= 0", name=op.f("ck_stock_value")),
        sa.ForeignKeyConstraint(["id"], ["listing.id"], name=op.f("fk_stock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
    )
    op.create_table(
        "stock_reservation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("listing_id", sa.UUID(), nullable=False),
        sa.Column("holder", sa.UUID(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_reservation_quantity")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_stock_reservation_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_reservation")),
    )
    op.create_index("ix_stock_reservation_lapse", "stock_reservation", ["listing_id", "expires_at"], unique=False)
    op.create_index("uq_stock_reservation_holder", "stock_reservation", ["holder", "listing_id"], unique=True)
    op.create_table(
        "subsidy",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("campaign_id", sa.UUID(), nullable=False),
        sa.Column("trade_in_id", sa.UUID(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_subsidy_currency")),
        sa.CheckConstraint(
            "returned_minor = 0 OR (order_id IS NOT NULL AND state <> 'RESERVED')", name=op.f("ck_subsidy_given_back")
        ),
        sa.CheckConstraint("state <> 'SPENT' OR returned_minor < amount_minor", name=op.f("ck_subsidy_spent")),
        sa.CheckConstraint("state IN ('RESERVED', 'SPENT', 'RELEASED')", name=op.f("ck_subsidy_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_subsidy_amount")),
        sa.CheckConstraint("num_nonnulls(trade_in_id, order_id) = 1", name=op.f("ck_subsidy_deal")),
        sa.CheckConstraint("returned_minor BETWEEN 0 AND amount_minor", name=op.f("ck_subsidy_returned")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_subsidy_campaign_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_subsidy_order_id")),
        sa.ForeignKeyConstraint(["trade_in_id"], ["trade_in.id"], name=op.f("fk_subsidy_trade_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy")),
        sa.UniqueConstraint("order_id", name=op.f("uq_subsidy_order_id")),
        sa.UniqueConstraint("trade_in_id", name=op.f("uq_subsidy_trade_in_id")),
    )
    op.create_index("ix_subsidy_campaign", "subsidy", ["campaign_id", "id"], unique=False)
    op.create_table(
        "trip_request",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("buyer", sa.UUID(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_currency", sa.Text(), nullable=True),
        sa.Column("quote", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("booking_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(booking_id IS NOT NULL) = (state = 'ACCEPTED')", name=op.f("ck_trip_request_booking")),
        sa.CheckConstraint(
            "budget_currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_trip_request_budget_currency")
        ),
        sa.CheckConstraint(
            "category IN ('STUDY_TOUR', 'K12', 'INTEREST', 'MEDICAL', 'LEISURE')", name=op.f("ck_trip_request_category")
        ),
        sa.CheckConstraint(
            "state IN ('SUBMITTED', 'QUOTED', 'ACCEPTED', 'DECLINED')", name=op.f("ck_trip_request_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('QUOTED', 'ACCEPTED') OR quote IS NOT NULL", name=op.f("ck_trip_request_quote")
        ),
        sa.CheckConstraint("budget_minor > 0", name=op.f("ck_trip_request_budget")),
        sa.CheckConstraint("party BETWEEN 1 AND 12", name=op.f("ck_trip_request_party")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_trip_request_dates")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_trip_request_booking_id")),
        sa.ForeignKeyConstraint(["buyer"], ["account.id"], name=op.f("fk_trip_request_buyer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip_request")),
        sa.UniqueConstraint("code", name=op.f("uq_trip_request_code")),
    )
    op.create_index("ix_trip_request_buyer", "trip_request", ["buyer", "id"], unique=False)
    op.create_index("ix_trip_request_state", "trip_request", ["state", "id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("customer", sa.UUID(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(purpose = 'DROP_OFF') = (consignment_id IS NOT NULL)", name=op.f("ck_appointment_drop_off")
        ),
        sa.CheckConstraint("purpose IN ('DROP_OFF', 'VIEWING', 'APPRAISAL')", name=op.f("ck_appointment_purpose")),
        sa.CheckConstraint(
            "state IN ('BOOKED', 'CHECKED_IN', 'CANCELLED', 'MISSED')", name=op.f("ck_appointment_state")
        ),
        sa.CheckConstraint("char_length(note) <= 500", name=op.f("ck_appointment_note")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointment_ends_at")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_appointment_consignment_id")),
        sa.ForeignKeyConstraint(["customer"], ["account.id"], name=op.f("fk_appointment_customer")),
        sa.ForeignKeyConstraint(["shop_id"], ["club_shop.id"], name=op.f("fk_appointment_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("code", name=op.f("uq_appointment_code")),
    )
    op.create_index("ix_appointment_customer", "appointment", ["customer", "starts_at", "id"], unique=False)
    op.create_index("ix_appointment_shop", "appointment", ["shop_id", "starts_at", "id"], unique=False)
    op.create_index(
        "uq_appointment_standing",
        "appointment",
        ["customer", "shop_id", "purpose", "starts_at"],
        unique=True,
        postgresql_where=sa.text("state = 'BOOKED'"),
    )
    op.create_table(
        "appraisal",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=True),
        sa.Column("owner", sa.UUID(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("photos", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("category_id", sa.UUID(), nullable=False),
        sa.Column("category_path", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("standard_id", sa.UUID(), nullable=False),
        sa.Column("standard_version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("declared_minor", sa.BigInteger(), nullable=True),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("hold_id", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("seen_by", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_to", sa.UUID(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("product_id", sa.UUID(), nullable=True),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("value_low_minor", sa.BigInteger(), nullable=True),
        sa.Column("value_high_minor", sa.BigInteger(), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shop_id", sa.UUID(), nullable=True),
        sa.Column("handed_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(purpose = 'CONSIGNMENT') = (consignment_id IS NOT NULL)", name=op.f("ck_appraisal_consigned")
        ),
        sa.CheckConstraint("(state = 'ASSIGNED') = (assigned_to IS NOT NULL)", name=op.f("ck_appraisal_assigned")),
        sa.CheckConstraint("(state = 'CONCLUDED') = (verdict IS NOT NULL)", name=op.f("ck_appraisal_concluded")),
        sa.CheckConstraint(
            "(verdict IS NOT DISTINCT FROM 'AUTHENTIC') = (num_nonnulls(grade, value_low_minor, value_high_minor) = 3) AND (verdict IS NOT DISTINCT FROM 'AUTHENTIC' OR num_nonnulls(grade, value_low_minor, value_high_minor) = 0)",
            name=op.f("ck_appraisal_authentic"),
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_appraisal_currency")),
        sa.CheckConstraint(
            "grade IN ('NEW', 'PRISTINE', 'EXCELLENT', 'VERY_GOOD', 'GOOD', 'FAIR')", name=op.f("ck_appraisal_grade")
        ),
        sa.CheckConstraint(
            "jsonb_array_length(seen_by) = CASE state WHEN 'CONCLUDED' THEN round ELSE round - 1 END",
            name=op.f("ck_appraisal_seen_by"),
        ),
        sa.CheckConstraint("needs IN ('APPRAISER', 'SENIOR')", name=op.f("ck_appraisal_needs")),
        sa.CheckConstraint(
            "num_nonnulls(fee_minor, hold_id) = CASE purpose WHEN 'SERVICE' THEN 2 ELSE 0 END",
            name=op.f("ck_appraisal_paid"),
        ),
        sa.CheckConstraint("purpose IN ('CONSIGNMENT', 'SERVICE')", name=op.f("ck_appraisal_purpose")),
        sa.CheckConstraint(
            "round BETWEEN 1 AND 3 AND (needs = 'SENIOR') = (round = 3)", name=op.f("ck_appraisal_round")
        ),
        sa.CheckConstraint(
            "shop_id IS NULL OR (received_at IS NOT NULL AND purpose = 'SERVICE')", name=op.f("ck_appraisal_shop")
        ),
        sa.CheckConstraint(
            "state IN ('REQUESTED', 'CANCELLED') OR received_at IS NOT NULL", name=op.f("ck_appraisal_received")
        ),
        sa.CheckConstraint(
            "state IN ('REQUESTED', 'QUEUED', 'ASSIGNED', 'CONCLUDED', 'CANCELLED')", name=op.f("ck_appraisal_state")
        ),
        sa.CheckConstraint(
            "verdict IN ('AUTHENTIC', 'COUNTERFEIT', 'INCONCLUSIVE')", name=op.f("ck_appraisal_verdict")
        ),
        sa.CheckConstraint("(assigned_to IS NULL) = (assigned_at IS NULL)", name=op.f("ck_appraisal_assigned_at")),
        sa.CheckConstraint("(grade IS NULL) = (piece_id IS NULL)", name=op.f("ck_appraisal_piece")),
        sa.CheckConstraint("(verdict IS NULL) = (concluded_at IS NULL)", name=op.f("ck_appraisal_concluded_at")),
        sa.CheckConstraint(
            "0 < value_low_minor AND value_low_minor <= value_high_minor", name=op.f("ck_appraisal_value")
        ),
        sa.CheckConstraint(
            "assigned_to <> owner AND NOT seen_by ? assigned_to::text", name=op.f("ck_appraisal_impartial")
        ),
        sa.CheckConstraint("declared_minor > 0", name=op.f("ck_appraisal_declared")),
        sa.CheckConstraint("fee_minor > 0", name=op.f("ck_appraisal_fee")),
        sa.ForeignKeyConstraint(["assigned_to"], ["account.id"], name=op.f("fk_appraisal_assigned_to")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_appraisal_category_id")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_appraisal_consignment_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["wallet_hold.id"], name=op.f("fk_appraisal_hold_id")),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name=op.f("fk_appraisal_owner")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_appraisal_piece_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_appraisal_product_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["club_shop.id"], name=op.f("fk_appraisal_shop_id")),
        sa.ForeignKeyConstraint(
            ["standard_id", "standard_version"],
            ["grading_standard.id", "grading_standard.version"],
            name=op.f("fk_appraisal_standard_id_standard_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("code", name=op.f("uq_appraisal_code")),
        sa.UniqueConstraint("consignment_id", name=op.f("uq_appraisal_consignment_id")),
    )
    op.create_index("ix_appraisal_all", "appraisal", ["opened_at", "id"], unique=False)
    op.create_index(
        "ix_appraisal_assigned",
        "appraisal",
        ["assigned_to", "opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )
    op.create_index(
        "ix_appraisal_at_work",
        "appraisal",
        ["opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('QUEUED', 'ASSIGNED')"),
    )
    op.create_index("ix_appraisal_owner", "appraisal", ["owner", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_appraisal_piece", "appraisal", ["piece_id"], unique=False, postgresql_where=sa.text("piece_id IS NOT NULL")
    )
    op.create_index("ix_appraisal_state", "appraisal", ["state", "opened_at", "id"], unique=False)
    op.create_table(
        "consignment_task",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("agent", sa.UUID(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "agent IS NOT NULL OR outcome IS NULL OR outcome = 'VOID'", name=op.f("ck_consignment_task_agent")
        ),
        sa.CheckConstraint("kind IN ('CONFIRM', 'RETURN')", name=op.f("ck_consignment_task_kind")),
        sa.CheckConstraint(
            "outcome IN ('CONFIRMED', 'DECLINED', 'UNREACHABLE', 'DONE', 'VOID')",
            name=op.f("ck_consignment_task_outcome"),
        ),
        sa.CheckConstraint("(outcome IS NULL) = (done_at IS NULL)", name=op.f("ck_consignment_task_done")),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_consignment_task_attempt")),
        sa.ForeignKeyConstraint(["agent"], ["account.id"], name=op.f("fk_consignment_task_agent")),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_task_consignment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_task")),
        sa.UniqueConstraint(
            "consignment_id", "kind", "attempt", name=op.f("uq_consignment_task_consignment_id_kind_attempt")
        ),
    )
    op.create_index(
        "ix_consignment_task_due",
        "consignment_task",
        ["kind", "due_at"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index(
        "uq_consignment_task_open",
        "consignment_task",
        ["consignment_id", "kind"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=False),
        sa.Column("seller", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("floor_minor", sa.BigInteger(), nullable=False),
        sa.Column("buy_out_minor", sa.BigInteger(), nullable=True),
        sa.Column("end_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("plan", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("seller_level", sa.Text(), nullable=False),
        sa.Column("tax_jurisdiction", sa.Text(), nullable=False),
        sa.Column("commission_tax_bps", sa.Integer(), nullable=False),
        sa.Column("credit_bonus_bps", sa.Integer(), nullable=False),
        sa.Column("offset_cap_bps", sa.Integer(), nullable=False),
        sa.Column("choice_fixed", sa.Text(), nullable=False),
        sa.Column("days_to_sell", sa.Integer(), nullable=False),
        sa.Column("days_to_deliver", sa.Integer(), nullable=False),
        sa.Column("response_days", sa.Integer(), nullable=False),
        sa.Column("return_window_days", sa.Integer(), nullable=False),
        sa.Column("steps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("seller_costs", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("term_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("end_action", sa.Text(), nullable=False),
        sa.Column("pins", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("offered_by", sa.UUID(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("credit_bps", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payout_fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listing_id", sa.UUID(), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("term_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("free_withdrawal_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name=op.f("ck_contract_ended")),
        sa.CheckConstraint(
            "CASE state WHEN 'OFFERED' THEN mode IS NULL WHEN 'AGREED' THEN mode IS NOT NULL ELSE TRUE END AND (mode IS NULL) = (credit_bps IS NULL) AND (mode IS NULL) = (agreed_at IS NULL)",
            name=op.f("ck_contract_agreed"),
        ),
        sa.CheckConstraint("choice_fixed IN ('AGREEMENT', 'SALE')", name=op.f("ck_contract_choice_fixed")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_contract_currency")),
        sa.CheckConstraint(
            "end_action IN ('RETURN', 'DONATE', 'TRADE_IN', 'BUY_OUT')", name=op.f("ck_contract_end_action")
        ),
        sa.CheckConstraint(
            "end_action NOT IN ('TRADE_IN', 'BUY_OUT') OR end_price_minor IS NOT NULL", name=op.f("ck_contract_end")
        ),
        sa.CheckConstraint("mode IN ('AT_APPRAISAL', 'AFTER_SALE')", name=op.f("ck_contract_mode")),
        sa.CheckConstraint(
            "mode IS DISTINCT FROM 'AT_APPRAISAL' OR buy_out_minor IS NOT NULL", name=op.f("ck_contract_bought")
        ),
        sa.CheckConstraint("seller_level IN ('STANDARD', 'SILVER', 'GOLD')", name=op.f("ck_contract_seller_level")),
        sa.CheckConstraint("state IN ('OFFERED', 'AGREED', 'ENDED')", name=op.f("ck_contract_state")),
        sa.CheckConstraint("tax_jurisdiction ~ '^[A-Z]{2}$'", name=op.f("ck_contract_tax_jurisdiction")),
        sa.CheckConstraint("(listing_id IS NULL) = (listed_at IS NULL)", name=op.f("ck_contract_listed")),
        sa.CheckConstraint("buy_out_minor > 0", name=op.f("ck_contract_buy_out")),
        sa.CheckConstraint("commission_tax_bps BETWEEN 0 AND 6000", name=op.f("ck_contract_commission_tax_bps")),
        sa.CheckConstraint("credit_bonus_bps BETWEEN 0 AND 10000", name=op.f("ck_contract_credit_bonus_bps")),
        sa.CheckConstraint("credit_bps BETWEEN 0 AND 10000", name=op.f("ck_contract_credit_bps")),
        sa.CheckConstraint("end_price_minor > 0", name=op.f("ck_contract_end_price")),
        sa.CheckConstraint("offset_cap_bps BETWEEN 0 AND 10000", name=op.f("ck_contract_offset_cap_bps")),
        sa.CheckConstraint("price_minor > 0 AND floor_minor BETWEEN 1 AND price_minor", name=op.f("ck_contract_price")),
        sa.CheckConstraint("response_days > 0", name=op.f("ck_contract_response_days")),
        sa.CheckConstraint(
            "term_days > 0 AND grace_days >= 0 AND return_window_days >= 0", name=op.f("ck_contract_days")
        ),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_contract_consignment_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_contract_listing_id")),
        sa.ForeignKeyConstraint(["offered_by"], ["account.id"], name=op.f("fk_contract_offered_by")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_contract_piece_id")),
        sa.ForeignKeyConstraint(["seller"], ["account.id"], name=op.f("fk_contract_seller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("code", name=op.f("uq_contract_code")),
        sa.UniqueConstraint("consignment_id", name=op.f("uq_contract_consignment_id")),
    )
    op.create_index("ix_contract_seller", "contract", ["seller", "id"], unique=False)
    op.create_table(
        "intake_receipt",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("shop_id", sa.UUID(), nullable=True),
        sa.Column("handed_over_by", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.UUID(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("photos", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.CheckConstraint("weight_grams > 0", name=op.f("ck_intake_receipt_weight")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_intake_receipt_consignment_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_intake_receipt_piece_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["club_shop.id"], name=op.f("fk_intake_receipt_shop_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_intake_receipt_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_receipt")),
        sa.UniqueConstraint("code", name=op.f("uq_intake_receipt_code")),
        sa.UniqueConstraint("consignment_id", name=op.f("uq_intake_receipt_consignment_id")),
    )
    op.create_table(
        "order_line",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.UUID(), nullable=True),
        sa.Column("listing_kind", sa.Text(), nullable=True),
        sa.Column("product_id", sa.UUID(), nullable=True),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("consignment_id", sa.UUID(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("seller_kind", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.UUID(), nullable=True),
        sa.Column("tax_basis", sa.Text(), nullable=False),
        sa.Column("tax_rate_bps", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("claim_token", sa.BigInteger(), nullable=True),
        sa.Column("return_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_by", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=True),
        sa.Column("booking_part", sa.Text(), nullable=True),
        sa.Column("bundle_id", sa.UUID(), nullable=True),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("pins", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("shares", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("supplier_id", sa.UUID(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_back_minor", sa.BigInteger(), nullable=False),
        sa.Column("own_discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("duties", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("duty_minor", sa.BigInteger(), nullable=False),
        sa.Column("duty_refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("given_back", sa.Boolean(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(delivered_at IS NOT NULL) = (state IN ('DELIVERED', 'RETURNED'))", name=op.f("ck_order_line_delivered")
        ),
        sa.CheckConstraint("(kind = 'PIECE') = (piece_id IS NOT NULL)", name=op.f("ck_order_line_piece")),
        sa.CheckConstraint(
            "(tax_basis = 'COMMISSION') = (seller_kind <> 'HOUSE')", name=op.f("ck_order_line_seller_of_record")
        ),
        sa.CheckConstraint(
            "CASE kind WHEN 'DEPARTURE' THEN listing_id IS NULL AND product_id IS NULL AND booking_id IS NOT NULL AND booking_part IS NOT NULL AND supplier_id IS NOT NULL AND cost_minor IS NOT NULL ELSE listing_id IS NOT NULL AND product_id IS NOT NULL AND listing_kind IS NOT NULL AND booking_id IS NULL END",
            name=op.f("ck_order_line_subject"),
        ),
        sa.CheckConstraint(
            "CASE seller_kind WHEN 'HOUSE' THEN seller_id IS NULL WHEN 'ACCOUNT' THEN seller_id IS NOT NULL ELSE true END",
            name=op.f("ck_order_line_seller_id"),
        ),
        sa.CheckConstraint(
            "abs(tax_minor::numeric * (10000 + tax_rate_bps) - tax_rate_bps * CASE tax_basis WHEN 'COMMISSION' THEN 0\n    WHEN 'FULL_PRICE' THEN price_minor - own_discount_minor\n    ELSE greatest(price_minor - own_discount_minor - cost_minor, 0) END) * 2 <= 10000 + tax_rate_bps",
            name=op.f("ck_order_line_taxed"),
        ),
        sa.CheckConstraint("booking_part IN ('FULL', 'DEPOSIT', 'BALANCE')", name=op.f("ck_order_line_booking_part")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_order_line_currency")),
        sa.CheckConstraint("duty_minor = 0 OR (origin <> '' AND tax_minor = 0)", name=op.f("ck_order_line_abroad")),
        sa.CheckConstraint("kind IN ('GOODS', 'PIECE') OR duty_minor = 0", name=op.f("ck_order_line_crosses")),
        sa.CheckConstraint("kind IN ('GOODS', 'PIECE', 'DEPARTURE', 'SERVICE')", name=op.f("ck_order_line_kind")),
        sa.CheckConstraint(
            "listing_kind IN ('NEW', 'CONSIGNED', 'REFURBISHED', 'PEER', 'CLEARANCE')",
            name=op.f("ck_order_line_listing_kind"),
        ),
        sa.CheckConstraint(
            "seller_kind IN ('HOUSE', 'ACCOUNT', 'CARRIER', 'SHOP', 'APPRAISER', 'SUPPLIER')",
            name=op.f("ck_order_line_seller_kind"),
        ),
        sa.CheckConstraint(
            "seller_kind IN ('HOUSE', 'ACCOUNT', 'SUPPLIER')", name=op.f("ck_order_line_seller_may_sell")
        ),
        sa.CheckConstraint(
            "state IN ('OPEN', 'PACKED', 'SHIPPED', 'READY_FOR_PICKUP', 'DELIVERED', 'RETURNED', 'CANCELLED')",
            name=op.f("ck_order_line_state"),
        ),
        sa.CheckConstraint("tax_basis <> 'MARGIN' OR cost_minor IS NOT NULL", name=op.f("ck_order_line_margin")),
        sa.CheckConstraint(
            "tax_basis IN ('FULL_PRICE', 'MARGIN', 'COMMISSION', 'TRAVEL_MARGIN')", name=op.f("ck_order_line_tax_basis")
        ),
        sa.CheckConstraint("(piece_id IS NULL) = (claim_token IS NULL)", name=op.f("ck_order_line_claim")),
        sa.CheckConstraint("cost_minor >= 0", name=op.f("ck_order_line_cost")),
        sa.CheckConstraint(
            "discount_back_minor BETWEEN 0 AND least(discount_minor, refunded_minor)",
            name=op.f("ck_order_line_discount_back"),
        ),
        sa.CheckConstraint("discount_minor BETWEEN 0 AND price_minor", name=op.f("ck_order_line_discount")),
        sa.CheckConstraint("duty_refunded_minor BETWEEN 0 AND duty_minor", name=op.f("ck_order_line_duty_refunded")),
        sa.CheckConstraint("own_discount_minor BETWEEN 0 AND discount_minor", name=op.f("ck_order_line_own_discount")),
        sa.CheckConstraint("quantity > 0 AND (piece_id IS NULL OR quantity = 1)", name=op.f("ck_order_line_quantity")),
        sa.CheckConstraint(
            "refunded_minor - discount_back_minor <= price_minor - discount_minor",
            name=op.f("ck_order_line_refunded_to_buyer"),
        ),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND price_minor", name=op.f("ck_order_line_refunded")),
        sa.CheckConstraint("return_days >= 0", name=op.f("ck_order_line_return_days")),
        sa.CheckConstraint(
            "tax_rate_bps BETWEEN 0 AND 10000 AND tax_minor BETWEEN 0 AND price_minor", name=op.f("ck_order_line_tax")
        ),
        sa.CheckConstraint(
            "unit_price_minor > 0 AND price_minor = unit_price_minor * quantity", name=op.f("ck_order_line_price")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_order_line_booking_id")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_order_line_consignment_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_order_line_listing_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_order_line_piece_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_order_line_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_line_order_id_position")),
    )
    op.create_index(
        "ix_order_line_consignment",
        "order_line",
        ["consignment_id"],
        unique=False,
        postgresql_where=sa.text("consignment_id IS NOT NULL"),
    )
    op.create_index("ix_order_line_listing", "order_line", ["listing_id"], unique=False)
    op.create_index(
        "ix_order_line_piece",
        "order_line",
        ["piece_id"],
        unique=False,
        postgresql_where=sa.text("piece_id IS NOT NULL"),
    )
    op.create_index("ix_order_line_product", "order_line", ["product_id", "id"], unique=False)
    op.create_index(
        "uq_order_line_booking",
        "order_line",
        ["booking_id", "booking_part"],
        unique=True,
        postgresql_where=sa.text("booking_id IS NOT NULL AND state <> 'CANCELLED'"),
    )
    op.create_index(
        "uq_order_line_one_of_one",
        "order_line",
        ["listing_id"],
        unique=True,
        postgresql_where=sa.text("piece_id IS NOT NULL AND state NOT IN ('CANCELLED', 'RETURNED')"),
    )
    op.create_table(
        "piece_cost",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("borne_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("borne_by IN ('SELLER', 'HOUSE')", name=op.f("ck_piece_cost_borne_by")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_piece_cost_currency")),
        sa.CheckConstraint("kind IN ('APPRAISAL', 'STORAGE', 'SERVICE', 'FREIGHT')", name=op.f("ck_piece_cost_kind")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_piece_cost_amount")),
        sa.CheckConstraint("char_length(note) BETWEEN 1 AND 500", name=op.f("ck_piece_cost_note")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_piece_cost_consignment_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_piece_cost_piece_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_piece_cost_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece_cost")),
    )
    op.create_index("ix_piece_cost_consignment", "piece_cost", ["consignment_id", "id"], unique=False)
    op.create_table(
        "appraisal_opinion",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("appraisal_id", sa.UUID(), nullable=False),
        sa.Column("appraiser", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("computed_grade", sa.Text(), nullable=True),
        sa.Column("score_bps", sa.Integer(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("deviation", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("marks", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("measurements", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("condition", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("value_low_minor", sa.BigInteger(), nullable=True),
        sa.Column("value_high_minor", sa.BigInteger(), nullable=True),
        sa.Column("comparables", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("product_id", sa.UUID(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suggestion", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("grader", sa.Text(), nullable=True),
        sa.Column("suggested_grade", sa.Text(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(verdict IS NOT DISTINCT FROM 'AUTHENTIC') = (num_nonnulls(grade, value_low_minor, value_high_minor) = 3) AND (verdict IS NOT DISTINCT FROM 'AUTHENTIC' OR num_nonnulls(grade, value_low_minor, value_high_minor) = 0)",
            name=op.f("ck_appraisal_opinion_authentic"),
        ),
        sa.CheckConstraint(
            "computed_grade IN ('NEW', 'PRISTINE', 'EXCELLENT', 'VERY_GOOD', 'GOOD', 'FAIR')",
            name=op.f("ck_appraisal_opinion_computed_grade"),
        ),
        sa.CheckConstraint(
            "currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_appraisal_opinion_currency")
        ),
        sa.CheckConstraint(
            "grade IN ('NEW', 'PRISTINE', 'EXCELLENT', 'VERY_GOOD', 'GOOD', 'FAIR')",
            name=op.f("ck_appraisal_opinion_grade"),
        ),
        sa.CheckConstraint("rank IN ('APPRAISER', 'SENIOR')", name=op.f("ck_appraisal_opinion_rank")),
        sa.CheckConstraint("round < 3 OR rank = 'SENIOR'", name=op.f("ck_appraisal_opinion_decisive")),
        sa.CheckConstraint(
            "suggested_grade IN ('NEW', 'PRISTINE', 'EXCELLENT', 'VERY_GOOD', 'GOOD', 'FAIR')",
            name=op.f("ck_appraisal_opinion_suggested_grade"),
        ),
        sa.CheckConstraint(
            "verdict = 'AUTHENTIC' OR char_length(findings) > 0", name=op.f("ck_appraisal_opinion_findings")
        ),
        sa.CheckConstraint(
            "verdict IN ('AUTHENTIC', 'COUNTERFEIT', 'INCONCLUSIVE')", name=op.f("ck_appraisal_opinion_verdict")
        ),
        sa.CheckConstraint(
            "(deviation IS NOT NULL) = (grade IS DISTINCT FROM computed_grade)",
            name=op.f("ck_appraisal_opinion_deviation"),
        ),
        sa.CheckConstraint("(upheld IS NULL) = (judged_at IS NULL)", name=op.f("ck_appraisal_opinion_judged")),
        sa.CheckConstraint(
            "0 < value_low_minor AND value_low_minor <= value_high_minor", name=op.f("ck_appraisal_opinion_value")
        ),
        sa.CheckConstraint("char_length(deviation) > 0", name=op.f("ck_appraisal_opinion_deviation_said")),
        sa.CheckConstraint(
            "num_nonnulls(grade, computed_grade, score_bps) IN (0, 3)", name=op.f("ck_appraisal_opinion_graded")
        ),
        sa.CheckConstraint(
            "num_nonnulls(suggestion, grader, suggested_grade) IN (0, 3)", name=op.f("ck_appraisal_opinion_suggestion")
        ),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name=op.f("ck_appraisal_opinion_round")),
        sa.CheckConstraint("score_bps BETWEEN 0 AND 10000", name=op.f("ck_appraisal_opinion_score")),
        sa.CheckConstraint("suggested_grade IS NULL OR grade IS NOT NULL", name=op.f("ck_appraisal_opinion_suggested")),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_opinion_appraisal_id")),
        sa.ForeignKeyConstraint(["appraiser"], ["account.id"], name=op.f("fk_appraisal_opinion_appraiser")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_appraisal_opinion_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_opinion")),
        sa.UniqueConstraint("appraisal_id", "appraiser", name=op.f("uq_appraisal_opinion_appraisal_id_appraiser")),
        sa.UniqueConstraint("appraisal_id", "round", name=op.f("uq_appraisal_opinion_appraisal_id_round")),
    )
    op.create_index("ix_appraisal_opinion_appraiser", "appraisal_opinion", ["appraiser", "given_at"], unique=False)
    op.create_index(
        "ix_appraisal_opinion_suggested",
        "appraisal_opinion",
        ["given_at"],
        unique=False,
        postgresql_where=sa.text("grader IS NOT NULL"),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("appraisal_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=False),
        sa.Column("consignor", sa.UUID(), nullable=False),
        sa.Column("category_path", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recall_id", sa.UUID(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'REVOKED') = (revoked_at IS NOT NULL)", name=op.f("ck_certificate_revoked")),
        sa.CheckConstraint(
            "reason IN ('COUNTERFEIT', 'MISTAKE', 'ALTERED', 'LOST')", name=op.f("ck_certificate_reason")
        ),
        sa.CheckConstraint(
            "state <> 'UNDER_REVIEW' OR recall_id IS NOT NULL", name=op.f("ck_certificate_under_review")
        ),
        sa.CheckConstraint(
            "state IN ('VALID', 'UNDER_REVIEW', 'SUPERSEDED', 'REVOKED')", name=op.f("ck_certificate_state")
        ),
        sa.CheckConstraint("(revoked_at IS NULL) = (reason IS NULL)", name=op.f("ck_certificate_revoked_why")),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_certificate_appraisal_id")),
        sa.ForeignKeyConstraint(["consignor"], ["account.id"], name=op.f("fk_certificate_consignor")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_certificate_piece_id")),
        sa.ForeignKeyConstraint(
            ["recall_id"],
            ["certificate_recall.id"],
            name=op.f("fk_certificate_recall_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_certificate_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("appraisal_id", name=op.f("uq_certificate_appraisal_id")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
    )
    op.create_index("ix_certificate_consignor", "certificate", ["consignor", "issued_at"], unique=False)
    op.create_index("ix_certificate_issued", "certificate", ["issued_at", "id"], unique=False)
    op.create_index("ix_certificate_piece", "certificate", ["piece_id", "issued_at"], unique=False)
    op.create_index(
        "ix_certificate_recall_of",
        "certificate",
        ["recall_id", "issued_at", "id"],
        unique=False,
        postgresql_where=sa.text("recall_id IS NOT NULL"),
    )
    op.create_index("ix_certificate_state", "certificate", ["state", "issued_at", "id"], unique=False)
    op.create_index(
        "uq_certificate_standing",
        "certificate",
        ["piece_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('VALID', 'UNDER_REVIEW')"),
    )
    op.create_table(
        "goods_return",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=False),
        sa.Column("order_line_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=True),
        sa.Column("buyer", sa.UUID(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photos", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("worth_minor", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.UUID(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("send_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parcel", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("receipt", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("inspection", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("deducted_minor", sa.BigInteger(), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=True),
        sa.Column("refund_id", sa.UUID(), nullable=True),
        sa.Column("opened", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("sent_back", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duties_minor", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('INSPECTED', 'REFUNDED', 'DENIED')) = (inspection IS NOT NULL)",
            name=op.f("ck_goods_return_inspection"),
        ),
        sa.CheckConstraint(
            "(state IN ('RECEIVED', 'INSPECTED', 'REFUNDED', 'DENIED')) = (receipt IS NOT NULL)",
            name=op.f("ck_goods_return_receipt"),
        ),
        sa.CheckConstraint(
            "(state IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED', 'INSPECTED')) = (closed_at IS NULL)",
            name=op.f("ck_goods_return_closed"),
        ),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_goods_return_currency")),
        sa.CheckConstraint(
            "disposition IN ('RESTOCK', 'REFURBISH', 'CLEAR', 'RETURN_TO_CONSIGNOR')",
            name=op.f("ck_goods_return_disposition"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(refunded_minor, deducted_minor, refund_id, disposition) = CASE WHEN state = 'REFUNDED' THEN 4 ELSE 0 END",
            name=op.f("ck_goods_return_refunded"),
        ),
        sa.CheckConstraint(
            "reason IN ('CHANGED_MIND', 'DOES_NOT_FIT', 'NOT_AS_DESCRIBED', 'DAMAGED', 'WRONG_ITEM', 'NOT_AUTHENTIC')",
            name=op.f("ck_goods_return_reason"),
        ),
        sa.CheckConstraint("sent_back IS NULL OR state = 'DENIED'", name=op.f("ck_goods_return_sent_back")),
        sa.CheckConstraint("state <> 'IN_TRANSIT' OR parcel IS NOT NULL", name=op.f("ck_goods_return_parcel")),
        sa.CheckConstraint(
            "state IN ('REQUESTED', 'APPROVED', 'REJECTED', 'IN_TRANSIT', 'RECEIVED', 'INSPECTED', 'REFUNDED', 'DENIED', 'CANCELLED', 'EXPIRED')",
            name=op.f("ck_goods_return_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('APPROVED', 'EXPIRED') OR send_by IS NOT NULL", name=op.f("ck_goods_return_send_by")
        ),
        sa.CheckConstraint(
            "char_length(note) <= 1000 AND char_length(decision) <= 1000", name=op.f("ck_goods_return_texts")
        ),
        sa.CheckConstraint(
            "duties_minor BETWEEN 0 AND coalesce(refunded_minor, 0)", name=op.f("ck_goods_return_duties")
        ),
        sa.CheckConstraint("jsonb_array_length(photos) <= 12", name=op.f("ck_goods_return_photos")),
        sa.CheckConstraint(
            "quantity > 0 AND (piece_id IS NULL OR quantity = 1)", name=op.f("ck_goods_return_quantity")
        ),
        sa.CheckConstraint(
            "refunded_minor - duties_minor + deducted_minor = worth_minor", name=op.f("ck_goods_return_sum")
        ),
        sa.CheckConstraint(
            "worth_minor > 0 AND refunded_minor > 0 AND deducted_minor >= 0", name=op.f("ck_goods_return_amounts")
        ),
        sa.ForeignKeyConstraint(["buyer"], ["account.id"], name=op.f("fk_goods_return_buyer")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_goods_return_decided_by")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_goods_return_order_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_goods_return_order_line_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_goods_return_piece_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["order_refund.id"], name=op.f("fk_goods_return_refund_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_goods_return_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_return")),
        sa.UniqueConstraint("code", name=op.f("uq_goods_return_code")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_goods_return_refund_id")),
    )
    op.create_index("ix_goods_return_buyer", "goods_return", ["buyer", "id"], unique=False)
    op.create_index("ix_goods_return_line", "goods_return", ["order_line_id", "id"], unique=False)
    op.create_index("ix_goods_return_order", "goods_return", ["order_id", "id"], unique=False)
    op.create_index("ix_goods_return_state", "goods_return", ["state", "id"], unique=False)
    op.create_index(
        "uq_goods_return_line_open",
        "goods_return",
        ["order_line_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED', 'INSPECTED')"),
    )
    op.create_index(
        "uq_goods_return_piece_open",
        "goods_return",
        ["piece_id"],
        unique=True,
        postgresql_where=sa.text(
            "piece_id IS NOT NULL AND state IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED', 'INSPECTED')"
        ),
    )
    op.create_table(
        "markdown",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("contract_id", sa.UUID(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("listing_id", sa.UUID(), nullable=False),
        sa.Column("seller", sa.UUID(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("leaves_range", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.UUID(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(origin = 'PROPOSED') = (answer_by IS NOT NULL)", name=op.f("ck_markdown_answer_by")),
        sa.CheckConstraint("(origin = 'PROPOSED') = (proposed_by IS NOT NULL)", name=op.f("ck_markdown_proposed_by")),
        sa.CheckConstraint("(state IN ('PLANNED', 'PROPOSED')) = (ended_at IS NULL)", name=op.f("ck_markdown_ended")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_markdown_currency")),
        sa.CheckConstraint(
            "origin = 'PROPOSED' OR state NOT IN ('PROPOSED', 'REFUSED', 'LAPSED')", name=op.f("ck_markdown_asked")
        ),
        sa.CheckConstraint("origin IN ('AGREED', 'PROPOSED')", name=op.f("ck_markdown_origin")),
        sa.CheckConstraint("state <> 'LAPSED' OR ended_at >= answer_by", name=op.f("ck_markdown_lapsed")),
        sa.CheckConstraint(
            "state IN ('PLANNED', 'PROPOSED', 'APPLIED', 'REFUSED', 'LAPSED', 'SKIPPED')",
            name=op.f("ck_markdown_state"),
        ),
        sa.CheckConstraint("answer_by > made_at", name=op.f("ck_markdown_answer_after")),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_markdown_price")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_markdown_consignment_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_markdown_contract_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_markdown_listing_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_markdown_proposed_by")),
        sa.ForeignKeyConstraint(["seller"], ["account.id"], name=op.f("fk_markdown_seller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_markdown")),
    )
    op.create_index("ix_markdown_contract", "markdown", ["contract_id", "due_at", "id"], unique=False)
    op.create_index(
        "uq_markdown_proposed", "markdown", ["contract_id"], unique=True, postgresql_where=sa.text("state = 'PROPOSED'")
    )
    op.create_table(
        "opened_goods",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("order_line_id", sa.UUID(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_opened_goods_currency")),
        sa.CheckConstraint("cost_minor >= 0", name=op.f("ck_opened_goods_cost")),
        sa.ForeignKeyConstraint(["id"], ["piece.id"], name=op.f("fk_opened_goods_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_opened_goods_order_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_goods")),
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("consignment_id", sa.UUID(), nullable=False),
        sa.Column("contract_id", sa.UUID(), nullable=False),
        sa.Column("piece_id", sa.UUID(), nullable=False),
        sa.Column("seller", sa.UUID(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_id", sa.UUID(), nullable=True),
        sa.Column("order_line_id", sa.UUID(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("costs_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("shortfall_minor", sa.BigInteger(), nullable=False),
        sa.Column("offset_minor", sa.BigInteger(), nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("bonus_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_bps", sa.Integer(), nullable=False),
        sa.Column("cost_lines", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("shares", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("return_window_days", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payable_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocks", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(cause = 'SALE') = (order_line_id IS NOT NULL) AND (order_id IS NULL) = (order_line_id IS NULL)",
            name=op.f("ck_settlement_order"),
        ),
        sa.CheckConstraint(
            "(state IN ('PAYABLE', 'SETTLED', 'REVERSED')) = (released_at IS NOT NULL)",
            name=op.f("ck_settlement_released"),
        ),
        sa.CheckConstraint(
            "(state IN ('SETTLED', 'REVERSED')) = (settled_at IS NOT NULL)", name=op.f("ck_settlement_settled")
        ),
        sa.CheckConstraint(
            "cause <> 'SALE' OR state <> 'SETTLED' OR delivered_at IS NOT NULL", name=op.f("ck_settlement_delivered")
        ),
        sa.CheckConstraint("cause IN ('APPRAISAL', 'SALE', 'TERM_END')", name=op.f("ck_settlement_cause")),
        sa.CheckConstraint("currency IN ('CNY', 'HKD', 'EUR', 'USD', 'JPY')", name=op.f("ck_settlement_currency")),
        sa.CheckConstraint(
            "state IN ('PENDING', 'PAYABLE', 'SETTLED', 'CANCELLED', 'REVERSED')", name=op.f("ck_settlement_state")
        ),
        sa.CheckConstraint(
            "commission_minor >= 0 AND commission_tax_minor >= 0 AND costs_minor >= 0 AND net_minor >= 0 AND shortfall_minor >= 0 AND offset_minor >= 0 AND cash_minor >= 0 AND credit_minor >= 0 AND bonus_minor >= 0",
            name=op.f("ck_settlement_parts"),
        ),
        sa.CheckConstraint("credit_bps BETWEEN 0 AND 10000", name=op.f("ck_settlement_credit_bps")),
        sa.CheckConstraint(
            "gross_minor = commission_minor + commission_tax_minor + costs_minor + net_minor",
            name=op.f("ck_settlement_sum"),
        ),
        sa.CheckConstraint("gross_minor > 0", name=op.f("ck_settlement_gross")),
        sa.CheckConstraint("net_minor = offset_minor + cash_minor + credit_minor", name=op.f("ck_settlement_net")),
        sa.CheckConstraint("return_window_days >= 0", name=op.f("ck_settlement_return_window_days")),
        sa.CheckConstraint("shortfall_minor = 0 OR net_minor = 0", name=op.f("ck_settlement_shortfall")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_settlement_consignment_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_settlement_contract_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_settlement_order_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_settlement_order_line_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_settlement_piece_id")),
        sa.ForeignKeyConstraint(["seller"], ["account.id"], name=op.f("fk_settlement_seller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("code", name=op.f("uq_settlement_code")),
        sa.UniqueConstraint("order_line_id", name=op.f("uq_settlement_order_line_id")),
    )
    op.create_index(
        "ix_settlement_due",
        "settlement",
        ["payable_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index("ix_settlement_piece", "settlement", ["piece_id", "id"], unique=False)
    op.create_index("ix_settlement_seller", "settlement", ["seller", "id"], unique=False)
    op.create_index(
        "ix_settlement_settled",
        "settlement",
        ["settled_at"],
        unique=False,
        postgresql_include=["currency", "cash_minor", "credit_minor"],
        postgresql_where=sa.text("state = 'SETTLED'"),
    )
    op.create_index("ix_settlement_state", "settlement", ["state", "id"], unique=False)
    op.create_index(
        "uq_settlement_open",
        "settlement",
        ["consignment_id"],
        unique=True,
        postgresql_where=sa.text("NOT state IN ('CANCELLED', 'REVERSED')"),
    )
    run(r"""
CREATE FUNCTION subsidy_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reserved bigint := CASE WHEN NEW.state = 'RESERVED' THEN NEW.amount_minor ELSE 0 END;
    spent bigint := CASE WHEN NEW.state = 'SPENT' THEN NEW.amount_minor - NEW.returned_minor ELSE 0 END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'RELEASED' OR NEW.state = 'RESERVED' OR NEW.returned_minor < OLD.returned_minor THEN
            RAISE EXCEPTION 'a subsidy is promised once, and released once' USING ERRCODE = 'check_violation';
        END IF;
        reserved := reserved - CASE WHEN OLD.state = 'RESERVED' THEN OLD.amount_minor ELSE 0 END;
        spent := spent - CASE WHEN OLD.state = 'SPENT' THEN OLD.amount_minor - OLD.returned_minor ELSE 0 END;
    END IF;
    UPDATE campaign SET reserved_minor = reserved_minor + reserved, spent_minor = spent_minor + spent
    WHERE id = NEW.campaign_id AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a subsidy is in the currency of its campaign' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""")
    run(
        "CREATE TRIGGER subsidy_counts AFTER INSERT OR UPDATE ON subsidy FOR EACH ROW EXECUTE FUNCTION subsidy_counts()"
    )
    run(r"""
CREATE FUNCTION piece_stands_first() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO piece_standing (piece_id, since, owner_kind, owner_id, custodian_kind, custodian_id, risk_bearer_kind, risk_bearer_id)
    SELECT a.id, a.created_at, a.owner_kind, a.owner_id, a.custodian_kind, a.custodian_id, a.risk_bearer_kind, a.risk_bearer_id FROM added a;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER piece_stands_first AFTER INSERT ON piece
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION piece_stands_first()
""")
    run(r"""
CREATE FUNCTION piece_stands_anew() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO piece_standing (piece_id, since, owner_kind, owner_id, custodian_kind, custodian_id, risk_bearer_kind, risk_bearer_id)
    SELECT a.id, clock_timestamp(), a.owner_kind, a.owner_id, a.custodian_kind, a.custodian_id, a.risk_bearer_kind, a.risk_bearer_id FROM changed a JOIN before b ON b.id = a.id
    WHERE (a.owner_kind, a.owner_id, a.custodian_kind, a.custodian_id, a.risk_bearer_kind, a.risk_bearer_id) IS DISTINCT FROM (b.owner_kind, b.owner_id, b.custodian_kind, b.custodian_id, b.risk_bearer_kind, b.risk_bearer_id);
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER piece_stands_anew AFTER UPDATE ON piece
REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION piece_stands_anew()
""")
    run(r"""
CREATE FUNCTION listing_shelve() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    SELECT p.brand_id, p.collection_id, (c.path ->> 0)::uuid, (c.path ->> 1)::uuid, (c.path ->> 2)::uuid
    INTO NEW.brand_id, NEW.collection_id, NEW.category_1_id, NEW.category_2_id, NEW.category_3_id
    FROM product p JOIN category c ON c.id = p.category_id WHERE p.id = NEW.product_id;
    SELECT grade INTO NEW.grade FROM piece WHERE id = NEW.piece_id;
    RETURN NEW;
END $$
""")
    run(r"""
CREATE TRIGGER listing_shelve BEFORE INSERT ON listing
FOR EACH ROW WHEN (NEW.brand_id IS NULL) EXECUTE FUNCTION listing_shelve()
""")
    run(r"""
CREATE FUNCTION listing_follow_product() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE listing l SET brand_id = NEW.brand_id, collection_id = NEW.collection_id,
        category_1_id = (c.path ->> 0)::uuid, category_2_id = (c.path ->> 1)::uuid, category_3_id = (c.path ->> 2)::uuid
    FROM category c WHERE c.id = NEW.category_id AND l.product_id = NEW.id;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER listing_follow_product AFTER UPDATE ON product FOR EACH ROW
WHEN ((OLD.brand_id, OLD.category_id, OLD.collection_id) IS DISTINCT FROM
      (NEW.brand_id, NEW.category_id, NEW.collection_id))
EXECUTE FUNCTION listing_follow_product()
""")
    run(r"""
CREATE FUNCTION listing_follow_piece() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE listing SET grade = NEW.grade WHERE piece_id = NEW.id;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER listing_follow_piece AFTER UPDATE ON piece FOR EACH ROW
WHEN (OLD.grade IS DISTINCT FROM NEW.grade) EXECUTE FUNCTION listing_follow_piece()
""")
    run("INSERT INTO credit_flow_mark (one, before_xid) VALUES (true, 0)")
    run(r"""
CREATE VIEW credit_movement AS
SELECT p.xid, (j.occurred_at AT TIME ZONE 'UTC')::date AS day, p.currency, p.amount_minor, p.owner,
    CASE WHEN p.amount_minor > 0 AND j.cause_id = l.cause_id AND j.cause_kind = l.cause_kind THEN l.origin
        WHEN j.cause_kind IN ('order', 'hold', 'tradeIn') THEN 'SPENT'
        WHEN j.cause_kind = 'lot' THEN 'LAPSED'
        ELSE 'OTHER' END AS flow
FROM ledger_posting p JOIN ledger_journal j ON j.id = p.journal_id JOIN credit_lot l ON l.id = p.lot_id
WHERE p.kind = 'CREDIT'
""")
    run("GRANT SELECT ON credit_movement TO cercle_app")
    run(r"""
CREATE FUNCTION circulation_fold() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('circulation_fold', 7));
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid),
    folded AS (
        INSERT INTO credit_flow_day AS d (day, currency, flow, amount_minor)
        SELECT m.day, m.currency, m.flow, sum(m.amount_minor)
        FROM credit_movement m
        WHERE m.xid >= (SELECT before_xid FROM credit_flow_mark) AND m.xid < (SELECT xid FROM horizon)
        GROUP BY m.day, m.currency, m.flow
        ON CONFLICT (day, currency, flow) DO UPDATE SET amount_minor = d.amount_minor + excluded.amount_minor
    )
    UPDATE credit_flow_mark SET before_xid = greatest(before_xid, horizon.xid) FROM horizon;
$$
""")
    run(r"""
CREATE FUNCTION claim_fence() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.token NOT IN (OLD.token, OLD.token + 1) THEN
        RAISE EXCEPTION 'the token of a claim goes up by one or stays' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.token > OLD.token AND NOT OLD.ended AND OLD.expires_at > NEW.taken_at THEN
        RAISE EXCEPTION 'the claim still stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""")
    run("CREATE TRIGGER claim_fence BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION claim_fence()")
    run(r"""
CREATE FUNCTION listing_is_of_something() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM piece WHERE id = NEW.piece_id AND gone_at IS NOT NULL) THEN
        RAISE EXCEPTION 'piece % left the house for good', NEW.piece_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER listing_is_of_something AFTER INSERT ON listing
FOR EACH ROW WHEN (NEW.piece_id IS NOT NULL) EXECUTE FUNCTION listing_is_of_something()
""")
    run(r"""
INSERT INTO ledger_chain (chain, position, hash)
SELECT chain, 0, sha256(convert_to('cercle ledger ' || chain, 'UTF8')) FROM generate_series(0, 15) AS chain
""")
    run(r"""
INSERT INTO fx_liquidity (currency, balance_minor, version)
SELECT unnest(ARRAY['CNY', 'HKD', 'EUR', 'USD', 'JPY']), 0, 0
""")
    run(r"""
CREATE FUNCTION ledger_journal_hash(p_previous bytea, p_journal uuid) RETURNS bytea
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT sha256(p_previous || convert_to(
        j.id || '|' || j.cause_kind || '|' || j.cause_id || '|' || j.memo || '|'
        || (extract(epoch FROM j.occurred_at) * 1000000)::bigint || '|'
        || (SELECT string_agg(concat_ws(':', p.line, coalesce(p.owner::text, 'house'), p.kind, p.currency,
                                        p.amount_minor, coalesce(p.lot_id::text, '-')), ',' ORDER BY p.line)
            FROM ledger_posting p WHERE p.journal_id = j.id), 'UTF8'))
    FROM ledger_journal j WHERE j.id = p_journal
$$
""")
    run(r"""
CREATE FUNCTION wallet_lock(p_owners uuid[], p_currencies text[]) RETURNS SETOF wallet_pocket
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wanted record;
    pocket wallet_pocket;
BEGIN
    FOR wanted IN
        SELECT DISTINCT owner, currency FROM unnest(p_owners, p_currencies) AS w (owner, currency)
        ORDER BY owner, currency
    LOOP
        SELECT * INTO pocket FROM wallet_pocket WHERE owner = wanted.owner AND currency = wanted.currency FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO wallet_pocket
                (owner, currency, cash_minor, credit_minor, deposit_minor, held_minor, owed_minor, version)
            VALUES (wanted.owner, wanted.currency, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
            SELECT * INTO pocket FROM wallet_pocket
            WHERE owner = wanted.owner AND currency = wanted.currency FOR UPDATE;
        END IF;
        RETURN NEXT pocket;
    END LOOP;
END $$
""")
    run(r"""
CREATE FUNCTION fx_liquidity_lock(p_currencies text[]) RETURNS SETOF fx_liquidity
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM fx_liquidity WHERE currency = ANY(p_currencies) ORDER BY currency FOR UPDATE
$$
""")
    run(r"""
CREATE FUNCTION ledger_apply() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved record;
BEGIN
    IF EXISTS (SELECT FROM posted p JOIN ledger_link l USING (journal_id)) THEN
        RAISE EXCEPTION 'a journal is closed once it is linked: post another one' USING ERRCODE = 'restrict_violation';
    END IF;
    -- One pocket after the other, in id order: whoever moves several at once never waits in a ring.
    FOR moved IN
        SELECT owner, currency,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'CASH'), 0) AS cash,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'CREDIT'), 0) AS credit,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'DEPOSIT'), 0) AS deposit,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'HELD'), 0) AS held,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'RECEIVABLE'), 0) AS receivable
        FROM posted WHERE owner IS NOT NULL GROUP BY owner, currency ORDER BY owner, currency
    LOOP
        PERFORM wallet_lock(ARRAY[moved.owner], ARRAY[moved.currency]);
        UPDATE wallet_pocket SET
            cash_minor = cash_minor + moved.cash, credit_minor = credit_minor + moved.credit,
            deposit_minor = deposit_minor + moved.deposit, held_minor = held_minor + moved.held,
            owed_minor = owed_minor - moved.receivable, version = version + 1
        WHERE owner = moved.owner AND currency = moved.currency;
    END LOOP;
    FOR moved IN
        SELECT lot_id, sum(amount_minor) AS amount FROM posted WHERE lot_id IS NOT NULL GROUP BY lot_id ORDER BY lot_id
    LOOP
        UPDATE credit_lot SET remaining_minor = remaining_minor + moved.amount WHERE id = moved.lot_id;
    END LOOP;
    FOR moved IN
        SELECT currency, sum(amount_minor) AS amount FROM posted
        WHERE kind = 'FX_LIQUIDITY' GROUP BY currency ORDER BY currency
    LOOP
        UPDATE fx_liquidity SET balance_minor = balance_minor + moved.amount, version = version + 1
        WHERE currency = moved.currency;
    END LOOP;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER ledger_apply AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply()
""")
    run(r"""
CREATE FUNCTION ledger_close() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    off text;
    head ledger_chain;
    linked bytea;
BEGIN
    SELECT string_agg(currency || ' ' || amount, ', ') INTO off FROM (
        SELECT currency, sum(amount_minor) AS amount FROM ledger_posting
        WHERE journal_id = NEW.id GROUP BY currency HAVING sum(amount_minor) <> 0) sums;
    IF off IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is not balanced: %', NEW.id, off USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(*) FROM ledger_posting WHERE journal_id = NEW.id) < 2 THEN
        RAISE EXCEPTION 'journal % has fewer than two postings', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO head FROM ledger_chain WHERE chain = pg_backend_pid() % 16 FOR UPDATE;
    linked := ledger_journal_hash(head.hash, NEW.id);
    INSERT INTO ledger_link (journal_id, chain, position, previous_hash, hash)
    VALUES (NEW.id, head.chain, head.position + 1, head.hash, linked);
    UPDATE ledger_chain SET position = head.position + 1, hash = linked WHERE chain = head.chain;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE CONSTRAINT TRIGGER ledger_close AFTER INSERT ON ledger_journal DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_close()
""")
    run(r"""
CREATE FUNCTION ledger_post(p_id uuid, p_cause_kind text, p_cause_id uuid, p_memo text, p_occurred_at timestamptz,
    p_owners uuid[], p_kinds text[], p_currencies text[], p_amounts bigint[], p_lots uuid[]) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    INSERT INTO ledger_journal (id, cause_kind, cause_id, memo, occurred_at)
    VALUES (p_id, p_cause_kind, p_cause_id, p_memo, p_occurred_at);
    INSERT INTO ledger_posting (journal_id, line, owner, kind, currency, amount_minor, lot_id)
    SELECT p_id, line, owner, kind, currency, amount, lot
    FROM unnest(p_owners, p_kinds, p_currencies, p_amounts, p_lots) WITH ORDINALITY
        AS posting (owner, kind, currency, amount, lot, line);
$$
""")
    run(r"""
CREATE FUNCTION ledger_take_snapshot() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- One after the other: two at once would both add the postings since the last.
    SELECT pg_advisory_xact_lock(hashtextextended('ledger_take_snapshot', 7));
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid)
    INSERT INTO ledger_snapshot AS s (kind, currency, before_xid, balance_minor)
    SELECT p.kind, p.currency, h.xid, sum(p.amount_minor)
    FROM horizon h, ledger_posting p LEFT JOIN ledger_snapshot o USING (kind, currency)
    WHERE p.owner IS NULL AND p.xid < h.xid AND p.xid >= coalesce(o.before_xid, 0)
    GROUP BY p.kind, p.currency, h.xid
    ON CONFLICT (kind, currency) DO UPDATE
    SET before_xid = excluded.before_xid, balance_minor = s.balance_minor + excluded.balance_minor
$$
""")
    run(r"""
CREATE FUNCTION fx_quote_used() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.used_at IS NOT NULL THEN
        RAISE EXCEPTION 'a quote is used once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""")
    run("CREATE TRIGGER fx_quote_used BEFORE UPDATE ON fx_quote FOR EACH ROW EXECUTE FUNCTION fx_quote_used()")
    run(r"""
CREATE FUNCTION fx_exchange_made() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fx_quote WHERE id = NEW.quote_id AND used_at = NEW.exchanged_at) THEN
        RAISE EXCEPTION 'an exchange uses its quote while that holds' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""")
    run(r"""
CREATE FUNCTION fx_exchange_reversed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'DONE' OR NEW.state <> 'REVERSED' THEN
        RAISE EXCEPTION 'an exchange is undone once' USING ERRCODE = 'check_violation';
    END IF;
    -- What the house gains is what was given less what the other side is worth by the rate of the day.
    IF NOT EXISTS (
        SELECT FROM fx_rate, (SELECT NEW.sold_minor, NEW.sold_currency, NEW.currency, NEW.mid_minor - NEW.gain_minor)
            AS given (sold_minor, sold_currency, currency, day_minor)
        WHERE id = NEW.day_rate_id AND sold_currency IN (rate_base, rate_counter)
            AND currency IN (rate_base, rate_counter)
            AND day_minor * ((CASE sold_currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN 1000000000 ELSE rate_billionths END) <= (sold_minor * (CASE currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN rate_billionths ELSE 1000000000 END) AND (day_minor + 1) * ((CASE sold_currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN 1000000000 ELSE rate_billionths END) > (sold_minor * (CASE currency WHEN 'CNY' THEN 100 WHEN 'HKD' THEN 100 WHEN 'EUR' THEN 100 WHEN 'USD' THEN 100 WHEN 'JPY' THEN 1 END)::numeric * CASE sold_currency WHEN rate_base THEN rate_billionths ELSE 1000000000 END)) THEN
        RAISE EXCEPTION 'a gain is by a rate' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
""")
    run(
        "CREATE TRIGGER fx_exchange_reversed BEFORE UPDATE ON fx_exchange FOR EACH ROW EXECUTE FUNCTION fx_exchange_reversed()"
    )
    run("CREATE TRIGGER fx_exchange_made BEFORE INSERT ON fx_exchange FOR EACH ROW EXECUTE FUNCTION fx_exchange_made()")
    run(r"""
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
""")
    run(
        "CREATE TRIGGER gift_card_use_counts AFTER INSERT OR UPDATE ON gift_card_use FOR EACH ROW EXECUTE FUNCTION gift_card_use_counts()"
    )
    run(r"""
CREATE FUNCTION goods_return_fits() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM order_line l WHERE l.id = NEW.order_line_id AND l.order_id = NEW.order_id
        AND l.piece_id IS NOT DISTINCT FROM NEW.piece_id AND l.quantity >= (SELECT sum(r.quantity) FROM goods_return r
            WHERE r.order_line_id = l.id AND r.state NOT IN ('REJECTED', 'DENIED', 'CANCELLED', 'EXPIRED'))) THEN
        RAISE EXCEPTION 'more is returned of an order line than was bought' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE TRIGGER goods_return_fits AFTER INSERT ON goods_return
FOR EACH ROW EXECUTE FUNCTION goods_return_fits()
""")
    run(r"""
CREATE FUNCTION idempotency_claim(p_scope uuid, p_key text, p_fingerprint bytea) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    kept bytea;
BEGIN
    -- Held until the transaction ends, also across a rollback to a savepoint: two requests with one key never overlap.
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_scope || ':' || p_key, 7)) THEN
        RAISE EXCEPTION 'a request with this key is running' USING ERRCODE = 'CK001';
    END IF;
    SELECT fingerprint INTO kept FROM idempotency_key k WHERE k.scope = p_scope AND k.key = p_key;
    IF kept <> p_fingerprint THEN
        RAISE EXCEPTION 'the key was used for something else' USING ERRCODE = 'CK002';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'this was answered before' USING ERRCODE = 'CK003';
    END IF;
END $$
""")
    run("CREATE SCHEMA pgqueuer")
    run(
        "CREATE TYPE pgqueuer.pgqueuer_status AS ENUM ('queued', 'picked', 'successful', 'exception', 'canceled', 'deleted', 'failed');"
    )
    run(r"""CREATE TABLE pgqueuer.pgqueuer (
    id bigserial NOT NULL PRIMARY KEY,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    execute_after timestamp with time zone NOT NULL DEFAULT now(),
    status pgqueuer.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer NOT NULL DEFAULT 0,
    slot bigint
);""")
    run(r"""CREATE TABLE pgqueuer.pgqueuer_log (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT now(),
    job_id bigint NOT NULL,
    status pgqueuer.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);""")
    run(r"""CREATE TABLE pgqueuer.pgqueuer_schedules (
    id bigserial NOT NULL PRIMARY KEY,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    next_run timestamp with time zone NOT NULL DEFAULT now(),
    last_run timestamp with time zone,
    status pgqueuer.pgqueuer_status DEFAULT 'queued'::pgqueuer.pgqueuer_status,
    UNIQUE (expression, entrypoint)
);""")
    run(r"""CREATE TABLE pgqueuer.pgqueuer_statistics (
    id bigserial NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT date_trunc('sec'::text, now()),
    count bigint NOT NULL,
    priority integer NOT NULL,
    status pgqueuer.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);""")
    run(
        "CREATE INDEX pgqueuer_ep_ea_idx ON pgqueuer.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::pgqueuer.pgqueuer_status);"
    )
    run(
        "CREATE INDEX pgqueuer_ep_prio_id_idx ON pgqueuer.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::pgqueuer.pgqueuer_status);"
    )
    run("CREATE INDEX pgqueuer_log_created ON pgqueuer.pgqueuer_log USING btree (created);")
    run("CREATE INDEX pgqueuer_log_job_id_status ON pgqueuer.pgqueuer_log USING btree (job_id, created DESC);")
    run("CREATE INDEX pgqueuer_log_not_aggregated ON pgqueuer.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);")
    run("CREATE INDEX pgqueuer_log_status ON pgqueuer.pgqueuer_log USING btree (status);")
    run(
        "CREATE INDEX pgqueuer_picked_heartbeat_idx ON pgqueuer.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::pgqueuer.pgqueuer_status);"
    )
    run(
        "CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON pgqueuer.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::pgqueuer.pgqueuer_status) AND (slot IS NOT NULL));"
    )
    run(
        "CREATE INDEX pgqueuer_priority_id_id1_idx ON pgqueuer.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::pgqueuer.pgqueuer_status);"
    )
    run(
        "CREATE INDEX pgqueuer_queue_manager_id_idx ON pgqueuer.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);"
    )
    run(
        "CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON pgqueuer.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);"
    )
    run(
        "CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON pgqueuer.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::pgqueuer.pgqueuer_status, 'picked'::pgqueuer.pgqueuer_status])) AND (dedupe_key IS NOT NULL));"
    )
    run(
        "CREATE INDEX pgqueuer_updated_id_id1_idx ON pgqueuer.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::pgqueuer.pgqueuer_status);"
    )
    run(r"""CREATE FUNCTION pgqueuer.fn_pgqueuer_changed() RETURNS TRIGGER AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$ LANGUAGE plpgsql;""")
    run(r"""CREATE TRIGGER tg_pgqueuer_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pgqueuer.pgqueuer
EXECUTE FUNCTION pgqueuer.fn_pgqueuer_changed();""")
    run("GRANT USAGE ON SCHEMA pgqueuer TO cercle_app")
    run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgqueuer TO cercle_app")
    run("GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgqueuer TO cercle_app")
    run(r"""
CREATE FUNCTION sales_order_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    off text;
BEGIN
    SELECT concat_ws(', ',
        CASE WHEN o.total_minor <>
            (SELECT coalesce(sum(amount_minor - replaced_minor), 0) FROM order_tender WHERE order_id = o.id)
            THEN 'the tenders' END,
        CASE WHEN o.subtotal_minor <> (SELECT coalesce(sum(price_minor), 0) FROM order_line WHERE order_id = o.id)
            THEN 'the lines' END,
        CASE WHEN EXISTS (
            SELECT FROM (SELECT coalesce(sum(discount_minor), 0) AS off, coalesce(sum(discount_back_minor), 0) AS back
                FROM order_line WHERE order_id = o.id) lines,
                (SELECT coalesce(sum(amount_minor), 0) AS off, coalesce(sum(refunded_minor), 0) AS back
                FROM order_tender WHERE order_id = o.id AND kind = 'VOUCHER') voucher
            WHERE (lines.off, lines.back) <> (voucher.off, voucher.back))
            THEN 'the voucher' END,
        CASE WHEN o.duties_minor <> (SELECT coalesce(sum(duty_minor), 0) FROM order_line WHERE order_id = o.id)
            OR o.duties_minor <> (SELECT coalesce(sum((d #>> '{amount,minor}')::bigint), 0)
                FROM order_line l, jsonb_array_elements(l.duties) d WHERE l.order_id = o.id)
            THEN 'the duties' END,
        CASE WHEN o.shipping_refunded_minor
            + (SELECT coalesce(sum(refunded_minor + duty_refunded_minor), 0) FROM order_line WHERE order_id = o.id)
            <> (SELECT coalesce(sum(refunded_minor), 0) FROM order_tender WHERE order_id = o.id)
            THEN 'what was refunded' END)
    INTO off FROM sales_order o WHERE o.id = NEW.id;
    IF off <> '' THEN
        RAISE EXCEPTION 'order % does not add up: %', NEW.code, off USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE CONSTRAINT TRIGGER sales_order_adds_up AFTER INSERT OR UPDATE ON sales_order DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION sales_order_adds_up()
""")
    run(r"""
CREATE FUNCTION event_forget(p_account uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE event SET data = data - '{reason,note}'::text[]
    WHERE (actor_id = p_account OR account_id = p_account) AND data ?| '{reason,note}'
$$
""")
    run(
        'INSERT INTO policy_version (id, kind, version, terms, effective_from, note, published_at) VALUES (\'534aae2e-75d5-5ddb-9c05-7f43f147b50a\', \'COMMISSION\', 1, \'{"plans":[{"code":"STANDARD","name":{"en":"One rate","zh":"统一佣金"},"shape":"FLAT","rate_bps":2000,"tiers":[],"levels":[]},{"code":"TIERED-CNY","name":{"en":"The dearer the piece, the smaller our share","zh":"价越高，佣金越低"},"shape":"TIERED","rate_bps":0,"tiers":[{"up_to":{"minor":1000000,"currency":"CNY"},"rate_bps":2500},{"up_to":{"minor":8000000,"currency":"CNY"},"rate_bps":1800},{"up_to":null,"rate_bps":1200}],"levels":[]},{"code":"TIERED-HKD","name":{"en":"The dearer the piece, the smaller our share","zh":"价越高，佣金越低"},"shape":"TIERED","rate_bps":0,"tiers":[{"up_to":{"minor":1000000,"currency":"HKD"},"rate_bps":2500},{"up_to":{"minor":8000000,"currency":"HKD"},"rate_bps":1800},{"up_to":null,"rate_bps":1200}],"levels":[]},{"code":"TIERED-EUR","name":{"en":"The dearer the piece, the smaller our share","zh":"价越高，佣金越低"},"shape":"TIERED","rate_bps":0,"tiers":[{"up_to":{"minor":150000,"currency":"EUR"},"rate_bps":2500},{"up_to":{"minor":1000000,"currency":"EUR"},"rate_bps":1800},{"up_to":null,"rate_bps":1200}],"levels":[]},{"code":"TIERED-USD","name":{"en":"The dearer the piece, the smaller our share","zh":"价越高，佣金越低"},"shape":"TIERED","rate_bps":0,"tiers":[{"up_to":{"minor":150000,"currency":"USD"},"rate_bps":2500},{"up_to":{"minor":1000000,"currency":"USD"},"rate_bps":1800},{"up_to":null,"rate_bps":1200}],"levels":[]},{"code":"TIERED-JPY","name":{"en":"The dearer the piece, the smaller our share","zh":"价越高，佣金越低"},"shape":"TIERED","rate_bps":0,"tiers":[{"up_to":{"minor":200000,"currency":"JPY"},"rate_bps":2500},{"up_to":{"minor":1500000,"currency":"JPY"},"rate_bps":1800},{"up_to":null,"rate_bps":1200}],"levels":[]},{"code":"BY-LEVEL","name":{"en":"By level of seller","zh":"按卖家等级"},"shape":"BY_LEVEL","rate_bps":0,"tiers":[],"levels":[{"level":"STANDARD","rate_bps":2000},{"level":"SILVER","rate_bps":1700},{"level":"GOLD","rate_bps":1400}]}],"kind":"COMMISSION"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'86f7a35c-fabf-5973-aa66-91b16e89b562\', \'MARKDOWN\', 1, \'{"schedules":[{"code":"NONE","name":{"en":"The price stays","zh":"不降价"},"steps":[]},{"code":"GENTLE","name":{"en":"Two small steps","zh":"小幅两次"},"steps":[{"after_days":30,"price_bps":9500},{"after_days":60,"price_bps":9000}]},{"code":"STANDARD","name":{"en":"Three steps in ninety days","zh":"九十天三次"},"steps":[{"after_days":30,"price_bps":9000},{"after_days":60,"price_bps":8000},{"after_days":90,"price_bps":7000}]}],"floor_bps":5000,"response_days":7,"kind":"MARKDOWN"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'ddb93e73-27f4-5e74-bef3-b438e8eab812\', \'SETTLEMENT\', 1, \'{"credit_bonus_bps":1000,"buy_out":[{"grade":"NEW","discount_bps":2000},{"grade":"PRISTINE","discount_bps":2200},{"grade":"EXCELLENT","discount_bps":2500},{"grade":"VERY_GOOD","discount_bps":3000},{"grade":"GOOD","discount_bps":3500}],"choice_fixed":"SALE","offset_cap_bps":5000,"days_to_sell":30,"days_to_deliver":4,"kind":"SETTLEMENT"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'c4e843b5-979b-50f1-9cd2-7bc032b10688\', \'RETURN\', 1, \'{"promise_days":7,"statutory":[{"jurisdiction":"CN","days":7},{"jurisdiction":"DE","days":14},{"jurisdiction":"FR","days":14},{"jurisdiction":"IT","days":14},{"jurisdiction":"GB","days":14},{"jurisdiction":"JP","days":8}],"kind":"RETURN"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'f825df17-d0f5-56f3-8839-9249aca9c844\', \'TAX\', 1, \'{"rates":[{"jurisdiction":"CN","basis":"FULL_PRICE","rate_bps":1300},{"jurisdiction":"CN","basis":"MARGIN","rate_bps":1300},{"jurisdiction":"CN","basis":"COMMISSION","rate_bps":600},{"jurisdiction":"CN","basis":"TRAVEL_MARGIN","rate_bps":1300},{"jurisdiction":"HK","basis":"FULL_PRICE","rate_bps":0},{"jurisdiction":"HK","basis":"MARGIN","rate_bps":0},{"jurisdiction":"HK","basis":"COMMISSION","rate_bps":0},{"jurisdiction":"HK","basis":"TRAVEL_MARGIN","rate_bps":0},{"jurisdiction":"FR","basis":"FULL_PRICE","rate_bps":2000},{"jurisdiction":"FR","basis":"MARGIN","rate_bps":2000},{"jurisdiction":"FR","basis":"COMMISSION","rate_bps":2000},{"jurisdiction":"FR","basis":"TRAVEL_MARGIN","rate_bps":2000},{"jurisdiction":"DE","basis":"FULL_PRICE","rate_bps":1900},{"jurisdiction":"DE","basis":"MARGIN","rate_bps":1900},{"jurisdiction":"DE","basis":"COMMISSION","rate_bps":1900},{"jurisdiction":"DE","basis":"TRAVEL_MARGIN","rate_bps":1900},{"jurisdiction":"IT","basis":"FULL_PRICE","rate_bps":2200},{"jurisdiction":"IT","basis":"MARGIN","rate_bps":2200},{"jurisdiction":"IT","basis":"COMMISSION","rate_bps":2200},{"jurisdiction":"IT","basis":"TRAVEL_MARGIN","rate_bps":2200},{"jurisdiction":"JP","basis":"FULL_PRICE","rate_bps":1000},{"jurisdiction":"JP","basis":"MARGIN","rate_bps":1000},{"jurisdiction":"JP","basis":"COMMISSION","rate_bps":1000},{"jurisdiction":"JP","basis":"TRAVEL_MARGIN","rate_bps":1000},{"jurisdiction":"GB","basis":"FULL_PRICE","rate_bps":2000},{"jurisdiction":"GB","basis":"MARGIN","rate_bps":2000},{"jurisdiction":"GB","basis":"COMMISSION","rate_bps":2000},{"jurisdiction":"GB","basis":"TRAVEL_MARGIN","rate_bps":2000},{"jurisdiction":"US","basis":"FULL_PRICE","rate_bps":0},{"jurisdiction":"US","basis":"MARGIN","rate_bps":0},{"jurisdiction":"US","basis":"COMMISSION","rate_bps":0},{"jurisdiction":"US","basis":"TRAVEL_MARGIN","rate_bps":0}],"elsewhere_bps":0,"kind":"TAX"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'6502db24-d06a-509c-ba04-75df3a397b37\', \'COST\', 1, \'{"tariffs":[{"kind":"APPRAISAL","amount":{"minor":30000,"currency":"CNY"},"borne_by":"HOUSE"},{"kind":"STORAGE","amount":{"minor":8000,"currency":"CNY"},"borne_by":"HOUSE"},{"kind":"SERVICE","amount":{"minor":60000,"currency":"CNY"},"borne_by":"SELLER"},{"kind":"FREIGHT","amount":{"minor":12000,"currency":"CNY"},"borne_by":"HOUSE"},{"kind":"APPRAISAL","amount":{"minor":32000,"currency":"HKD"},"borne_by":"HOUSE"},{"kind":"STORAGE","amount":{"minor":9000,"currency":"HKD"},"borne_by":"HOUSE"},{"kind":"SERVICE","amount":{"minor":64000,"currency":"HKD"},"borne_by":"SELLER"},{"kind":"FREIGHT","amount":{"minor":13000,"currency":"HKD"},"borne_by":"HOUSE"},{"kind":"APPRAISAL","amount":{"minor":4000,"currency":"EUR"},"borne_by":"HOUSE"},{"kind":"STORAGE","amount":{"minor":1000,"currency":"EUR"},"borne_by":"HOUSE"},{"kind":"SERVICE","amount":{"minor":8000,"currency":"EUR"},"borne_by":"SELLER"},{"kind":"FREIGHT","amount":{"minor":1500,"currency":"EUR"},"borne_by":"HOUSE"},{"kind":"APPRAISAL","amount":{"minor":4500,"currency":"USD"},"borne_by":"HOUSE"},{"kind":"STORAGE","amount":{"minor":1100,"currency":"USD"},"borne_by":"HOUSE"},{"kind":"SERVICE","amount":{"minor":9000,"currency":"USD"},"borne_by":"SELLER"},{"kind":"FREIGHT","amount":{"minor":1700,"currency":"USD"},"borne_by":"HOUSE"},{"kind":"APPRAISAL","amount":{"minor":6500,"currency":"JPY"},"borne_by":"HOUSE"},{"kind":"STORAGE","amount":{"minor":1600,"currency":"JPY"},"borne_by":"HOUSE"},{"kind":"SERVICE","amount":{"minor":13000,"currency":"JPY"},"borne_by":"SELLER"},{"kind":"FREIGHT","amount":{"minor":2500,"currency":"JPY"},"borne_by":"HOUSE"}],"kind":"COST"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'ff23090a-6222-526b-ada9-83dd6f30ecb4\', \'APPRAISAL\', 1, \'{"second_opinion_from":[{"minor":8000000,"currency":"CNY"},{"minor":8500000,"currency":"HKD"},{"minor":1000000,"currency":"EUR"},{"minor":1100000,"currency":"USD"},{"minor":1600000,"currency":"JPY"}],"value_tolerance_bps":1500,"grade_tolerance":1,"service_fees":[{"minor":58000,"currency":"CNY"},{"minor":62000,"currency":"HKD"},{"minor":7500,"currency":"EUR"},{"minor":8000,"currency":"USD"},{"minor":12000,"currency":"JPY"}],"service_days":90,"kind":"APPRAISAL"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'02789fad-22d9-516f-a3e3-4f3890eebc18\', \'TRAVEL\', 1, \'{"categories":[{"category":"STUDY_TOUR","age_min":14,"age_max":null,"guardian_below_age":18,"intake":false,"intake_days":0,"required":["PASSPORT","EMERGENCY_CONTACT","SCHOOL"],"passport_months":6},{"category":"K12","age_min":5,"age_max":18,"guardian_below_age":18,"intake":false,"intake_days":0,"required":["PASSPORT","EMERGENCY_CONTACT","DIET","SCHOOL"],"passport_months":6},{"category":"INTEREST","age_min":8,"age_max":null,"guardian_below_age":18,"intake":false,"intake_days":0,"required":["EMERGENCY_CONTACT","DIET"],"passport_months":0},{"category":"MEDICAL","age_min":18,"age_max":null,"guardian_below_age":0,"intake":true,"intake_days":30,"required":["PASSPORT","EMERGENCY_CONTACT"],"passport_months":6},{"category":"LEISURE","age_min":0,"age_max":null,"guardian_below_age":0,"intake":false,"intake_days":0,"required":[],"passport_months":0}],"ladders":[{"code":"FLEXIBLE","name":{"en":"Free until two weeks before","zh":"提前两周免费取消"},"steps":[{"days_before":14,"retained_bps":0},{"days_before":7,"retained_bps":5000}]},{"code":"STANDARD","name":{"en":"In four steps","zh":"四级阶梯"},"steps":[{"days_before":60,"retained_bps":1000},{"days_before":30,"retained_bps":3000},{"days_before":14,"retained_bps":6000},{"days_before":3,"retained_bps":9000}]},{"code":"STRICT","name":{"en":"The deposit stays","zh":"定金不退"},"steps":[{"days_before":60,"retained_bps":2000},{"days_before":30,"retained_bps":6000}]}],"hold_minutes":30,"confirm_hours":72,"deposit_bps":2000,"balance_days":45,"remind_days":7,"seat":"FR","kind":"TRAVEL"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'afef8de7-3082-5a8f-8713-e3ded944757a\', \'PRICING\', 1, \'{"shares":[{"grade":"NEW","share_bps":8000},{"grade":"PRISTINE","share_bps":7900},{"grade":"EXCELLENT","share_bps":7700},{"grade":"VERY_GOOD","share_bps":7500},{"grade":"GOOD","share_bps":6500},{"grade":"FAIR","share_bps":5000}],"band_low_bps":5000,"band_high_bps":8000,"warranty_low_bps":500,"warranty_high_bps":1000,"warranty_months":24,"age_bps":200,"age_years_max":10,"demand":[{"from_ratio_bps":0,"change_bps":-500},{"from_ratio_bps":5000,"change_bps":0},{"from_ratio_bps":10000,"change_bps":300},{"from_ratio_bps":20000,"change_bps":600}],"demand_days":180,"plan":[{"from_ratio_bps":0,"change_bps":500},{"from_ratio_bps":5000,"change_bps":0},{"from_ratio_bps":10000,"change_bps":-1500},{"from_ratio_bps":15000,"change_bps":-10000}],"trade_in_bps":7000,"floors":[{"minor":80000,"currency":"CNY"},{"minor":90000,"currency":"HKD"},{"minor":10000,"currency":"EUR"},{"minor":11000,"currency":"USD"},{"minor":16000,"currency":"JPY"}],"freight":[{"fee":{"minor":6000,"currency":"CNY"},"subsidy_bps":5000},{"fee":{"minor":8000,"currency":"HKD"},"subsidy_bps":5000},{"fee":{"minor":1500,"currency":"EUR"},"subsidy_bps":5000},{"fee":{"minor":1700,"currency":"USD"},"subsidy_bps":5000},{"fee":{"minor":2500,"currency":"JPY"},"subsidy_bps":5000}],"insurance_bps":30,"offer_days":14,"hand_over_days":21,"answer_days":7,"kind":"PRICING"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'19f3e8c4-a1cb-5b72-8369-755963be32b6\', \'SHIPPING\', 1, \'{"home":"FR","zones":[{"code":"NEAR","name":{"en":"The Union","zh":"欧盟"},"countries":["AT","BE","BG","CY","CZ","DE","DK","EE","ES","FI","FR","GR","HR","HU","IE","IT","LT","LU","LV","MT","NL","PL","PT","RO","SE","SI","SK"],"methods":[{"method":"STANDARD","fees":[{"minor":0,"currency":"CNY"},{"minor":0,"currency":"HKD"},{"minor":0,"currency":"EUR"},{"minor":0,"currency":"USD"},{"minor":0,"currency":"JPY"}],"free_from":[]},{"method":"EXPRESS","fees":[{"minor":12000,"currency":"CNY"},{"minor":14000,"currency":"HKD"},{"minor":2500,"currency":"EUR"},{"minor":2800,"currency":"USD"},{"minor":3500,"currency":"JPY"}],"free_from":[]}]},{"code":"NOWHERE","name":{"en":"Where no carrier goes","zh":"无承运商"},"countries":["AQ","BV","HM","TF"],"methods":[]},{"code":"WORLD","name":{"en":"Everywhere else","zh":"其他地区"},"countries":[],"methods":[{"method":"STANDARD","fees":[{"minor":15000,"currency":"CNY"},{"minor":16000,"currency":"HKD"},{"minor":2000,"currency":"EUR"},{"minor":2200,"currency":"USD"},{"minor":3000,"currency":"JPY"}],"free_from":[{"minor":400000,"currency":"CNY"},{"minor":400000,"currency":"HKD"},{"minor":50000,"currency":"EUR"},{"minor":55000,"currency":"USD"},{"minor":80000,"currency":"JPY"}]},{"method":"EXPRESS","fees":[{"minor":30000,"currency":"CNY"},{"minor":34000,"currency":"HKD"},{"minor":4500,"currency":"EUR"},{"minor":5000,"currency":"USD"},{"minor":7000,"currency":"JPY"}],"free_from":[]}]}],"kind":"SHIPPING"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'4f84480d-3155-574f-b8f5-32fdec5b7877\', \'CUSTOMS\', 1, \'{"areas":[{"code":"EU","countries":["AT","BE","BG","CY","CZ","DE","DK","EE","ES","FI","FR","GR","HR","HU","IE","IT","LT","LU","LV","MT","NL","PL","PT","RO","SE","SI","SK"],"rates":[{"duty_bps":300,"category":null,"tax_basis":null,"import_tax_bps":null},{"duty_bps":450,"category":"watches","tax_basis":null,"import_tax_bps":null}],"source":"Illustrative, not a rate in force: look it up in the tariff of the Union","duty_free_up_to":[{"minor":115000,"currency":"CNY"},{"minor":125000,"currency":"HKD"},{"minor":15000,"currency":"EUR"},{"minor":16500,"currency":"USD"},{"minor":24000,"currency":"JPY"}],"tax_free_up_to":[],"given_back":true},{"code":"GB","countries":["GB"],"rates":[{"duty_bps":200,"category":null,"tax_basis":null,"import_tax_bps":null}],"source":"Illustrative, not a rate in force: look it up in the UK Global Tariff","duty_free_up_to":[{"minor":120000,"currency":"CNY"},{"minor":130000,"currency":"HKD"},{"minor":16000,"currency":"EUR"},{"minor":17000,"currency":"USD"},{"minor":25500,"currency":"JPY"}],"tax_free_up_to":[],"given_back":true},{"code":"CN","countries":["CN"],"rates":[{"duty_bps":600,"category":null,"tax_basis":null,"import_tax_bps":null},{"duty_bps":1000,"category":"watches","tax_basis":null,"import_tax_bps":null}],"source":"Illustrative, not a rate in force: look it up in the tariff of the People\'\'s Republic","duty_free_up_to":[],"tax_free_up_to":[],"given_back":false},{"code":"JP","countries":["JP"],"rates":[{"duty_bps":400,"category":null,"tax_basis":null,"import_tax_bps":null},{"duty_bps":800,"category":"bags","tax_basis":null,"import_tax_bps":null}],"source":"Illustrative, not a rate in force: look it up in the tariff of Japan","duty_free_up_to":[{"minor":48000,"currency":"CNY"},{"minor":52000,"currency":"HKD"},{"minor":6200,"currency":"EUR"},{"minor":6700,"currency":"USD"},{"minor":10000,"currency":"JPY"}],"tax_free_up_to":[{"minor":48000,"currency":"CNY"},{"minor":52000,"currency":"HKD"},{"minor":6200,"currency":"EUR"},{"minor":6700,"currency":"USD"},{"minor":10000,"currency":"JPY"}],"given_back":true},{"code":"US","countries":["US"],"rates":[{"duty_bps":500,"category":null,"tax_basis":null,"import_tax_bps":null},{"duty_bps":900,"category":"bags","tax_basis":null,"import_tax_bps":null}],"source":"Illustrative, not a rate in force: look it up in the Harmonized Tariff Schedule","duty_free_up_to":[],"tax_free_up_to":[],"given_back":true},{"code":"HK","countries":["HK"],"rates":[{"duty_bps":0,"category":null,"tax_basis":null,"import_tax_bps":null}],"source":"Illustrative, not a rate in force: look it up in the Dutiable Commodities Ordinance","duty_free_up_to":[],"tax_free_up_to":[],"given_back":true}],"kind":"CUSTOMS"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'8a0d2e33-89e9-55d1-bdc7-b6b38d70942e\', \'FX\', 1, \'{"quote_minutes":15,"kind":"FX"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\'), (\'b62d0d66-7b4a-531b-9316-11a6be2e2dfa\', \'GIFT_CARD\', 1, \'{"rules":[{"jurisdiction":"CN","valid_days":null,"grace_days":0,"source":"Single-purpose prepaid cards (2012, art. 18, 19): by name, without an end"},{"jurisdiction":"DE","valid_days":1461,"grace_days":90,"source":"BGB sections 195, 199: three years from the end of the year"},{"jurisdiction":"US","valid_days":1827,"grace_days":90,"source":"12 CFR 1005.20(e): five years at least"}],"elsewhere_days":1827,"grace_days":90,"most":[{"minor":500000,"currency":"CNY"},{"minor":1000000,"currency":"HKD"},{"minor":100000,"currency":"EUR"},{"minor":100000,"currency":"USD"},{"minor":100000,"currency":"JPY"}],"kind":"GIFT_CARD"}\', \'2020-01-01 00:00:00+00:00\', \'As the house opened\', \'2020-01-01 00:00:00+00:00\')'
    )
    run(r"""
CREATE FUNCTION trade_in_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.plan_id IS NOT NULL AND OLD.state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED') THEN
        UPDATE acquisition_plan SET taken = taken - 1 WHERE id = OLD.plan_id;
    END IF;
    IF NEW.plan_id IS NOT NULL AND NEW.state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED') THEN
        UPDATE acquisition_plan SET taken = taken + 1 WHERE id = NEW.plan_id;
    END IF;
    RETURN NULL;
END $$
""")
    run(r"""
CREATE CONSTRAINT TRIGGER trade_in_counts AFTER UPDATE ON trade_in DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
    (OLD.plan_id, OLD.state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED')) IS DISTINCT FROM (NEW.plan_id, NEW.state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED')))
EXECUTE FUNCTION trade_in_counts()
""")
    run(r"""
CREATE CONSTRAINT TRIGGER trade_in_begins AFTER INSERT ON trade_in DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.plan_id IS NOT NULL AND NEW.state IN ('BOUND', 'IN_TRANSIT', 'RECEIVED', 'REQUOTED', 'SETTLED', 'DISPOSED'))
EXECUTE FUNCTION trade_in_counts()
""")
    run('GRANT SELECT, INSERT, UPDATE ON "account" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "brand" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "bundle" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "category" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "club_shop" TO cercle_app')
    run('GRANT SELECT ON "credit_flow_day" TO cercle_app')
    run('GRANT SELECT ON "credit_flow_mark" TO cercle_app')
    run(
        'GRANT SELECT, INSERT (name, subject_kind, subject_id, data, piece_id, account_id, actor_id, action, occurred_at) ON "event" TO cercle_app'
    )
    run('GRANT SELECT ON "fx_liquidity" TO cercle_app')
    run('GRANT SELECT, INSERT, DELETE ON "idempotency_key" TO cercle_app')
    run('GRANT SELECT ON "ledger_chain" TO cercle_app')
    run('GRANT SELECT, INSERT ON "ledger_journal" TO cercle_app')
    run('GRANT SELECT ON "ledger_snapshot" TO cercle_app')
    run('GRANT SELECT, INSERT (name, subject_id, due_at), UPDATE (due_at), DELETE ON "outbox" TO cercle_app')
    run(
        'GRANT SELECT, INSERT, UPDATE (target, starts_at, ends_at, set_by, set_at, history, version) ON "acquisition_plan" TO cercle_app'
    )
    run('GRANT SELECT, INSERT, UPDATE ON "api_key" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "appraiser" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (state, ended_at, version) ON "campaign" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "cart" TO cercle_app')
    run('GRANT SELECT, INSERT ON "certificate_recall" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "collection" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE, DELETE ON "credential" TO cercle_app')
    run(
        'GRANT SELECT, INSERT (id, owner, currency, origin, amount_minor, priority, expires_at, cause_kind, cause_id, created_at) ON "credit_lot" TO cercle_app'
    )
    run('GRANT SELECT, INSERT ON "fx_rate" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (state, lapsed_minor, expires_at, version) ON "gift_card" TO cercle_app')
    run('GRANT SELECT, INSERT ON "grading_standard" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE, DELETE ON "identity" TO cercle_app')
    run('GRANT SELECT ON "ledger_link" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE, DELETE ON "media_upload" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "payment_intent" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "payout_batch" TO cercle_app')
    run('GRANT SELECT, INSERT ON "policy_version" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "receivable" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE, DELETE ON "session" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "shop_associate" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "shop_slot" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "supplier" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "wallet_hold" TO cercle_app')
    run('GRANT SELECT ON "wallet_pocket" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (used_at) ON "fx_quote" TO cercle_app')
    run(
        'GRANT SELECT, INSERT (journal_id, line, owner, kind, currency, amount_minor, lot_id) ON "ledger_posting" TO cercle_app'
    )
    run('GRANT SELECT, INSERT, UPDATE ON "payment_refund" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "payout" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "product" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "sales_order" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "supplier_bill" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "transit_cover" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "travel_product" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "voucher" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "departure" TO cercle_app')
    run(
        'GRANT SELECT, INSERT, UPDATE (state, reversed_at, gain_minor, day_rate_id, version) ON "fx_exchange" TO cercle_app'
    )
    run('GRANT SELECT, INSERT, UPDATE (state, returned_minor, version) ON "gift_card_use" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (reason) ON "order_refund" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "order_tender" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "payment_event" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "piece" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "shipment" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (state, version) ON "voucher_use" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "booking" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "claim" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "listing" TO cercle_app')
    run('GRANT SELECT ON "piece_standing" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (evidence, documents) ON "title_record" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "trade_in" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "booking_intake" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "consignment" TO cercle_app')
    run('GRANT SELECT, INSERT ON "disposition" TO cercle_app')
    run('GRANT SELECT, INSERT ON "goods_receipt" TO cercle_app')
    run('GRANT SELECT, INSERT ON "price_change" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "stock" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE, DELETE ON "stock_reservation" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (state, returned_minor, version) ON "subsidy" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "trip_request" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "appointment" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "appraisal" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "consignment_task" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "contract" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (handed_over_by) ON "intake_receipt" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "order_line" TO cercle_app')
    run('GRANT SELECT, INSERT ON "piece_cost" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE (upheld, judged_at, version) ON "appraisal_opinion" TO cercle_app')
    run(
        'GRANT SELECT, INSERT, UPDATE (state, recall_id, revoked_at, revoked_by, reason, note, version) ON "certificate" TO cercle_app'
    )
    run('GRANT SELECT, INSERT, UPDATE ON "goods_return" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "markdown" TO cercle_app')
    run('GRANT SELECT, INSERT ON "opened_goods" TO cercle_app')
    run('GRANT SELECT, INSERT, UPDATE ON "settlement" TO cercle_app')
    run("GRANT SELECT ON alembic_version TO cercle_app")
