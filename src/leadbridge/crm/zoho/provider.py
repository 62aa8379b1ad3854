"""The Zoho adapter: requests built here, answers read here, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import SecretStr

from leadbridge.crm.model import (
    Account,
    App,
    Budget,
    Capability,
    ChangePage,
    Check,
    Delivery,
    FieldInfo,
    Grant,
    Hint,
    RemoteRecord,
    Write,
    Written,
)
from leadbridge.crm.provider import Session
from leadbridge.crm.zoho import answers, describing, errors, places, reading, requests, watching, webhooks
from leadbridge.crm.zoho import changes as changing
from leadbridge.crm.zoho import writes as rows
from leadbridge.crm.zoho.defaults import (
    CAPABILITIES,
    FIELDS_CREATE,
    GUARANTEES,
    LAYOUTS_SCOPE,
    LEADS,
    MODULES_SCOPE,
    OBJECTS,
    OPTIONAL_SCOPES,
    OWN_KEY_LABEL,
    PACE,
    REQUIRED_SCOPES,
)
from leadbridge.crm.zoho.extras import Extras
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest, HttpResponse
