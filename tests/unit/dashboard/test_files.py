"""Which form of a built file a browser is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadbridge.dashboard.files import Asset, Built


def made(folder: Path) -> Path:
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<p>__NONCE__</p><!--shell-->")
    for name in ("main-AbC123.js", "main-AbC123.js.gz", "scheme.js", "mark.svg"):
        (folder / "assets" / name).write_text(name)
    return folder


def test_an_empty_folder_is_no_dashboard(tmp_path: Path) -> None:
    built = Built(tmp_path)
    assert (built.there, built.page, built.assets) == (False, None, {})


def test_files_are_listed_with_their_types_and_forms(tmp_path: Path) -> None:
    assets = Built(made(tmp_path)).assets
    assert set(assets) == {"main-AbC123.js", "scheme.js", "mark.svg"}
    assert {name: asset.hashed for name, asset in assets.items()} == {
        "main-AbC123.js": True,
        "scheme.js": False,
        "mark.svg": False,
    }
    assert assets["main-AbC123.js"].codings == ("gzip",)
    assert assets["mark.svg"].media_type == "image/svg+xml"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0, gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_form_that_the_browser_takes(accepted: str, coding: str | None) -> None:
    asset = Asset(Path("a.js"), "text/javascript", False, ("br", "gzip"))
    suffix = {"br": ".br", "gzip": ".gz", None: ""}[coding]
    assert asset.taken_as(accepted) == (Path(f"a.js{suffix}"), coding)
