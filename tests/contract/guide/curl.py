"""Runs a curl line as the guide prints it, with nothing but the reader's own address and secret replaced."""

import shlex
import shutil
import subprocess

from tests.contract.guide.data import Curl
from tests.support.web import Answer, send


class CurlFailed(Exception):
    """The line could not be run or read; the message says which part, without its secret."""


def as_typed(line: Curl, facts: dict[str, str]) -> str:
    """The command with each placeholder of the guide replaced by the fact its entry names.

    Raises CurlFailed when a placeholder does not stand in the command.
    """
    command = line.command
    for printed, fact in line.replace.items():
        if printed not in command:
            raise CurlFailed(f"{printed!r} does not stand in the curl line")
        command = command.replace(printed, str(facts[fact]))
    return command


def run(command: str) -> Answer:
    """Run the command by curl itself, or send exactly what it says where curl is not installed."""
    return _by_curl(command) if shutil.which("curl") else _by_hand(command)


def _by_curl(command: str) -> Answer:
    added = [
        "--silent",
        "--show-error",
        "--max-time",
        "30",
        "--noproxy",
        "*",
        "--write-out",
        "\n%{http_code}",
    ]
    done = subprocess.run([*_words(command), *added], capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise CurlFailed(f"curl ended with code {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    body, _, status = done.stdout.rpartition(b"\n")
    return Answer(int(status), (), body)


def _by_hand(command: str) -> Answer:
    method, url, headers, body = read(command)
    return send(method, url, headers=headers, body=body)


def _words(command: str) -> list[str]:
    words = shlex.split(command.replace("\\\n", " "))
    if not words or words[0] != "curl":
        raise CurlFailed("the line does not begin with curl")
    return words


def read(command: str) -> tuple[str, str, dict[str, str], bytes | None]:
    """Method, address, headers and body of a curl line that uses -X, -H and -d. Raises CurlFailed otherwise."""
    words = iter(_words(command)[1:])
    method, url, body = None, None, None
    headers: dict[str, str] = {}
    for word in words:
        match word:
            case "-X" | "--request":
                method = next(words)
            case "-H" | "--header":
                name, _, value = next(words).partition(":")
                headers[name.strip()] = value.strip()
            case "-d" | "--data":
                body = next(words).encode()
            case _ if word.startswith("-") or url is not None:
                raise CurlFailed(f"this reader does not know {word.split('=')[0]!r}")
            case _:
                url = word
    if url is None:
        raise CurlFailed("the line names no address")
    return method or ("POST" if body is not None else "GET"), url, headers, body
