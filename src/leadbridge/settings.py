"""Typed settings from the environment and ``.env``.

Vendors' variables keep the names an operator knows from their set-up pages; ours start with ``LEADBRIDGE_``. A wrong
value stops the start with one sentence. A half-set vendor does not: the hub runs, and that vendor is listed with what
is missing, so that a slip in one does not take the others down.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode

from leadbridge.crm_settings import ADDRESSES, CrmSettings, variable
from leadbridge.kit.errors import StartRefused
from leadbridge.kit.webaddress import UnreadableAddress, parse_web_address

INTEGRATIONS_PAGE = "/super-user/integrations"


MIN_SECRET_BYTES = 32
"""A shared secret for HS256 has at least as many bytes as the hash (RFC 7518, 3.2)."""


@dataclass(frozen=True, slots=True)
class JwtSettings:
    """How a host application's tokens are checked and read: a shared secret or a key set, never both."""

    issuer: str
    audience: str
    algorithm: str
    secret: SecretStr | None = None
    jwks_url: str | None = None
    company_claim: str = "companyId"
    user_claim: str = "sub"
    email_claim: str = "email"
    name_claim: str = "name"
    role_claim: str = "role"
    provision: bool = False


MAX_WORKERS = 32
"""Worker processes that one server begins."""


