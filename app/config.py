"""Settings from the environment, read once and never changed."""

from base64 import b64decode, b64encode, urlsafe_b64decode
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.origin import as_origin
from domain.viewer import Role

DEVELOPMENT_SECRET = "only-for-development-and-known-to-everybody"
DEVELOPMENT_PAYMENT_SECRET = "whsec_" + b64encode(b"only-for-development-and-known-to-everybody").decode()
SECRET_LENGTH_MIN = 32
PAYMENT_SECRET_BYTES = (24, 64)
"""The shortest and longest secret that Standard Webhooks allows."""
KEY_BYTES = 32
DRAIN_SECONDS = 2.0
"""In production; in development nobody waits for a load balancer."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


def decode(text: str) -> bytes:
    """Bytes from base64url with or without its padding; ValueError for anything else."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


class ResponseCache(StrEnum):
    """Where answers to strangers' reads are kept: by each process, or in Valkey as well, for all of them.

    Both ways ask that every process of the house is on one machine.
    """

    OFF = "off"
    MEMORY = "memory"
    VALKEY = "valkey"


class DocumentsMode(StrEnum):
    """Which documents are answered: any that is valid, or the registered ones, but for those who are free."""

    OPEN = "open"
    SAFELIST = "safelist"


class Audience(StrEnum):
    """Who asks, as far as it matters for what they may send."""

    STRANGER = "stranger"
    CUSTOMER = "customer"
    PARTNER = "partner"
    STAFF = "staff"


