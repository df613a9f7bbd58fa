"""API keys: who may read which, and the secret that is made as it is read."""

from uuid import UUID

from domain.account import Account
from domain.api_key import SECRET_SHOWN, ApiKey, ApiKeySecret, may_manage, whose
from domain.page import Page, PageRequest
from domain.refusal import NotFound
from domain.viewer import AccountId
from resolvers.context import Context


async def api_keys(context: Context, account_id: AccountId | None, page: PageRequest) -> Page[ApiKey]:
    """The caller's own; anybody's for admins."""
    return await context.readers.api_keys.page(whose(context.viewer, account_id), page)


async def api_key(context: Context, key_id: UUID) -> ApiKey:
    """One that the caller may look after, or comes with."""
    found = (await context.readers.api_keys.by_ids([key_id]))[0]
    itself = context.viewer.key is not None and context.viewer.key.id == key_id
    if found is None or not (itself or may_manage(context.viewer, found.account_id)):
        raise NotFound("ApiKey", key_id, path=("id",))
    return found


async def own(context: Context) -> ApiKey | None:
    """The key of this request."""
    return None if context.viewer.key is None else await api_key(context, context.viewer.key.id)


async def of_secret(context: Context, made: ApiKeySecret) -> ApiKey:
    found = (await context.readers.api_keys.by_ids([made.key_id]))[0]
    assert found is not None, "keys are never removed"
    return found


async def owner(context: Context, key: ApiKey) -> Account | None:
    """Whose it is, for people; a key does not show it."""
    return None if context.viewer.key is not None else await context.loaders.account.load(key.account_id)


def secret(context: Context, made: ApiKeySecret) -> str | None:
    """The text of the key, for the first minutes after it was made."""
    young = context.now - made.made_at <= SECRET_SHOWN
    return context.secrets.api_keys.write(made) if young else None
