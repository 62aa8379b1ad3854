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
    """A file that is no CSV or workbook, is empty, or has no header row. Nothing of it was imported."""

    default_code = "unreadable_file"


class FileTooLarge(TooLarge):
    """A file past the bytes or rows that are taken at once."""

    default_code = "file_too_large"
    default_hint = "Split the file, keep the header row in each part, and import the parts one after the other."


class ImportNotFound(NotFound):
    """No import of the caller's company has this id."""

    default_code = "import_not_found"


class CannotCancel(Refused):
    """The import has ended, or is being undone."""

    default_code = "cannot_cancel"
    default_hint = "Undo it where it has ended (POST .../undo)."


class CannotUndo(Refused):
    """The import is still under way, stored nothing, was undone already, or is too old."""

    default_code = "cannot_undo"
    default_hint = "Cancel it first where it is under way (POST .../cancel)."


class ImportOvertaken(Refused):
    """Another process goes on with this company's imports; this one stood still too long."""

    default_code = "import_overtaken"
    default_hint = "Nothing is lost: the other process goes on where this one was."