class OidcIssuer(BaseModel):
    """Another issuer whose tokens count here, and the roles that it decides on, by what it calls them.

    Its keys are fetched over TLS, or from this very machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1, max_length=200)
    audience: str = Field(min_length=1)
    jwks_uri: str = Field(pattern=r"^(https://|http://(127\.0\.0\.1|\[::1\]|localhost)[:/])")
    role_claim: str = "roles"
    roles: dict[str, Role] = Field(default_factory=dict)
    opens_accounts: bool = True

    @field_validator("roles")
    @classmethod
    def nobody_is_the_house(cls, roles: dict[str, Role]) -> dict[str, Role]:
        if Role.SYSTEM in roles.values():
            raise ValueError("SYSTEM is the house itself, which no issuer can name.")
        return roles


class Settings(BaseSettings):
    """Every setting is `CERCLE_` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CERCLE_", frozen=True, extra="ignore")

    environment: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    data_dir: Path = Path(".cercle")
    database_url: str | None = None
    database_owner_url: str | None = None
    database_replica_url: str | None = None
    database_pooler: bool = False
    database_direct_url: str | None = None
    database_seconds_max: float = Field(default=8, ge=0.1, le=9)
    redis_url: str | None = None
    workers: int = Field(default=1, ge=1, le=64)
    pool_size: int = Field(default=10, ge=1, le=200)
    drain_seconds: float | None = Field(default=None, ge=0, le=60)
    connections_max: int = Field(default=4_000, ge=1, le=1_000_000)
    connections_per_address_max: int = Field(default=1_000, ge=1, le=1_000_000)
    client_seconds_max: float = Field(default=10, ge=0.1, le=60)
    streams_max: int = Field(default=2_000, ge=0, le=1_000_000)
    streams_per_address_max: int = Field(default=200, ge=0, le=1_000_000)
    response_cache: ResponseCache | None = None
    documents_dir: Path | None = None
    documents_mode: DocumentsMode = DocumentsMode.OPEN
    documents_free: tuple[Audience, ...] = (Audience.PARTNER, Audience.STAFF)
    origins: tuple[str, ...] = ()
    explorer: bool | None = None
    seed_pieces: int = Field(default=2_000, ge=0, le=2_000_000)
    stranger_mutations_per_minute: int = Field(default=120, ge=1)
    cost_bucket: int = Field(default=50_000, ge=25_000)
    cost_restored_per_second: int = Field(default=5_000, ge=1)
    operation_seconds_max: float = Field(default=10, gt=0, le=60)
    sign_in_attempts_per_name: int = Field(default=10, ge=1)
    sign_in_attempts_per_address: int = Field(default=100, ge=1)
    oidc_issuers: tuple[OidcIssuer, ...] = ()
    secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    payment_secret: SecretStr = SecretStr(DEVELOPMENT_PAYMENT_SECRET)
    payment_provider_url: str | None = None
    public_url: str | None = None
    certificate_key: SecretStr | None = None
    certificate_retired_keys: tuple[str, ...] = ()
    slow_ms: int = Field(default=500, ge=0)
    metrics_token: SecretStr | None = Field(default=None, min_length=16)

    @property
    def address(self) -> str:
        """Where the world finds this house, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def drains(self) -> float:
        """How many seconds pass between the turn of `/ready` and the last new connection."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return DRAIN_SECONDS if self.environment is Environment.PRODUCTION else 0.0

    @property
    def keeps_answers(self) -> ResponseCache:
        """As set; else off, for processes on several machines would not know of each other's changes."""
        return ResponseCache.OFF if self.database_replica_url else self.response_cache or ResponseCache.OFF

    @property
    def explores(self) -> bool:
        """Whether browsers get a page to explore the schema with; as set, else in development only."""
        return self.environment is Environment.DEVELOPMENT if self.explorer is None else self.explorer

    @property
    def certificate_seed(self) -> bytes | None:
        """The 32 bytes that certificates are signed with, when they have a key of their own."""
        return None if self.certificate_key is None else decode(self.certificate_key.get_secret_value())

    @model_validator(mode="after")
    def documents_are_somewhere(self) -> "Settings":
        if self.documents_mode is DocumentsMode.SAFELIST and self.documents_dir is None:
            raise ValueError(
                "CERCLE_DOCUMENTS_MODE is safelist, so CERCLE_DOCUMENTS_DIR has to say where documents are."
            )
        return self

    @field_validator("origins")
    @classmethod
    def origins_are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(as_origin(one) for one in value)

    @field_validator("proxies")
    @classmethod
    def proxies_are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ip_network(one)
            except ValueError as error:
                raise ValueError(f"{one} is no address and no network, as 10.0.0.7 and 10.0.0.0/8 are.") from error
        return value

    @model_validator(mode="after")
    def certificate_key_is_a_key(self) -> "Settings":
        try:
            keys = [self.certificate_seed or bytes(KEY_BYTES), *map(decode, self.certificate_retired_keys)]
        except ValueError:
            keys = [b""]
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("CERCLE_CERTIFICATE_KEY and the retired keys are 32 bytes each, in base64url.")
        return self

    @field_validator("database_url", "database_owner_url", "database_replica_url", "database_direct_url")
    @classmethod
    def is_postgresql(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("The address of a database begins with postgresql://")
        return url

    @field_validator("redis_url")
    @classmethod
    def is_redis(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("The address of a Redis or Valkey begins with redis://, rediss:// or unix://")
        return url

    @model_validator(mode="after")
    def pooler_has_a_way_around(self) -> "Settings":
        if self.database_pooler and not (self.database_url and self.database_direct_url):
            raise ValueError(
                "CERCLE_DATABASE_POOLER says that CERCLE_DATABASE_URL leads through a pooler. Migrations and the worker"
                " go past it: set CERCLE_DATABASE_DIRECT_URL as well."
            )
        return self

    @model_validator(mode="after")
    def secret_is_a_secret(self) -> "Settings":
        value = self.secret.get_secret_value()
        if len(value) < SECRET_LENGTH_MIN:
            raise ValueError(f"CERCLE_SECRET needs at least {SECRET_LENGTH_MIN} characters.")
        if self.environment is Environment.PRODUCTION and value == DEVELOPMENT_SECRET:
            raise ValueError(
                "CERCLE_SECRET is still the development default. Set it to a random one, for instance from"
                " `python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        return self

    @model_validator(mode="after")
    def payment_secret_is_a_secret(self) -> "Settings":
        value = self.payment_secret.get_secret_value()
        try:
            length = len(b64decode(value.removeprefix("whsec_"), validate=True))
        except ValueError:
            length = 0
        if not value.startswith("whsec_") or not PAYMENT_SECRET_BYTES[0] <= length <= PAYMENT_SECRET_BYTES[1]:
            raise ValueError("CERCLE_PAYMENT_SECRET is `whsec_` and 24 to 64 random bytes in base64.")
        if self.environment is Environment.PRODUCTION and value == DEVELOPMENT_PAYMENT_SECRET:
            raise ValueError("CERCLE_PAYMENT_SECRET is still the development default. Set it to a random one.")
        return self