class Settings(CrmSettings):
    """Everything an operator can set. ``.env.example`` has each variable with a line on what it does."""

    public_url: str | None = Field(None, validation_alias=variable("LEADBRIDGE_PUBLIC_URL"))
    database_url: str | None = Field(None, validation_alias=variable("LEADBRIDGE_DATABASE_URL"))
    data_dir: Path = Field(Path("leadbridge-data"), validation_alias=variable("LEADBRIDGE_DATA_DIR"))
    master_key_file: Path | None = Field(None, validation_alias=variable("LEADBRIDGE_MASTER_KEY_FILE"))
    erasure_journal_file: Path | None = Field(None, validation_alias=variable("LEADBRIDGE_ERASURE_JOURNAL"))
    return_urls: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias=variable("LEADBRIDGE_RETURN_URLS"))
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias=variable("LEADBRIDGE_CORS_ORIGINS"))
    sandbox_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validation_alias=variable("LEADBRIDGE_SANDBOX_ORIGINS")
    )
    rate_tenant: int = Field(6000, ge=0, validation_alias=variable("LEADBRIDGE_RATE_TENANT"))
    rate_principal: int = Field(3000, ge=0, validation_alias=variable("LEADBRIDGE_RATE_PRINCIPAL"))
    rate_address: int = Field(12000, ge=0, validation_alias=variable("LEADBRIDGE_RATE_ADDRESS"))
    rate_webhook: int = Field(600, ge=0, validation_alias=variable("LEADBRIDGE_RATE_WEBHOOK"))
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validation_alias=variable("LEADBRIDGE_TRUSTED_PROXIES")
    )
    workers: int = Field(0, ge=0, le=MAX_WORKERS, validation_alias=variable("LEADBRIDGE_WORKERS"))
    work_lease: float = Field(30.0, ge=3.0, le=300.0, validation_alias=variable("LEADBRIDGE_WORK_LEASE"))
    automatic_push: bool = Field(True, validation_alias=variable("LEADBRIDGE_AUTOMATIC_PUSH"))
    push_delay: float = Field(2.0, ge=0.0, le=3600.0, validation_alias=variable("LEADBRIDGE_PUSH_DELAY"))
    keep_usage_days: int = Field(400, ge=1, le=36500, validation_alias=variable("LEADBRIDGE_KEEP_USAGE_DAYS"))
    keep_errors_days: int = Field(90, ge=1, le=36500, validation_alias=variable("LEADBRIDGE_KEEP_ERRORS_DAYS"))
    keep_runs_days: int = Field(90, ge=1, le=36500, validation_alias=variable("LEADBRIDGE_KEEP_RUNS_DAYS"))
    keep_rejects_days: int = Field(90, ge=1, le=36500, validation_alias=variable("LEADBRIDGE_KEEP_REJECTS_DAYS"))
    keep_history_days: int = Field(730, ge=1, le=36500, validation_alias=variable("LEADBRIDGE_KEEP_HISTORY_DAYS"))
    quota_vendor_calls_day: int = Field(0, ge=0, validation_alias=variable("LEADBRIDGE_QUOTA_VENDOR_CALLS_DAY"))
    quota_executions_month: int = Field(0, ge=0, validation_alias=variable("LEADBRIDGE_QUOTA_EXECUTIONS_MONTH"))
    quota_leads_month: int = Field(0, ge=0, validation_alias=variable("LEADBRIDGE_QUOTA_LEADS_MONTH"))
    log_json: bool = Field(False, validation_alias=variable("LEADBRIDGE_LOG_JSON"))

    jwt_issuer: str | None = Field(None, validation_alias=variable("LEADBRIDGE_JWT_ISSUER"))
    jwt_audience: str | None = Field(None, validation_alias=variable("LEADBRIDGE_JWT_AUDIENCE"))
    jwt_secret: SecretStr | None = Field(None, validation_alias=variable("LEADBRIDGE_JWT_SECRET"))
    jwt_jwks_url: str | None = Field(None, validation_alias=variable("LEADBRIDGE_JWT_JWKS_URL"))
    jwt_algorithm: Literal["HS256", "RS256", "ES256", "EdDSA"] | None = Field(
        None, validation_alias=variable("LEADBRIDGE_JWT_ALGORITHM")
    )
    jwt_company_claim: str = Field("companyId", validation_alias=variable("LEADBRIDGE_JWT_COMPANY_CLAIM"))
    jwt_user_claim: str = Field("sub", validation_alias=variable("LEADBRIDGE_JWT_USER_CLAIM"))
    jwt_email_claim: str = Field("email", validation_alias=variable("LEADBRIDGE_JWT_EMAIL_CLAIM"))
    jwt_name_claim: str = Field("name", validation_alias=variable("LEADBRIDGE_JWT_NAME_CLAIM"))
    jwt_role_claim: str = Field("role", validation_alias=variable("LEADBRIDGE_JWT_ROLE_CLAIM"))
    jwt_provision: bool = Field(False, validation_alias=variable("LEADBRIDGE_JWT_PROVISION"))

    @field_validator("return_urls", "cors_origins", "sandbox_origins", "trusted_proxies", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, str) and not value.strip() and info.field_name is not None:
            return cls.model_fields[info.field_name].default
        return value

    @field_validator("public_url")
    @classmethod
    def _a_plain_web_address(cls, value: str | None) -> str | None:
        return None if value is None else origin_of(value, path_allowed=False)

    @field_validator("cors_origins", "sandbox_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(origin_of(part, path_allowed=False) for part in value)

    @field_validator("return_urls")
    @classmethod
    def _web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            origin_of(part, path_allowed=True)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            try:
                ip_network(part)
            except ValueError as error:
                raise ValueError(f"lists networks such as 10.0.0.0/8, not {part[:60]!r}") from error
        return value

    @model_validator(mode="after")
    def _other_vendor_hosts_only_in_a_sandbox(self) -> Settings:
        """A vendor's address receives our client secret, so any but the vendor's own must be a declared sandbox."""
        for name in ADDRESSES:
            value = getattr(self, name)
            if (
                value != type(self).model_fields[name].default
                and origin_of(value, path_allowed=True) not in self.sandbox_origins
            ):
                raise ValueError(
                    f"LEADBRIDGE_{name.upper()} is not the vendor's own address "
                    "and its origin is not in LEADBRIDGE_SANDBOX_ORIGINS"
                )
        return self

    @model_validator(mode="after")
    def _one_way_to_check_a_hosts_tokens(self) -> Settings:
        """Tokens are checked one way only: with two, a public key could pass for a secret."""
        if self.jwt_secret is None and self.jwt_jwks_url is None:
            names = ("issuer", "audience", "algorithm", "provision")
            if alone := [f"LEADBRIDGE_JWT_{name.upper()}" for name in names if getattr(self, f"jwt_{name}")]:
                raise ValueError(
                    f"{' and '.join(alone)} cannot stand without LEADBRIDGE_JWT_SECRET or LEADBRIDGE_JWT_JWKS_URL"
                )
            return self
        if self.jwt_secret is not None and self.jwt_jwks_url is not None:
            raise ValueError("LEADBRIDGE_JWT_SECRET and LEADBRIDGE_JWT_JWKS_URL are both set; only one of them may be")
        if not self.jwt_issuer or not self.jwt_audience:
            raise ValueError(
                "LEADBRIDGE_JWT_SECRET or LEADBRIDGE_JWT_JWKS_URL is set without LEADBRIDGE_JWT_ISSUER and "
                "LEADBRIDGE_JWT_AUDIENCE, which a host's tokens are checked for"
            )
        shared = self.jwt_secret is not None
        if self.jwt_algorithm is not None and (self.jwt_algorithm == "HS256") is not shared:
            raise ValueError(
                "LEADBRIDGE_JWT_ALGORITHM is HS256 with LEADBRIDGE_JWT_SECRET, and RS256, ES256 or EdDSA with "
                "LEADBRIDGE_JWT_JWKS_URL"
            )
        if self.jwt_secret is not None:
            secret = self.jwt_secret.get_secret_value()
            if len(secret.encode()) < MIN_SECRET_BYTES:
                raise ValueError(f"LEADBRIDGE_JWT_SECRET has fewer than {MIN_SECRET_BYTES} bytes")
            if "-----BEGIN" in secret:
                raise ValueError("LEADBRIDGE_JWT_SECRET is a key in PEM form; a public key belongs in a key set")
        if self.jwt_jwks_url is not None:
            origin = origin_of(self.jwt_jwks_url, path_allowed=True)
            if not origin.startswith("https:") and origin not in self.sandbox_origins:
                raise ValueError("LEADBRIDGE_JWT_JWKS_URL must be an https address")
        return self

    @property
    def jwt(self) -> JwtSettings | None:
        """How a host application's tokens are checked, or None where none are taken."""
        if self.jwt_issuer is None or self.jwt_audience is None:
            return None
        return JwtSettings(
            issuer=self.jwt_issuer,
            audience=self.jwt_audience,
            algorithm=self.jwt_algorithm or ("HS256" if self.jwt_secret is not None else "RS256"),
            secret=self.jwt_secret,
            jwks_url=self.jwt_jwks_url,
            company_claim=self.jwt_company_claim,
            user_claim=self.jwt_user_claim,
            email_claim=self.jwt_email_claim,
            name_claim=self.jwt_name_claim,
            role_claim=self.jwt_role_claim,
            provision=self.jwt_provision,
        )

    @property
    def database(self) -> str:
        """The database address: as set, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'leadbridge.db'}"

    @property
    def master_key(self) -> Path:
        """The file with the master key."""
        return self.master_key_file or self.data_dir / "master.key"

    @property
    def erasure_journal(self) -> Path:
        """The file that remembers erasures outside the database."""
        return self.erasure_journal_file or self.data_dir / "erasure-journal.jsonl"

    @property
    def public(self) -> str:
        """The address at which people and vendors reach this hub, without a final slash."""
        return self.public_url or "http://localhost:8400"


def origin_of(address: str, *, path_allowed: bool) -> str:
    """Return scheme, host and port of a web address; raises ``ValueError`` with a sentence for anything else."""
    try:
        parts = parse_web_address(address.strip())
    except UnreadableAddress as error:
        raise ValueError(f"must be a web address such as https://hub.example.com, not {_shown(address)}") from error
    if not path_allowed and (parts.target.rstrip("/") or "#" in address):
        raise ValueError(f"must be a web address without a path, not {_shown(address)}")
    return parts.origin


def _shown(address: str) -> str:
    """Return an address for a message, without what stands before an ``@``: it may be a password."""
    return repr(address.rpartition("@")[2][:200])


def load_settings(*, env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment (and ``.env``); raises ``StartRefused`` naming each variable that is wrong and why."""
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        faults = []
        for fault in error.errors(include_input=False, include_url=False):
            reason = fault["msg"].removeprefix("Value error, ")
            name = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{name} {reason}" if name else reason)
        raise StartRefused(
            "; ".join(faults) + ".",
            code="invalid_settings",
            hint="Correct the variable in the environment or in .env and start again; .env.example explains each one.",
        ) from error
