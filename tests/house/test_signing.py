"""The seal on certificates outlives the keys that it was made with."""

import os
from base64 import urlsafe_b64encode

import pytest
from pydantic import ValidationError

from app.config import Settings
from app.secret import Secrets
from app.signing import Ed25519Signer

SECRET = "a secret that is long enough for a house"


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def test_a_certificate_of_a_retired_key_still_counts_and_one_of_a_strangers_does_not() -> None:
    old, stranger = Ed25519Signer(os.urandom(32), base_url=""), Ed25519Signer(os.urandom(32), base_url="")
    new = Ed25519Signer(os.urandom(32), [old.public_keys()[0].public_key], base_url="")

    assert new.verify(old.key_id, b"said", old.sign(b"said"))
    assert new.verify(new.key_id, b"said", new.sign(b"said"))
    assert not new.verify(stranger.key_id, b"said", stranger.sign(b"said"))
    assert not new.verify(new.key_id, b"said", old.sign(b"said"))
    assert [(key.key_id, key.current) for key in new.public_keys()] == [(new.key_id, True), (old.key_id, False)]


def test_the_seal_follows_from_the_secret_unless_it_has_a_key_of_its_own() -> None:
    own = os.urandom(32)

    assert Secrets(SECRET, address="").signer.key_id == Secrets(SECRET, address="").signer.key_id
    assert Secrets(SECRET, address="").signer.key_id != Secrets(SECRET + "!", address="").signer.key_id
    kept = Secrets(SECRET, own, address="").signer.key_id
    assert kept == Secrets(SECRET + "!", own, address="").signer.key_id


def test_a_key_that_is_none_keeps_the_house_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERCLE_CERTIFICATE_KEY", text(os.urandom(32)))
    assert Settings().certificate_seed is not None
    for bad in ("short", "not base64 at all!", text(os.urandom(31))):
        monkeypatch.setenv("CERCLE_CERTIFICATE_KEY", bad)
        with pytest.raises(ValidationError, match="CERCLE_CERTIFICATE_KEY"):
            Settings()
