"""Invitations: a link that makes its holder a user, once and for a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.security.hashing import hash_token, new_token
from leadbridge.storage.batch import UNSET, WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.addresses import checked_email, email_key
from leadbridge.tenancy.audit import AuditTrail, Author
from leadbridge.tenancy.errors import AboveYou, EmailTaken, InvitationNotFound
from leadbridge.tenancy.members import Members
from leadbridge.tenancy.model import DIRECTORY, INVITATIONS, USERS, DirectoryEntry, Invitation, Role, User

INVITATION = "invitation"
PREFIX = "lb_i_"
LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation just made; ``token`` is shown once and kept nowhere."""

    token: str
    invitation: Invitation

    def __repr__(self) -> str:
        return f"NewInvitation({self.invitation.id!r})"


def entry_id(token_hash: str) -> str:
    """Return the directory's key for an invitation's token."""
    return f"{INVITATION}:{token_hash}"


class Invitations:
    """The invitations of companies."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, members: Members, trail: AuditTrail) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._members = members
        self._trail = trail

    async def create(self, company_id: str, author: Author, by: User, email: str, role: Role) -> NewInvitation:
        """Invite somebody; raises ``AboveYou``, ``EmailTaken``, ``InvalidInput``."""
        if role.rank < by.role.rank:
            raise AboveYou(f"The role {role.value} is above yours.")
        email = checked_email(email)
        if await self._store[USERS].of(company_id).lookup("email", [email_key(email)]):
            raise EmailTaken("Somebody in this company signs in with this address already.")
        token, id, now = new_token(PREFIX), self._ids(), self._clock.now()
        invitation = Invitation(
            id=id,
            company_id=company_id,
            email=email,
            role=role,
            token_hash=hash_token(token, INVITATION),
            invited_by=by.id,
            created_at=now,
            expires_at=now + LIFE,
            subjects=(id, by.id),
        )
        entry = DirectoryEntry(
            id=entry_id(invitation.token_hash),
            what=INVITATION,
            company_id=company_id,
            ref=id,
            expires_at=invitation.expires_at,
        )
        batch = WriteBatch().insert(INVITATIONS, invitation).insert(DIRECTORY, entry)
        shown = {"email": email, "role": role.value}
        self._trail.add(batch, company_id, author, "invitation.created", f"invitation:{id}", after=shown)
        await self._store.write(batch)
        return NewInvitation(token, invitation)

    async def page(self, company_id: str, *, limit: int, after: Position | None) -> Page[Invitation]:
        """Return a page of a company's invitations, newest first."""
        return (
            await self._store[INVITATIONS]
            .of(company_id)
            .find(order=["createdAt"], descending=True, limit=limit, after=after)
        )

    async def revoke(self, company_id: str, id: str, author: Author) -> Invitation:
        """End an invitation; raises ``InvitationNotFound``, also for one that was accepted."""

        async def build() -> tuple[WriteBatch | None, Invitation]:
            invitation = await self._store[INVITATIONS].of(company_id).get(id)
            if invitation is None or invitation.accepted_at is not None:
                raise InvitationNotFound("There is no such invitation, or it was accepted.")
            if invitation.revoked_at is not None:
                return None, invitation
            ended = invitation.model_copy(update={"revoked_at": self._clock.now()})
            batch = WriteBatch().replace(INVITATIONS, ended)
            batch.delete(DIRECTORY, None, entry_id(invitation.token_hash))
            self._trail.add(batch, company_id, author, "invitation.revoked", f"invitation:{id}")
            return batch, ended

        return await self._store.attempt(build)

    async def accept(self, token: str, name: str, password: str, author: Author) -> User:
        """Make the holder of ``token`` a user; raises ``InvitationNotFound``, ``EmailTaken``, ``WeakPassword``.

        An invitation is worth no more than its inviter: it ends when that user is removed, disabled or lowered.
        """
        invitation = await self._open(token)
        hashed = await self._members.hashed(password, name, invitation.email)

        async def build() -> tuple[WriteBatch, User]:
            here = await self._open(token)
            inviter = await self._store[USERS].of(here.company_id).get(here.invited_by)
            if inviter is None or inviter.disabled_at is not None or here.role.rank < inviter.role.rank:
                raise InvitationNotFound("The invitation has ended.")
            batch = WriteBatch().require(USERS, here.company_id, inviter.id, rev=inviter.rev)
            user = await self._members.add(
                batch, here.company_id, name=name, role=here.role, email=here.email, hashed=hashed
            )
            batch.patch(
                INVITATIONS,
                here.company_id,
                here.id,
                values={"acceptedAt": self._clock.now(), "userId": user.id, "subjects": [*here.subjects, user.id]},
                where={"acceptedAt": UNSET, "revokedAt": UNSET},
            )
            batch.delete(DIRECTORY, None, entry_id(here.token_hash))
            by = Author(user.id, "invitation", None, author.address, author.user_agent, author.request_id)
            self._trail.add(
                batch,
                here.company_id,
                by,
                "user.created",
                f"user:{user.id}",
                after={"role": user.role.value, "invitation": here.id, "invitedBy": here.invited_by},
            )
            return batch, user

        return await self._store.attempt(build)

    async def _open(self, token: str) -> Invitation:
        entry = await self._store[DIRECTORY].across_companies().get(entry_id(hash_token(token, INVITATION)))
        invitation = None
        if entry is not None:
            invitation = await self._store[INVITATIONS].of(entry.company_id).get(entry.ref)
        if (
            invitation is None
            or invitation.accepted_at is not None
            or invitation.revoked_at is not None
            or invitation.expires_at <= self._clock.now()
        ):
            raise InvitationNotFound("The invitation does not exist or has ended.")
        return invitation


def invitation_view(invitation: Invitation, clock: Clock) -> dict[str, Any]:
    """Return an invitation as the API shows it."""
    if invitation.accepted_at is not None:
        status = "accepted"
    elif invitation.revoked_at is not None:
        status = "revoked"
    else:
        status = "open" if invitation.expires_at > clock.now() else "expired"
    return {
        "_id": invitation.id,
        "email": invitation.email,
        "role": invitation.role.value,
        "status": status,
        "invitedBy": invitation.invited_by,
        "userId": invitation.user_id,
        "createdAt": invitation.created_at,
        "expiresAt": invitation.expires_at,
    }
