"""Between the stored tokens and the pure state that decisions are taken on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadbridge.crm.provider import Grant
from leadbridge.integrations.model import TOKENS, ConnectionTokens, StoredAttempt
from leadbridge.integrations.tokens import Attempt, AttemptState, TokenState
from leadbridge.security.hashing import hash_token
from leadbridge.security.vault import Vault


def state_of(tokens: ConnectionTokens) -> TokenState:
    """Return what decisions need of the stored tokens. An attempt for another generation is over and left out."""
    stored = tokens.attempt
    current = stored is not None and stored.gen == tokens.gen
    return TokenState(
        gen=tokens.gen,
        issued_at=tokens.issued_at,
        expires_at=tokens.expires_at,
        attempt=Attempt(AttemptState(stored.state), stored.until) if stored is not None and current else None,
        last_refresh_at=tokens.last_refresh_at,
        not_before=tokens.not_before,
        failures=tokens.failures,
        gone=tokens.gone,
        renewable=tokens.refresh is not None,
    )


def apply_attempt(tokens: ConnectionTokens, state: TokenState, now: datetime) -> ConnectionTokens:
    """Return the document with the attempt of ``state``."""
    return tokens.model_copy(update={"attempt": _stored(state, now)})


def apply_failure(tokens: ConnectionTokens, state: TokenState, now: datetime) -> ConnectionTokens:
    """Return the document after a renewal that gave nothing."""
    return tokens.model_copy(
        update={
            "attempt": _stored(state, now),
            "failures": state.failures,
            "not_before": state.not_before,
            "gone": state.gone,
        }
    )


def _stored(state: TokenState, now: datetime) -> StoredAttempt | None:
    if state.attempt is None:
        return None
    return StoredAttempt(state=state.attempt.state, gen=state.gen, sent_at=now, until=state.attempt.until)


async def tokens_after(vault: Vault, before: ConnectionTokens, state: TokenState, grant: Grant) -> ConnectionTokens:
    """Return the document with the tokens of ``grant``; where the vendor gave no refresh token the old one stays."""
    refresh = grant.refresh_token.get_secret_value() if grant.refresh_token is not None else None
    if refresh is None and before.refresh is not None:
        refresh = await vault.open(before.company_id, TOKENS.name, before.id, "refresh", before.refresh)
    fields = await seal_grant(vault, before.company_id, before.id, grant.access_token.get_secret_value(), refresh)
    return before.model_copy(
        update={
            **fields,
            "gen": state.gen,
            "issued_at": state.issued_at,
            "expires_at": state.expires_at,
            "expiry_estimated": grant.expiry_estimated,
            "attempt": None,
            "last_refresh_at": state.last_refresh_at,
            "not_before": None,
            "failures": 0,
            "gone": False,
        }
    )


async def seal_grant(
    vault: Vault, company_id: str, connection_id: str, access: str, refresh: str | None
) -> dict[str, Any]:
    """Return the secret fields of a tokens document, sealed with one data key, and what goes with them."""
    secrets = {"access": access} if refresh is None else {"access": access, "refresh": refresh}
    sealed = await vault.seal_all(company_id, TOKENS.name, connection_id, secrets)
    return {
        "access": sealed["access"],
        "refresh": sealed.get("refresh"),
        "kid": sealed["access"].kid,
        "grant_key": None if refresh is None else grant_key(refresh),
    }


def grant_key(refresh_token: str) -> str:
    """Return the hash by which the same refresh token is recognised in two connections."""
    return hash_token(refresh_token, "grant")
