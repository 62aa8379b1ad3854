"""What an operator sets about the CRMs: our registration at each, and, for sandboxes, other addresses than theirs."""

from __future__ import annotations

import re

from pydantic import AliasChoices, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROVIDERS = ("zoho", "salesforce", "hubspot", "dynamics")
ADDRESSES = tuple(f"{provider}_{part}_url" for provider in PROVIDERS for part in ("authorize", "login", "api"))
"""Settings whose value receives our client secret or a token."""
_VERSIONS = {
    "zoho": (r"v\d{1,2}", "v8"),
    "salesforce": (r"v\d{2,3}\.0", "v67.0"),
    "hubspot": (r"20\d\d-(03|09)(-beta)?", "2026-03 or 2026-09"),
    "dynamics": (r"v9\.\d", "v9.2"),
}


def variable(name: str) -> AliasChoices:
    """Return the environment variable that a setting is read from."""
    return AliasChoices(name)


class CrmSettings(BaseSettings):
    """Vendors' own variables keep the names that their set-up pages and the operator know."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="ignore", populate_by_name=True, frozen=True)

    zoho_client_id: str | None = Field(None, validation_alias=variable("ZOHO_CLIENT_ID"))
    zoho_client_secret: SecretStr | None = Field(None, validation_alias=variable("ZOHO_CLIENT_SECRET"))
    salesforce_client_id: str | None = Field(None, validation_alias=variable("SALESFORCE_CLIENT_ID"))
    salesforce_client_secret: SecretStr | None = Field(None, validation_alias=variable("SALESFORCE_CLIENT_SECRET"))
    hubspot_client_id: str | None = Field(None, validation_alias=variable("HUBSPOT_CLIENT_ID"))
    hubspot_client_secret: SecretStr | None = Field(None, validation_alias=variable("HUBSPOT_CLIENT_SECRET"))
    dynamics_client_id: str | None = Field(None, validation_alias=variable("DYNAMICS_CLIENT_ID"))
    dynamics_client_secret: SecretStr | None = Field(None, validation_alias=variable("DYNAMICS_CLIENT_SECRET"))
    dynamics_resource: str | None = Field(None, validation_alias=variable("DYNAMICS_RESOURCE"))

    zoho_api_version: str = Field("v8", validation_alias=variable("LEADBRIDGE_ZOHO_API_VERSION"))
    salesforce_api_version: str = Field("v67.0", validation_alias=variable("LEADBRIDGE_SALESFORCE_API_VERSION"))
    hubspot_api_version: str = Field("2026-03", validation_alias=variable("LEADBRIDGE_HUBSPOT_API_VERSION"))
    dynamics_api_version: str = Field("v9.2", validation_alias=variable("LEADBRIDGE_DYNAMICS_API_VERSION"))

    zoho_authorize_url: str = Field(
        "https://accounts.zoho.com/oauth/v2/auth", validation_alias=variable("LEADBRIDGE_ZOHO_AUTHORIZE_URL")
    )
    zoho_login_url: str = Field("https://accounts.zoho.com", validation_alias=variable("LEADBRIDGE_ZOHO_LOGIN_URL"))
    zoho_api_url: str = Field("https://www.zohoapis.com", validation_alias=variable("LEADBRIDGE_ZOHO_API_URL"))
    salesforce_authorize_url: str = Field(
        "https://login.salesforce.com/services/oauth2/authorize",
        validation_alias=variable("LEADBRIDGE_SALESFORCE_AUTHORIZE_URL"),
    )
    salesforce_login_url: str = Field(
        "https://login.salesforce.com", validation_alias=variable("LEADBRIDGE_SALESFORCE_LOGIN_URL")
    )
    salesforce_api_url: str = Field(
        "https://login.salesforce.com", validation_alias=variable("LEADBRIDGE_SALESFORCE_API_URL")
    )
    hubspot_authorize_url: str = Field(
        "https://app.hubspot.com/oauth/authorize", validation_alias=variable("LEADBRIDGE_HUBSPOT_AUTHORIZE_URL")
    )
    hubspot_login_url: str = Field("https://api.hubapi.com", validation_alias=variable("LEADBRIDGE_HUBSPOT_LOGIN_URL"))
    hubspot_api_url: str = Field("https://api.hubapi.com", validation_alias=variable("LEADBRIDGE_HUBSPOT_API_URL"))
    dynamics_authorize_url: str = Field(
        "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize",
        validation_alias=variable("LEADBRIDGE_DYNAMICS_AUTHORIZE_URL"),
    )
    dynamics_login_url: str = Field(
        "https://login.microsoftonline.com/organizations", validation_alias=variable("LEADBRIDGE_DYNAMICS_LOGIN_URL")
    )
    dynamics_api_url: str = Field(
        "https://globaldisco.crm.dynamics.com", validation_alias=variable("LEADBRIDGE_DYNAMICS_API_URL")
    )

    @field_validator(*(f"{provider}_api_version" for provider in PROVIDERS))
    @classmethod
    def _a_version(cls, value: str, info: ValidationInfo) -> str:
        provider = str(info.field_name).removesuffix("_api_version")
        pattern, examples = _VERSIONS[provider]
        if not re.fullmatch(pattern, value):
            raise ValueError(f"is not a version of this API, such as {examples}")
        return value

    def client(self, provider: str) -> tuple[str, SecretStr] | None:
        """Return client id and secret of a vendor's app, or None when either is missing."""
        id, secret = getattr(self, f"{provider}_client_id"), getattr(self, f"{provider}_client_secret")
        return (id, secret) if id and secret else None

    def api_url(self, provider: str) -> str:
        """Return where a vendor's records are until a connection has its own address."""
        url = str(getattr(self, f"{provider}_api_url"))
        usual = type(self).model_fields[f"{provider}_api_url"].default
        if provider == "dynamics" and self.dynamics_resource and url == usual:
            url = self.dynamics_resource
        return url.rstrip("/")

    def missing(self, provider: str) -> tuple[str, ...]:
        """Return the names of the variables that a vendor's app still needs."""
        return tuple(
            f"{provider.upper()}_{part.upper()}"
            for part in ("client_id", "client_secret")
            if getattr(self, f"{provider}_{part}") is None
        )
