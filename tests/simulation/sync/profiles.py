"""What each provider promises, and what it makes of what it is given: the facts that its model goes by."""

from __future__ import annotations

from dataclasses import dataclass

from leadbridge.sync.core.matching import CreateSafety


@dataclass(frozen=True)
class Profile:
    """What one provider promises."""

    name: str
    guard: str
    """``etag``, ``modified_since``, ``reread`` (our own look before an unconditional write) or ``none``."""
    exact: bool
    """The answer to a write shows the values as that write left them."""
    resolution: int
    """Of its clock, ms."""
    counter: bool
    """Versions are counted and not times."""
    history: bool
    safety: CreateSafety
    """Without our own unique field."""
    pointer: bool
    """A merged or converted record says where it went."""
    converts: bool
    unique_email: bool
    lag: int
    """Its search index shows a change after at most so long, ms."""
    late: int
    """A change may be committed so long after its time stamp, ms."""
    verbatim: frozenset[str]
    """Our names of the fields that it stores as they are given; what it makes of the others is their ``Kind``'s."""
    forward: bool
    """A stage goes only forward through the API, and of two merged records the further one stays."""
    told_by_survivor: bool
    """That a record was merged away is told by a walk of changes as long as the survivor lives, and by nothing else."""
    leads_on: bool
    """A look-up by the address of a record that was merged away finds the survivor."""
    fills: bool
    """A merge fills the winner's blanks with the loser's values."""
    touches: bool
    """A write of the values that a record has already gives it a new version all the same."""


PROFILES = {
    "hubspot": Profile(
        name="hubspot",
        guard="none",
        exact=True,
        resolution=1,
        counter=False,
        history=True,
        safety=CreateSafety.UPSERT_BY_MATCH,
        pointer=True,
        converts=False,
        unique_email=True,
        lag=30_000,
        late=0,
        verbatim=frozenset(("name",)),
        forward=True,
        told_by_survivor=True,
        leads_on=True,
        fills=True,
        touches=False,
    ),
    "zoho": Profile(
        name="zoho",
        guard="modified_since",
        exact=False,
        resolution=1000,
        counter=False,
        history=False,
        safety=CreateSafety.LAG,
        pointer=False,
        converts=True,
        unique_email=False,
        lag=300_000,
        late=0,
        verbatim=frozenset(("name", "email")),
        forward=False,
        told_by_survivor=False,
        leads_on=False,
        fills=True,
        touches=True,
    ),
    "salesforce": Profile(
        name="salesforce",
        guard="reread",
        exact=False,
        resolution=1000,
        counter=False,
        history=False,
        safety=CreateSafety.LAG,
        pointer=True,
        converts=True,
        unique_email=False,
        lag=5_000,
        late=20_000,
        verbatim=frozenset(),
        forward=False,
        told_by_survivor=False,
        leads_on=False,
        fills=False,
        touches=True,
    ),
    "dynamics": Profile(
        name="dynamics",
        guard="etag",
        exact=True,
        resolution=1000,
        counter=True,
        history=False,
        safety=CreateSafety.LAG,
        pointer=True,
        converts=True,
        unique_email=False,
        lag=2_000,
        late=0,
        verbatim=frozenset(("name", "email")),
        forward=False,
        told_by_survivor=False,
        leads_on=True,
        fills=False,
        touches=True,
    ),
}
"""The facts of four vendors.

Addresses: HubSpot and Salesforce store them in lower case (Salesforce's field type "Email" does, whatever writes it);
Dataverse and Zoho keep what they are given and only compare without regard to case. White space around a text: only
Salesforce takes it off.

Merging: Salesforce's ``merge()`` and Dataverse's ``Merge`` keep the winner's values and take of the loser's only those
that the call names (``masterRecord``, ``UpdateContent``); Zoho and HubSpot fill blanks. The loser's address becomes a
further one of the winner at HubSpot; at Dynamics the loser stays, closed, and names the winner; at Zoho and Salesforce
it is in the bin. HubSpot's search shows the survivor with ``hs_merged_object_ids``; the list of archived contacts has
neither the merged one nor, of a survivor that was deleted in its turn, those ids.

Writing the same values again: Dataverse counts every column that is sent as changed, and Salesforce moves
``SystemModstamp`` with every save; that Zoho moves ``Modified_Time`` is not documented, and taken for the harder case.
HubSpot sets ``lastmodifieddate`` only where a property changed. Only HubSpot's lifecycle stage is kept from going back.
"""
