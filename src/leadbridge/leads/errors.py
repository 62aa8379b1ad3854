"""What can be wrong with leads and with files of leads."""

from __future__ import annotations

from leadbridge.kit.errors import InvalidInput, NotFound, Refused, TooLarge


class RecordNotFound(NotFound):
    """No record of this type in the caller's company has this id or external id."""

    default_code = "record_not_found"


class LeadNotFound(RecordNotFound):
    """No lead of the caller's company has this id or external id."""

    default_code = "lead_not_found"


class RecordDeleted(RecordNotFound):
    """The record was deleted. It can be restored; until then nothing finds it and nothing changes it."""

    default_code = "record_deleted"


class NotDeleted(Refused):
    """Only a deleted record is restored; this one is there, or has become part of another."""

    default_code = "not_deleted"
    default_hint = "Read it, or the record that its id now leads to."


class CannotMerge(Refused):
    """Two records can only become one if both are there and they are not the same."""

    default_code = "cannot_merge"
    default_hint = "Name two different records of one type that were not deleted."


class CannotUnmerge(Refused):
    """The record is not part of the other one, came into it with a third one, or has been for too long."""

    default_code = "cannot_unmerge"
    default_hint = "Name the _id of a record that was merged into this one; its timeline shows them as otherId."


class UnknownReference(InvalidInput):
    """A record refers to another one that is not there."""

    default_code = "unknown_reference"
    default_hint = "Create that record first, or leave the reference out."


class InvalidSettings(InvalidInput):
    """A custom field, a threshold or a view cannot be declared so."""

    default_code = "invalid_settings"


class ViewNotFound(NotFound):
    """The caller has no such saved view, and nobody shares one of that id with them."""

    default_code = "view_not_found"


class FieldNotFound(NotFound):
    """No custom field of this name is declared."""

    default_code = "field_not_found"


class InvalidFilter(InvalidInput):
    """A list cannot be narrowed or sorted that way."""

    default_code = "invalid_filter"


class AmbiguousId(Refused):
    """The id is the external id of one record and the ``_id`` of another, so neither is taken."""

    default_code = "ambiguous_id"
    default_hint = "Use the other record's external id, or change the external id that looks like an id of this hub."


class ExternalIdTaken(Refused):
    """Another record of the type already has this external id."""

    default_code = "external_id_taken"
    default_hint = "Change that record instead, or send another externalId."


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


class CannotResume(Refused):
    """The import is not paused: it goes on already, or has ended."""

    default_code = "cannot_resume"
    default_hint = "Look at its state (GET .../imports/{id})."


class ImportOvertaken(Refused):
    """Another process goes on with this company's imports; this one stood still too long."""

    default_code = "import_overtaken"
    default_hint = "Nothing is lost: the other process goes on where this one was."
