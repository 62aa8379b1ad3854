"""Checks that nothing leaves the hub around its escaping functions (`leadbridge.security.escape`).

`python -m tests.exits` prints one line for each place where source or a template does what only an escaping function
may do, and ends with code 1, or prints a summary.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "leadbridge"

CSV = "writes CSV by itself: use security.escape.csv_line"
MARKUP = "calls text safe HTML: let the template escape it"
UNESCAPED = "makes a template engine without autoescape=True"
PAGE = "puts a value into HTML by itself: use a template, or security.escape.html_text and html_attribute"
JSON_PAGE = "puts JSON into HTML, which ends a script where a value has '</script>': use a template with |tojson"
MAIL = "makes a mail by itself: use security.escape.mail"
ZIP = "opens an archive by itself: use security.xlsx.check_xlsx first"

ATTRIBUTE = "has a value as an unquoted attribute, or as an unchecked address: quote it, and use the filter href"
INLINE = "has a script or a style inline, which the pages' policy refuses: make it a file"

_FORBIDDEN = {
    "csv.writer": CSV,
    "csv.DictWriter": CSV,
    "markupsafe.Markup": MARKUP,
    "jinja2.Markup": MARKUP,
    "email.message.Message": MAIL,
    "email.message.EmailMessage": MAIL,
    "email.mime.text.MIMEText": MAIL,
    "email.mime.multipart.MIMEMultipart": MAIL,
    "email.mime.base.MIMEBase": MAIL,
    "zipfile.ZipFile": ZIP,
}
ALLOWED = {
    SOURCES / "security" / "escape.py": frozenset({"csv.writer", "email.message.EmailMessage"}),
    SOURCES / "security" / "xlsx.py": frozenset({"zipfile.ZipFile"}),
}
BUILT = SOURCES / "dashboard" / "built"
"""Made by the dashboard's build, whose scripts are files too; a test looks at the page as it is served."""
_ENGINES = frozenset({"jinja2.Environment", "jinja2.sandbox.SandboxedEnvironment", "jinja2.Template"})
_TAG = re.compile(r"<[a-zA-Z!/][^<>]{0,200}>|<[a-zA-Z]+\s|\b(?:href|src|action|style|on[a-z]+)\s*=\s*[\"']?$")
_INLINE = re.compile(r"<(?:script\b(?![^>]*\ssrc=\")|style\b)|\sstyle\s*=|\son[a-z]+\s*=", re.IGNORECASE)
_SAFE = re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+false")
_RAW_ATTRIBUTE = re.compile(
    r"\s[a-zA-Z-]+=\{\{|\b(?:href|src|action|formaction)\s*=\s*\"\{\{(?!\s*stylesheet\s*\}\})(?![^}]*\|\s*href)"
)


def faults_of_source(text: str, *, allowed: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Every place of a Python source that bypasses an exit, with its line; `allowed` names what this file may use."""
    tree = ast.parse(text)
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = _dotted(node.func, names)
            if called in _FORBIDDEN and called not in allowed:
                yield node.lineno, _FORBIDDEN[called]
            if called in _ENGINES and not _autoescapes(node):
                yield node.lineno, UNESCAPED
            if isinstance(node.func, ast.Attribute) and node.func.attr == "format" and _page(node.func.value):
                yield node.lineno, PAGE
        elif isinstance(node, ast.JoinedStr):
            yield from _in_text(node, names)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            sides = (node.left, node.right) if isinstance(node.op, ast.Add) else (node.left,)
            plain = all(isinstance(side, ast.Constant | ast.JoinedStr) for side in (node.left, node.right))
            if not plain and any(_page(side) for side in sides):
                yield node.lineno, PAGE


def faults_of_template(text: str) -> Iterator[tuple[int, str]]:
    """Every place of a template that shows a value unescaped, or unquoted, or as an address nobody looked at."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _SAFE.search(line):
            yield number, MARKUP
        if _RAW_ATTRIBUTE.search(line):
            yield (
                number,
                ATTRIBUTE,
            )
        if _INLINE.search(line):
            yield number, INLINE


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of what is called, through the file's imports; empty where it has none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((names.get(node.id, node.id), *reversed(parts)))


def _autoescapes(call: ast.Call) -> bool:
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "autoescape"), None)
    return isinstance(given, ast.Constant) and given.value is True


def _page(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_TAG.search(node.value))


def _in_text(node: ast.JoinedStr, names: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Faults of an f-string that is HTML; what goes through an escaping function is none."""
    if not any(_page(part) for part in node.values):
        return
    for part in node.values:
        if not isinstance(part, ast.FormattedValue):
            continue
        called = _dotted(part.value.func, names) if isinstance(part.value, ast.Call) else ""
        if called.endswith(".dumps"):
            yield node.lineno, JSON_PAGE
        elif called.rpartition(".")[2] not in ("html_text", "html_attribute"):
            yield node.lineno, PAGE


def main() -> int:
    """Check every source file and template of the hub. Returns 1 when one bypasses an exit."""
    checked, found = 0, 0
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix not in (".py", ".html") or BUILT in path.parents:
            continue
        checked += 1
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            faults = faults_of_template(text)
        else:
            faults = faults_of_source(text, allowed=ALLOWED.get(path, frozenset()))
        for line, why in faults:
            found += 1
            sys.stdout.write(f"{path.relative_to(ROOT)}:{line}: {why}\n")
    if not found:
        sys.stdout.write(f"exits: {checked} files, none writes around the escaping functions\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
