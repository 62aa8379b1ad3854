"""What the simulation's models go by is what the providers declare, so that what is proved of them is what runs."""

import pytest

from leadbridge.crm.dynamics.provider import Dynamics
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.provider import Provider
from leadbridge.crm.salesforce.provider import Salesforce
from leadbridge.crm.zoho.provider import Zoho
from leadbridge.sync.flow import default_flow
from tests.simulation.sync.profiles import PROFILES

PROVIDERS: tuple[Provider, ...] = (HubSpot(), Zoho(), Salesforce(), Dynamics())


def test_every_provider_has_a_model() -> None:
    assert {provider.id for provider in PROVIDERS} == set(PROFILES)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)
def test_the_model_promises_what_the_provider_declares(provider: Provider) -> None:
    model, declared, flow = PROFILES[provider.id], provider.guarantees, default_flow(provider, own_key=False)
    assert model.guard == declared.write_guard
    assert model.history == declared.value_history
    assert model.unique_email == declared.unique_match
    assert model.exact == flow.exact
    assert model.safety == flow.safety
    assert model.lag <= flow.lag, "a lost create is looked up before the index can show it"
