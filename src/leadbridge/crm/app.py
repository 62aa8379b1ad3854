"""Our registration at a vendor, and where that vendor's servers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from leadbridge.kit.errors import InvalidInput
from leadbridge.security.origins import origin_of


@dataclass(frozen=True, slots=True)
class App:
    """What the operator registered at a vendor, with the addresses of the servers to talk to.

    Before anybody has consented the addresses are the vendor's usual ones; the app that goes along with a connection
    has that connection's own (data centre, instance, organisation).
    """

    client_id: str
    client_secret: SecretStr
    authorize_url: str
    """The consent page."""
    api_url: str
    """Where records are; without a slash at its end."""
    api_version: str
    login_url: str = ""
    """What paths of the token endpoints are added to; without a slash at its end."""
    sandbox_origins: tuple[str, ...] = ()
    """Origins that the operator declared as stand-ins for the vendor's: they pass beside its table of hosts."""

    workflows: bool = False
    """Whether the tenant wants its own rules at the vendor to run on what is written, where there is a choice."""
    own: bool = False
    """Whether the addresses are one connection's own, and are kept with it; else the operator's settings hold."""

    def at(self, *, authorize_url: str = "", login_url: str = "", api_url: str = "") -> App:
        """Return the app with one connection's own servers; what is left out stays as it is."""
        return replace(
            self,
            authorize_url=authorize_url or self.authorize_url,
            login_url=(login_url or self.login_url).rstrip("/"),
            api_url=(api_url or self.api_url).rstrip("/"),
            own=True,
        )

    def allows_sandbox(self, url: str) -> bool:
        """Return whether an address is of a declared sandbox. Raises ``BadAddress`` for what is none."""
        return origin_of(url) in self.sandbox_origins


def no_options(name: str, options: Mapping[str, str]) -> None:
    """Raise ``InvalidInput`` where a connect names a place at a vendor that has only one."""
    if options:
        given = ", ".join(sorted(options))
        raise InvalidInput(f"{name} takes no {given}.", hint="Leave it out: there is one address for all accounts.")
