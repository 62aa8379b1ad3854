"""The connection: its address, what every call on it promises, and what a server must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError
from pymongo.monitoring import CommandListener
from pymongo.uri_parser import parse_uri

from leadbridge import __version__
from leadbridge.kit.errors import StartRefused
from leadbridge.storage.mongo.allowed import LOWEST_SERVER
from leadbridge.storage.mongo.problems import refused

DATABASE = "leadbridge"
"""The database of an address that names none."""
CALL_SECONDS = 10.0
"""What one call may take, its retry included."""
_FORM = (
    "Write it as mongodb://user:password@host:27017/leadbridge?replicaSet=name, "
    "with the signs : / ? # [ ] @ % of a password percent-encoded."
)


class Address:
    """A MongoDB address that was read: hosts and database may be shown, the rest holds a password."""

    def __init__(self, url: str) -> None:
        """Raises ``StartRefused`` for an address that cannot be used, without repeating it."""
        self._url = url
        if url.lower().startswith("mongodb+srv://"):
            self.hosts = _host_of(url)
            self.database = _database_of(url)
            return
        try:
            parsed = parse_uri(url, validate=True, warn=False)
        except (PyMongoError, ValueError):
            raise StartRefused("LEADBRIDGE_DATABASE_URL is not a valid MongoDB address.", hint=_FORM) from None
        self.hosts = ", ".join(f"{host}:{port}" if port else host for host, port in parsed["nodelist"])
        self.database = parsed["database"] or DATABASE

    def client(self, listeners: Sequence[CommandListener] = ()) -> AsyncMongoClient[dict[str, Any]]:
        """Return a client, not yet connected, that keeps our promises whatever the address asks for.

        Writes are acknowledged by a majority and in its journals; reads are of the primary and of what a majority
        has; every call ends within ten seconds. Raises ``StartRefused``.
        """
        try:
            return AsyncMongoClient(
                self._url,
                appname=f"leadbridge {__version__}",
                w="majority",
                journal=True,
                readConcernLevel="majority",
                readPreference="primary",
                retryWrites=True,
                retryReads=True,
                timeoutMS=int(CALL_SECONDS * 1000),
                connectTimeoutMS=5000,
                event_listeners=list(listeners),
            )
        except ConfigurationError as error:
            if "dnspython" in str(error):
                raise StartRefused(
                    "A mongodb+srv:// address needs the Python package dnspython, which is not installed.",
                    hint="Install it beside Leadbridge (pip install dnspython), or list the hosts: mongodb://a,b,c/.",
                ) from None
            raise StartRefused(
                f"The options of the MongoDB address of {self.hosts} cannot be used.", hint=_FORM
            ) from None
        except (InvalidURI, PyMongoError, ValueError, TypeError):
            raise StartRefused("LEADBRIDGE_DATABASE_URL is not a valid MongoDB address.", hint=_FORM) from None


def _host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]


def _database_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].partition("?")[0] or DATABASE


async def check_server(client: AsyncMongoClient[dict[str, Any]], hosts: str) -> tuple[int, ...]:
    """Return the server's version; raises ``StartRefused`` where it is too old or has no transactions."""
    try:
        hello = await client.admin.command("hello")
        build = await client.admin.command("buildInfo")
    except PyMongoError as error:
        raise refused(error, hosts) from error
    version = tuple(int(part) for part in build.get("versionArray", [])[:3]) or version_of(str(build["version"]))
    if version < LOWEST_SERVER:
        raise StartRefused(
            f"The MongoDB server {hosts} has version {shown(version)}; at least {shown(LOWEST_SERVER)} is needed.",
            hint="Upgrade it, one major version after the other.",
        )
    if not hello.get("setName") and hello.get("msg") != "isdbgrid":
        raise StartRefused(
            f"The MongoDB server {hosts} stands alone; transactions need a replica set.",
            hint="Start mongod with --replSet and run rs.initiate() once; a set of one member is enough for a trial.",
        )
    return version


def version_of(text: str) -> tuple[int, ...]:
    """Return the numbers of a version such as ``7.0.14-rc1``."""
    return tuple(int(part) for part in text.partition("-")[0].split(".") if part.isdigit())


def shown(version: Sequence[int]) -> str:
    """Return a version as it is written."""
    return ".".join(map(str, version))
