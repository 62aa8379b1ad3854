"""Documents: that a company has something that listens."""

from __future__ import annotations

from leadbridge.kit.document import Document
from leadbridge.storage.kind import Kind


class Listens(Document):
    """The company has, or once had, an automation or a subscription. ``_id`` is the company's.

    It is never taken back: asking for it is all that a change of a lead costs a company without any.
    """


LISTENING: Kind[Listens] = Kind("listening", Listens)

KINDS = (LISTENING,)
"""The events' own kind."""
