"""The planning of an erasure: pure functions of documents, hashes and the policy table."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from leadbridge.kit.text import squeeze
from leadbridge.leads import normalise
from leadbridge.leads.fields import Keys
from leadbridge.leads.normalise import Invalid
from leadbridge.privacy.model import ErasedPerson
from leadbridge.privacy.policy import POLICIES, Action
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Kind

Hash = Callable[[str, str], str]
"""From what a value is and the value to its keyed hash."""

_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]]+")
_KEPT = ("_id", "companyId", "rev", "v", "_b")


def keyed_hash(key: bytes) -> Hash:
    """Return the hashing under a company's key: HMAC-SHA-256, 64 hexadecimal digits."""

    def digest(what: str, value: str) -> str:
        return hmac.new(key, f"{what}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    return digest


def key_hashes(keys: Keys, digest: Hash) -> dict[str, str]:
    """Return the hash of each thing a person is recognised by, by its name."""
    values = {"email": keys.email, "phone": keys.phone, "ext": keys.ext, "first": keys.first, "last": keys.last}
    return {name: digest(name, value) for name, value in values.items() if value is not None}


def looked_up(hashes: dict[str, str]) -> tuple[str, ...]:
    """Return those hashes that a person is looked up by: a name alone is shared by many."""
    return tuple(hashes[name] for name in ("email", "phone", "ext") if name in hashes)


def is_erased(person: dict[str, str], erased: ErasedPerson) -> bool:
    """Tell whether somebody is the erased person: by external id or e-mail address, or by phone and name.

    A phone number can be a switchboard's: it says nothing where both have an e-mail address or a name and they differ.
    """
    for name in ("ext", "email"):
        if name in person and person[name] == getattr(erased, name):
            return True
    if "phone" not in person or person["phone"] != erased.phone:
        return False
    return all(
        person.get(name) is None or getattr(erased, name) is None or person[name] == getattr(erased, name)
        for name in ("email", "first", "last")
    )


def cell_hashes(cells: Iterable[str], region: str | None, digest: Hash) -> set[str]:
    """Return the hashes of everything in a row that could be an e-mail address, a phone number or an external id."""
    found: set[str] = set()
    for cell in cells:
        text = squeeze(cell.strip().removeprefix("'"))
        if not text:
            continue
        found.add(digest("ext", text))
        for address in _ADDRESS.findall(text):
            found.add(digest("email", normalise.email_key(address.strip("."))))
            found.add(digest("email", normalise.email_key(_normal(address))))
        if any(char.isdigit() for char in text):
            try:
                number = normalise.phone(text, region)
            except Invalid:
                continue
            found.add(digest("phone", number.e164))
    return found


def _normal(address: str) -> str:
    try:
        return normalise.email(address)
    except Invalid:
        return address


def batch_for(kind: Kind[Any], documents: Sequence[Any], records: Collection[str]) -> WriteBatch:
    """Return what takes ``records`` out of ``documents``: by the kind's policy each is deleted or stripped."""
    policy = POLICIES[kind.name]
    batch = WriteBatch()
    for document in documents:
        if policy.action is Action.DELETE:
            batch.delete(kind, document.company_id, document.id)
        elif policy.strip is not None:
            body = kind.encode(document)
            after = policy.strip(body, records)
            values = {name: value for name, value in after.items() if name not in _KEPT and value != body.get(name)}
            batch.patch(kind, document.company_id, document.id, values=values, rev=document.rev)
    return batch


def exported(kind: Kind[Any], document: Any, records: Collection[str]) -> dict[str, Any]:
    """Return what a document says about ``records``, without the store's own fields."""
    body = kind.encode(document)
    only = POLICIES[kind.name].only
    shown = body if only is None else only(body, records)
    return {name: value for name, value in shown.items() if name not in ("companyId", "rev", "v", "_b")}
