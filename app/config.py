"""Settings from the environment, read once and never changed."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "only-for-development-and-known-to-everybody"
SECRET_LENGTH_MIN = 32


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Every setting is `CERCLE_` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CERCLE_", frozen=True, extra="ignore")

    environment: Environment = Environment.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    data_dir: Path = Path(".cercle")
    database_url: str | None = None
    database_owner_url: str | None = None
    database_replica_url: str | None = None
    redis_url: str | None = None
    workers: int = Field(default=1, ge=1, le=64)
    pool_size: int = Field(default=10, ge=1, le=200)
    secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)

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
