"""Every kind of document, from every room."""

from __future__ import annotations

from typing import Any

from leadbridge.automation import model as automation_model
from leadbridge.automation.delivery import model as delivery_model
from leadbridge.automation.events import model as events_model
from leadbridge.automation.hooks import model as hooks_model
from leadbridge.automation.inbound import model as inbound_model
from leadbridge.integrations import model as integrations_model
from leadbridge.integrations.hints import model as hints_model
from leadbridge.integrations.watching import model as watching_model
from leadbridge.leads import model as leads_model
from leadbridge.leads import occurrences
from leadbridge.leads.forms import model as forms_model
from leadbridge.leads.imports import model as imports_model
from leadbridge.leads.team import model as team_model
from leadbridge.privacy import model as privacy_model
from leadbridge.security import model as security_model
from leadbridge.storage import state as storage_state
from leadbridge.storage.kind import Kind
from leadbridge.sync import model as sync_model
from leadbridge.sync.automatic import model as automatic_model
from leadbridge.tenancy import model as tenancy_model
from leadbridge.usage import model as usage_model
from leadbridge.web import model as web_model
from leadbridge.work import model as work_model

KINDS: tuple[Kind[Any], ...] = (
    *storage_state.KINDS,
    *security_model.KINDS,
    *work_model.KINDS,
    *usage_model.KINDS,
    *tenancy_model.KINDS,
    *leads_model.KINDS,
    occurrences.OCCURRENCES,
    *team_model.KINDS,
    *forms_model.KINDS,
    *imports_model.KINDS,
    *integrations_model.KINDS,
    *hints_model.KINDS,
    *watching_model.KINDS,
    *sync_model.KINDS,
    *automatic_model.KINDS,
    *automation_model.KINDS,
    *delivery_model.KINDS,
    *hooks_model.KINDS,
    *events_model.KINDS,
    *inbound_model.KINDS,
    *web_model.KINDS,
    *privacy_model.KINDS,
)
"""Every kind of document that a hub stores."""
