"""E-mail addresses as people sign in with them, and the entry that tells in which companies one does."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

from leadbridge.kit.errors import InvalidInput
from leadbridge.security.hashing import hash_token
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.model import ADDRESSES, Address

MAX_LENGTH = 254


def email_key(email: str) -> str:
    """Return the form in which two spellings of an address are one: no outer space, one case, composed characters."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def address_id(key: str) -> str:
    """Return the id under which a sign-in address is kept: a hash, so that the directory lists no addresses."""
    return hash_token(key, "address")


def checked_email(email: str) -> str:
    """Return an address as it is kept; raises ``InvalidInput``. Nobody asks the network whether it exists."""
    if len(email) <= MAX_LENGTH:
        try:
            return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            if email.strip().endswith("@localhost"):  # the first administrator's, which leads nowhere on purpose
                return email.strip()
    raise InvalidInput("The e-mail address is not valid.", code="invalid_email", hint="Write it as in ana@example.com.")


def member(company_id: str, user_id: str) -> str:
    """Return one entry of an address's list."""
    return f"{company_id}:{user_id}"


async def join(store: Store, batch: WriteBatch, key: str, company_id: str, user_id: str) -> None:
    """Make ``batch`` list a user under an address."""
    id = address_id(key)
    here = await store[ADDRESSES].across_companies().get(id)
    one = member(company_id, user_id)
    if here is None:
        batch.insert(ADDRESSES, Address(id=id, members=(one,)))
    elif one not in here.members:
        batch.replace(ADDRESSES, here.model_copy(update={"members": (*here.members, one)}))


async def leave(store: Store, batch: WriteBatch, key: str, company_id: str, user_id: str) -> None:
    """Make ``batch`` take a user off an address."""
    here = await store[ADDRESSES].across_companies().get(address_id(key))
    if here is None:
        return
    left = tuple(one for one in here.members if one != member(company_id, user_id))
    if left:
        batch.replace(ADDRESSES, here.model_copy(update={"members": left}))
    else:
        batch.delete(ADDRESSES, None, here.id, rev=here.rev)
