"""What can be wrong with a form, or with what is sent by one."""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.kit.errors import Forbidden, InvalidInput, NotFound, Refused, Unavailable
from leadbridge.leads.forms.reading import Problem


class FormNotFound(NotFound):
    """There is no such form, or it is not active."""

    default_code = "form_not_found"
    default_hint = "Check the address of the form; whoever owns it may have ended it."


class TooManyForms(Refused):
    """The company has as many forms as one may have."""

    default_code = "too_many_forms"
    default_hint = "Delete forms that are no longer used."


class OriginNotAllowed(Forbidden):
    """The web page that sends the form is not one of those that the form names."""

    default_code = "origin_not_allowed"
    default_hint = "Add the page's origin (scheme, host and port) to the form's 'origins'."


class InvalidSubmission(InvalidInput):
    """Some fields cannot be taken; each is named with what is wrong with it. Nothing was stored."""

    default_code = "invalid_submission"
    default_hint = "Correct the named fields and send the form again; nothing was stored."

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            f"{first.label}: {first.message}{more}",
            details={"fields": {one.field: {"code": one.code, "message": one.message} for one in problems}},
        )
        self.problems = tuple(problems)


class LooksLikeSpam(InvalidInput):
    """What was sent looks like advertising. Nothing was stored, so that a person who is meant can try again."""

    default_code = "looks_like_spam"
    default_hint = "Send it with fewer links and without HTML, or get in touch in another way."


class ChallengeFailed(InvalidInput):
    """The check that a person is there was not passed, or its token was missing or used before."""

    default_code = "challenge_failed"
    default_hint = "Solve the check on the page again, then send the form."


class ChallengeUnavailable(Unavailable):
    """Whoever verifies the check did not answer, so nothing could be taken."""

    default_code = "challenge_unavailable"
    default_hint = "Send the form again in a moment."
