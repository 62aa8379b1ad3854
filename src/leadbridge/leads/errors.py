"""What can be wrong with leads and with files of leads."""

from __future__ import annotations

from leadbridge.kit.errors import InvalidInput, NotFound, Refused, TooLarge


class LeadNotFound(NotFound):
    """No lead of the caller's company has this id or external id."""

    default_code = "lead_not_found"


class AmbiguousId(Refused):
    """The id is the external id of one lead and the ``_id`` of another, so neither is taken."""

    default_code = "ambiguous_id"
    default_hint = "Use the other lead's external id, or change the external id that looks like an id of this hub."


class ExternalIdTaken(Refused):
    """Another lead of the company already has this external id."""

    default_code = "external_id_taken"
    default_hint = "Change that lead instead, or send another externalId."


class PersonErased(Refused):
    """The person was erased from this company, and would be stored again."""

    default_code = "erased_person"
    default_hint = "If the person has agreed again since, send the same lead with allowErased: true."


class InvalidLead(InvalidInput):
    """A value of a lead cannot be used; the code names which."""

    default_code = "invalid_lead"


class UnreadableFile(InvalidInput):
    """A file that is no CSV, is empty, or has no header row. Nothing of it was imported."""

    default_code = "unreadable_file"


class FileTooLarge(TooLarge):
    """A file past 20 MB or 20,000 rows."""

    default_code = "file_too_large"
    default_hint = "Split the file, keep the header row in each part, and import the parts one after the other."


class ImportNotFound(NotFound):
    """No import of the caller's company has this id."""

    default_code = "import_not_found"


class ImportRunning(Refused):
    """The company has another import under way; two at once could make the same person twice."""

    default_code = "import_running"
    default_hint = "Wait until it is done (GET /api/v1/leads/imports), then send the file again."


class ImportOvertaken(Refused):
    """This import stood still so long that another one took its place. What it had written stays."""

    default_code = "import_overtaken"
    default_hint = "Import the file again: rows that are in already change nothing."
