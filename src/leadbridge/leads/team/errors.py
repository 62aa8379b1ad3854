"""What can be wrong with the sales team."""

from __future__ import annotations

from leadbridge.kit.errors import InvalidInput, NotFound, Refused


class RepNotFound(NotFound):
    """The company's sales team has nobody with this id."""

    default_code = "rep_not_found"


class InvalidRep(InvalidInput):
    """A value of a member of the team cannot be used; the code names which."""

    default_code = "invalid_rep"


class TeamFull(Refused):
    """The company's team has as many members as one may have."""

    default_code = "team_full"
    default_hint = "Remove somebody who has left."
