"""What can go wrong with signing in, with users and with keys."""

from __future__ import annotations

from leadbridge.kit.errors import Forbidden, InvalidInput, NotFound, Refused, TooMany, Unauthenticated, Unavailable


class WrongSignIn(Unauthenticated):
    """The address and the password do not belong together. Which of the two is wrong is not told."""

    default_code = "wrong_sign_in"
    default_hint = "Check both; whoever runs this hub can set a new password with 'leadbridge user password'."


class TooManyAttempts(TooMany):
    """Too many sign-ins with this address have failed. ``Retry-After`` tells for how many seconds to wait."""

    default_code = "too_many_attempts"
    default_hint = "Wait for as long as 'Retry-After' says. A browser that is signed in stays signed in."


class ChooseCompany(Refused):
    """The address and password are right in more than one company; the answer lists them."""

    default_code = "choose_company"
    default_hint = "Send the sign-in again with 'company' set to one of the ids in details.companies."


class TokenRefused(Unauthenticated):
    """A host application's token is not taken. The message tells why, never what is in it."""

    default_code = "token_refused"
    default_hint = "Have the host application issue a new token; docs/tenancy.md says what it must hold."


class KeysUnreachable(Unavailable):
    """The host application's public keys could not be fetched, so its tokens cannot be checked."""

    default_code = "signing_keys_unreachable"
    default_hint = "Check LEADBRIDGE_JWT_JWKS_URL and that it can be reached from this hub."


class CsrfRefused(Forbidden):
    """A change that a browser asked for by its cookie alone, as a foreign page can make it do."""

    default_code = "csrf_token_wrong"
    default_hint = "Send the 'csrfToken' of the sign-in, or of GET /api/v1/auth/me, as the header X-CSRF-Token."


class WeakPassword(InvalidInput):
    """A password that is too short, too long, or too easily guessed."""

    default_code = "weak_password"
    default_hint = "Use at least 12 characters; a few unrelated words are good."


class UserNotFound(NotFound):
    """No user of the caller's company has this id."""

    default_code = "user_not_found"


class KeyNotFound(NotFound):
    """No API key of the caller, or of the caller's company, has this id."""

    default_code = "api_key_not_found"


class InvitationNotFound(NotFound):
    """No invitation has this id, or this token; it may have ended."""

    default_code = "invitation_not_found"
    default_hint = "An invitation can be accepted once, within seven days. Ask for a new one."


class LastSuperUser(Refused):
    """A company keeps at least one super user who is not disabled."""

    default_code = "last_super_user"
    default_hint = "Make somebody else a super user first."


class AboveYou(Forbidden):
    """Nobody changes, removes or makes a user whose role is above their own."""

    default_code = "role_above_yours"
    default_hint = "Ask somebody with that role."


class EmailTaken(Refused):
    """Another user of the company signs in with this address."""

    default_code = "email_taken"
    default_hint = "Use another address, or change that user instead."


class TooManyKeys(Refused):
    """A user has as many API keys as are kept for one."""

    default_code = "too_many_api_keys"
    default_hint = "Revoke those that are no longer used."
