"""Settings: the names an operator knows, and one sentence for each wrong value."""

import re
from pathlib import Path
from typing import Any

import pytest

from leadbridge.kit.errors import StartRefused
from leadbridge.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(env_file=None)


def test_every_variable_stands_in_the_example_with_a_line_on_what_it_does() -> None:
    example = (ROOT / ".env.example").read_text()
    listed = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    known = {field.validation_alias.choices[0] for field in Settings.model_fields.values()}  # type: ignore[union-attr]
    assert known <= listed
    assert listed - known == {"LEADBRIDGE_TEST_MONGODB_URI"}
    assert re.findall(r"^[A-Z_]+=.+$", example, re.MULTILINE) == []


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert load(monkeypatch, **dict.fromkeys(names, "  ")) == load_settings(env_file=None)


def test_a_half_set_vendor_is_listed_with_what_is_missing_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, ZOHO_CLIENT_ID="id", HUBSPOT_CLIENT_ID="id", HUBSPOT_CLIENT_SECRET="s3cret")
    assert settings.missing("zoho") == ("ZOHO_CLIENT_SECRET",)
    assert settings.client("zoho") is None
    assert settings.missing("hubspot") == ()
    assert settings.client("hubspot") is not None
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LEADBRIDGE_PUBLIC_URL", "hub.example.com", "web address"),
        ("LEADBRIDGE_PUBLIC_URL", "https://hub.example.com/app", "without a path"),
        ("LEADBRIDGE_PUBLIC_URL", "https://user:pw@hub.example.com", "web address"),
        ("LEADBRIDGE_PUBLIC_URL", "https://hub.example.com:port", "port"),
        ("LEADBRIDGE_CORS_ORIGINS", "https://a.example, ftp://b.example", "web address"),
        ("LEADBRIDGE_SANDBOX_ORIGINS", "127.0.0.1:8401", "web address"),
        ("LEADBRIDGE_RETURN_URLS", "/settings", "web address"),
        ("LEADBRIDGE_HUBSPOT_API_VERSION", "v3", "2026-03"),
        ("LEADBRIDGE_HUBSPOT_API_URL", "https://evil.example", "LEADBRIDGE_SANDBOX_ORIGINS"),
        ("LEADBRIDGE_LOG_JSON", "perhaps", "bool"),
        ("LEADBRIDGE_JWT_ISSUER", "https://app.example.com", "LEADBRIDGE_JWT_SECRET"),
        ("LEADBRIDGE_JWT_PROVISION", "1", "LEADBRIDGE_JWT_SECRET"),
        ("LEADBRIDGE_JWT_SECRET", "s" * 32, "LEADBRIDGE_JWT_AUDIENCE"),
        ("LEADBRIDGE_JWT_ALGORITHM", "none", "LEADBRIDGE_JWT_ALGORITHM"),
    ],
)
def test_a_wrong_value_stops_the_start_naming_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    with pytest.raises(StartRefused) as refused:
        load(monkeypatch, **{name: value})
    assert name in refused.value.message
    assert told in refused.value.message
    assert ".env.example" in refused.value.hint
    assert "pw@" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("https://hub.example.com/", "https://hub.example.com"), ("http://[::1]:8400", "http://[::1]:8400")],
)
def test_the_public_address_is_kept_as_an_origin(monkeypatch: pytest.MonkeyPatch, given: str, kept: str) -> None:
    assert load(monkeypatch, LEADBRIDGE_PUBLIC_URL=given).public == kept


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, LEADBRIDGE_RETURN_URLS=" https://a.example/x , https://b.example/y,, ")
    assert settings.return_urls == ("https://a.example/x", "https://b.example/y")


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("ZOHO_CLIENT_ID=from-file\nLEADBRIDGE_DATA_DIR=kept\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("ZOHO_CLIENT_ID", "from-environment")
    settings = load_settings(env_file=file)
    assert settings.zoho_client_id == "from-environment"
    assert settings.data_dir == Path("kept")
    assert settings.database == "sqlite:///kept/leadbridge.db"
    assert settings.master_key == Path("kept/master.key")


def test_a_sandbox_may_stand_in_a_vendors_place_once_its_origin_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    variables: dict[str, Any] = {
        "LEADBRIDGE_SANDBOX_ORIGINS": "http://127.0.0.1:8401",
        "LEADBRIDGE_HUBSPOT_API_URL": "http://127.0.0.1:8401",
        "LEADBRIDGE_HUBSPOT_AUTHORIZE_URL": "http://127.0.0.1:8401/oauth/authorize",
    }
    assert load(monkeypatch, **variables).hubspot_api_url == "http://127.0.0.1:8401"


ISSUER = {"LEADBRIDGE_JWT_ISSUER": "https://app.example.com", "LEADBRIDGE_JWT_AUDIENCE": "leadbridge"}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"LEADBRIDGE_JWT_SECRET": "s" * 31}, "fewer than 32 bytes"),
        ({"LEADBRIDGE_JWT_SECRET": "-----BEGIN PUBLIC KEY-----" + "x" * 32}, "PEM"),
        ({"LEADBRIDGE_JWT_SECRET": "s" * 32, "LEADBRIDGE_JWT_JWKS_URL": "https://app.example.com/k"}, "only one"),
        ({"LEADBRIDGE_JWT_SECRET": "s" * 32, "LEADBRIDGE_JWT_ALGORITHM": "RS256"}, "HS256"),
        ({"LEADBRIDGE_JWT_JWKS_URL": "https://app.example.com/k", "LEADBRIDGE_JWT_ALGORITHM": "HS256"}, "HS256"),
        ({"LEADBRIDGE_JWT_JWKS_URL": "http://app.example.com/k"}, "https"),
        ({"LEADBRIDGE_JWT_JWKS_URL": "keys.json"}, "web address"),
    ],
)
def test_a_hosts_tokens_are_checked_in_one_way_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    with pytest.raises(StartRefused) as refused:
        load(monkeypatch, **ISSUER, **variables)
    assert told in refused.value.message
    assert "sssss" not in str(refused.value)


def test_the_algorithm_of_a_host_is_fixed_by_how_its_tokens_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch).jwt is None
    shared = load(monkeypatch, **ISSUER, LEADBRIDGE_JWT_SECRET="s" * 32)
    assert shared.jwt is not None
    assert (shared.jwt.algorithm, shared.jwt.company_claim, shared.jwt.provision) == ("HS256", "companyId", False)
    assert "ssss" not in repr(shared)
    monkeypatch.delenv("LEADBRIDGE_JWT_SECRET")
    keyed = load(monkeypatch, LEADBRIDGE_JWT_JWKS_URL="https://app.example.com/keys")
    assert keyed.jwt is not None
    assert keyed.jwt.algorithm == "RS256"
