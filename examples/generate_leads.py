"""Writes the example files beside it: leads as real exports hold them, with everything that goes wrong in these.

    python examples/generate_leads.py [FOLDER]

The same seed always gives the same bytes. Nobody in the files exists: e-mail domains are reserved ones
(RFC 2606), phone numbers come from ranges that regulators keep for films and books.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

SEED = 20_261_122
ROWS = 5000
SMALL_ROWS = 50

HEADER = (
    "Record ID", "First Name", "Last Name", "E-mail Address", "Mobile", "Work Phone", "Company / Account", "Job Title",
    "Website URL", "Street Address", "City", "State/Region", "Postal Code", "Country", "Lead Source", "Lead Status",
    "Deal Value", "Currency", "Tags", "Opt-in", "Lead Score", "Notes",
)  # fmt: skip


@dataclass(frozen=True)
class Land:
    """What people and companies of a country are called, and how things are written there."""

    names: tuple[str, ...]
    currency: str
    first: str
    last: str
    cities: str
    streets: str
    suffixes: str
    postcode: str
    phones: tuple[str, ...]
    """Patterns in ranges reserved for fiction; ``#`` is any digit."""


LANDS = (
    (30, Land(
        ("United States", "USA", "US", "United States of America", "U.S.A."), "USD",
        "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Susan Jessica Thomas "
        "Sarah Karen Lisa Nancy Daniel Matthew Betty Anthony Sandra Mark Ashley Steven Emily Kevin Donna",
        "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson "
        "Anderson Taylor Moore Jackson Lee Perez Thompson White Harris Clark Ramirez Lewis Robinson Walker Null",
        "Austin|Boston|Chicago|Denver|Portland|San José|Seattle|Minneapolis|Saint Paul|Tucson",
        "Main Street|Oak Avenue|Maple Drive|Washington Blvd|2nd Street|Cedar Lane",
        "Inc.|LLC|Corp.|Group|Partners", "#####",
        ("(202) 555-01##", "312-555-01##",
         "+1 415 555 01##", "1.617.555.01##", "(206) 555-01## ext. 12", "+1 (303) 555-01##",
         "504 555 01##", "(713) 555-01##", "(602) 555-01##", "+1-212-555-01##"),
    )),
    (18, Land(
        ("United Kingdom", "UK", "GB", "England", "Great Britain"), "GBP",
        "Oliver Olivia George Amelia Harry Isla Jack Ava Noah Charlotte Leo Grace Arthur Freya Oscar Siân Rhys Niamh",
        "Evans Hughes Wright Green Hall Wood Clarke Patel Khan Lewis Morgan Shaw Bell O'Brien Campbell Stewart"
        " Ó_Dálaigh",
        "London|Manchester|Leeds|Bristol|Glasgow|Cardiff|Edinburgh|York",
        "High Street|Station Road|Church Lane|Victoria Road|King's Road", "Ltd|Limited|plc|& Sons", "SW# #AA",
        ("07700 900###", "+44 7700 900###", "020 7946 0###", "+44 20 7946 0###", "0161 496 0###", "0113 496 0###",
         "(0131) 496 0###", "+44 (0)141 496 0###"),
    )),
    (20, Land(
        ("Germany", "DE", "Deutschland", "DEU"), "EUR",
        "Anna Lukas Jürgen Bärbel Sören Käthe Max Sophie Götz Ute Heiko Jörg Lena Felix Günther Renate Björn Anke",
        "Müller Schmidt Schröder Fischer Weiß Jäger Köhler Schäfer Großmann Lüdenscheidt Böhm Krämer Vogel Huber "
        "von_der_Heide Strauß",
        "München|Köln|Düsseldorf|Berlin|Nürnberg|Lübeck|Hamburg|Saarbrücken",
        "Hauptstraße|Bahnhofstraße|Gartenweg|Schloßallee|Königsplatz", "GmbH|AG|GmbH & Co. KG|KG|e.K.", "#####",
        ("030 23125 ###", "+49 30 23125 ###", "+49 (0)30 23125-###", "0049 69 90009 ###", "040/66969###",
         "089 99998 ###", "+49 221 4710 ###"),
    )),
    (14, Land(
        ("France", "FR", "FRA"), "EUR",
        "Chloé Léa Zoé Éric François Hélène Gaëlle Rémi Noël Jérôme Maëlys Élodie Cédric Inès Benoît Agnès",
        "Lefèvre Lémery Garçon Béranger Dupré Noël Hervé Pélissier D'Aubigné Roux Gauthier Fontaine Chevalier",
        "Paris|Orléans|Besançon|Nîmes|Angoulême|Saint-Étienne|Évry",
        "rue de l'Église|avenue Victor-Hugo|rue des Écoles|place de la République|boulevard Saint-Michel",
        "SARL|SA|SAS|et Fils", "#####",
        ("01 99 00 ## ##", "+33 1 99 00 ## ##", "02.61.91.##.##", "0353010###", "06 39 98 ## ##", "+33 6 39 98 ## ##"),
    )),
    (8, Land(
        ("Sweden", "SE", "Sverige"), "SEK",
        "Åsa Göran Björn Märta Östen Linnéa Håkan Kerstin Jörgen Malin",
        "Åkesson Lindström Öberg Sjögren Ström Hägg Nyström Wåhlin Bergström",
        "Malmö|Göteborg|Västerås|Umeå|Örebro", "Drottninggatan|Storgatan|Kungsgatan|Ängsvägen", "AB|Handelsbolag",
        "### ##",
        ("08-465 004 ##", "+46 8 465 004 ##", "031-390 06 ##", "+46 70 174 06 ##", "040-628 04 ##"),
    )),
    (10, Land(
        ("Australia", "AU", "AUS"), "AUD",
        "Lachlan Matilda Cooper Ruby Angus Sienna Flynn Imogen Jarrah Tahlia",
        "Nguyen Kelly Ryan Mitchell Singh Murphy Walsh Tran Doyle O'Connor",
        "Sydney|Melbourne|Brisbane|Perth|Hobart", "George Street|Collins Street|Ocean Road", "Pty Ltd|Holdings", "####",
        ("(02) 5550 ####", "+61 2 7010 ####", "03 7010 ####", "+61 3 5550 ####", "0491 570 ###"),
    )),
)  # fmt: skip

TRADES = (
    "Analytics", "Logistics", "Bau", "Consulting", "Software", "Medical", "Foods", "Energy", "Design", "Textiles",
    "Robotics", "Travel", "Finance", "Print", "Optics", "Marine", "Records", "Garden",
)  # fmt: skip
TITLES = (
    "CEO", "Head of Sales", "Marketing Manager", "Buyer", "IT Director", "Office Manager", "Owner", "VP Operations",
    "Geschäftsführer", "Directrice générale", "Purchasing", "Founder & CTO",
)  # fmt: skip
SOURCES = ("Web", "Trade Show", "Referral", "LinkedIn", "Webinar", "Cold call", "Google Ads", "")
STATUSES = ("New", "Open", "Contacted", "Qualified", "Unqualified", "")
TAGS = ("newsletter", "vip", "trial", "2026-fair", "partner", "Newsletter", "churned")
NOTES = (
    "", "", "", "", "met at the fair", "asked for a demo; call back in March", 'said "not before Q3"', "prefers e-mail",
    "two sites, see below\nsecond line of the note", "'=SUM(A1:A9) was in the form", "budget approved, no date yet",
)  # fmt: skip
BROKEN_EMAILS = (
    "{local}@", "{local}.{domain}", "{local}@@{domain}", "{local} at {domain}", "@{domain}", "{local}@{domain}@x",
    "{local}@localhost",
)  # fmt: skip
BROKEN_PHONES = ("555-01", "call the office", "12", "+999 123456", "x", "0000", "5.55E+09")

Row = dict[str, str]


@dataclass(frozen=True)
class Firm:
    name: str
    domain: str
    land: Land
    city: str
    street: str
    postcode: str
    country: str


def slug(text: str) -> str:
    """Return ``text`` in the letters of a host name."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return "".join(char for char in plain if char.isalnum())


def digits(pattern: str, rng: random.Random) -> str:
    """Return ``pattern`` with a digit for each ``#``."""
    return "".join(rng.choice("0123456789") if char == "#" else char for char in pattern)


def a_land(rng: random.Random) -> Land:
    """Return a country, by its share of the file."""
    return rng.choices([land for _, land in LANDS], [share for share, _ in LANDS])[0]


def a_firm(rng: random.Random, land: Land) -> Firm:
    """Return a company with its address and web domain."""
    stem = rng.choice(land.last.split()).replace("_", " ")
    trade = rng.choice(TRADES)
    domain = f"{slug(stem)}-{slug(trade)}.example" if rng.random() < 0.85 else f"{slug(stem)}.example.com"
    return Firm(
        name=f"{stem} {trade} {rng.choice(land.suffixes.split('|'))}",
        domain=domain,
        land=land,
        city=rng.choice(land.cities.split("|")),
        street=f"{rng.choice(land.streets.split('|'))} {rng.randint(1, 240)}",
        postcode=digits(land.postcode, rng),
        country=rng.choice(land.names),
    )


def an_amount(rng: random.Random, currency: str) -> str:
    """Return an amount the way one of several programs writes it."""
    cents = rng.randint(50_000, 25_000_000)
    whole, rest = divmod(cents, 100)
    if currency == "EUR":
        continental = f"{whole:,}".replace(",", ".")
        return rng.choice(
            (f"€{continental},{rest:02d}", f"{continental},{rest:02d} €", f"{whole}", f"{whole},{rest:02d}")
        )
    sign = {"USD": "$", "GBP": "£"}.get(currency, "")
    return rng.choice((f"{sign}{whole:,}.{rest:02d}", f"{whole}", f"{whole // 1000}k", f"{whole}.{rest:02d}"))


def a_person(rng: random.Random, firm: Firm, number: int) -> Row:
    """Return the row of somebody nobody else is."""
    land = firm.land
    first, last = rng.choice(land.first.split()), rng.choice(land.last.split()).replace("_", " ")
    local = rng.choice((f"{slug(first)}.{slug(last)}", f"{slug(first)[:1]}{slug(last)}", slug(first)))
    row = dict.fromkeys(HEADER, "")
    row |= {
        "Record ID": f"L-{100_000 + number * 7}" if rng.random() < 0.6 else "",
        "First Name": first,
        "Last Name": last,
        "E-mail Address": f"{local}{number}@{firm.domain}",
        "Mobile": digits(rng.choice(land.phones), rng) if rng.random() < 0.55 else "",
        "Work Phone": digits(rng.choice(land.phones), rng) if rng.random() < 0.3 else "",
        "Company / Account": firm.name,
        "Job Title": rng.choice(TITLES),
        "Country": firm.country,
        "Lead Source": rng.choice(SOURCES),
        "Lead Status": rng.choice(STATUSES),
        "Notes": rng.choice(NOTES),
    }
    if rng.random() < 0.6:
        site = rng.choice(("{}", "www.{}", "https://www.{}/", "http://{}/en", "HTTPS://{}"))
        row["Website URL"] = site.format(firm.domain)
    if rng.random() < 0.7:
        row |= {"Street Address": firm.street, "City": firm.city, "Postal Code": firm.postcode}
    if rng.random() < 0.4:
        row |= {"Deal Value": an_amount(rng, land.currency), "Currency": rng.choice((land.currency, ""))}
    if rng.random() < 0.3:
        row["Tags"] = rng.choice(("; ", ",")).join(rng.sample(TAGS, rng.randint(1, 3)))
    if rng.random() < 0.5:
        row["Opt-in"] = rng.choice(("Yes", "no", "TRUE", "1", "n", "yes"))
    if rng.random() < 0.4:
        row["Lead Score"] = str(rng.randint(0, 100))
    return row


def spoiled(rng: random.Random, row: Row) -> Row:
    """Return ``row`` with one value wrong or missing; its person can still be known."""
    row = dict(row)
    local, _, domain = row["E-mail Address"].partition("@")
    spoil = rng.randrange(8)
    if spoil == 0:
        row["E-mail Address"] = rng.choice(BROKEN_EMAILS).format(local=local, domain=domain)
    elif spoil == 1:
        row["Mobile"] = rng.choice(BROKEN_PHONES)
    elif spoil == 2:
        row["Country"] = rng.choice(("Europe", "Atlantis", "EMEA"))
    elif spoil == 3:
        row["Website URL"] = rng.choice(("javascript:alert(1)", "see card", "http://"))
    elif spoil == 4:
        row["Deal Value"] = rng.choice(("about 10", "1,23,4", "tbd", "10.000 bis 20.000"))
    elif spoil == 5:
        row["E-mail Address"] = rng.choice(("n/a", "", "-"))
    elif spoil == 6:
        row["First Name"], row["Last Name"] = "", rng.choice(("N/A", ""))
    else:
        row["Opt-in"], row["Lead Score"] = "maybe", "high"
    return row


def again(rng: random.Random, row: Row) -> Row:
    """Return the same person once more, as another list would have them."""
    new = dict.fromkeys(HEADER, "")
    new |= {name: row[name] for name in ("First Name", "Last Name", "Company / Account", "Country")}
    kind = rng.randrange(4)
    if kind == 0 and "@" in row["E-mail Address"]:
        new["E-mail Address"] = rng.choice((row["E-mail Address"].upper(), f" {row['E-mail Address'].title()} "))
        new["Job Title"] = row["Job Title"].upper()
    elif kind == 1 and row["Mobile"]:
        new["Mobile"] = "  " + row["Mobile"].replace("-", " ")
        new["Lead Source"] = "Trade Show"
    elif kind == 2 and row["Record ID"]:
        new |= {"Record ID": row["Record ID"], "Lead Status": "Contacted", "Notes": "seen again"}
    else:
        new |= {"First Name": row["First Name"].upper(), "City": row["City"], "Tags": "vip"}
    return new


def nobody(rng: random.Random, row: Row) -> Row:
    """Return ``row`` without anything a person could be known by."""
    row = dict(row) | {"Record ID": "", "First Name": "", "Last Name": ""}
    local = row["E-mail Address"].partition("@")[0]
    row["E-mail Address"] = rng.choice(("", "n/a", f"{local}@", "none"))
    return row


def doubly_encoded(text: str) -> str:
    """Return ``text`` as it looks after UTF-8 was read as Windows-1252, where that is possible."""
    try:
        return text.encode().decode("windows-1252")
    except UnicodeDecodeError:
        return text


def people(rng: random.Random, count: int, first: int = 0) -> list[Row]:
    """Return ``count`` rows: people, some of them again, some spoiled, and some nobody could know.

    ``first`` is the number of the first person: two files that share none have nobody in common.
    """
    firms = [a_firm(rng, a_land(rng)) for _ in range(max(10, count // 4))]
    rows: list[Row] = []
    originals: list[Row] = []
    while len(rows) < count:
        chance = rng.random()
        if chance < 0.085 and originals:
            rows.append(again(rng, rng.choice(originals[-400:])))
            continue
        person = a_person(rng, rng.choice(firms), first + len(rows))
        if chance < 0.105:
            rows.append(nobody(rng, person))
        elif chance < 0.155:
            rows.append(spoiled(rng, person))
        else:
            rows.append(person)
            originals.append(person)
    return rows


def roughened(rng: random.Random, row: Row) -> Row:
    """Return ``row`` as sloppy hands and programs leave it: spaces, capitals, doubly encoded cells."""
    row = dict(row)
    if rng.random() < 0.03:
        row["Last Name"] = row["Last Name"].upper()
    if rng.random() < 0.05:
        row["First Name"] = f" {row['First Name']}  "
    if rng.random() < 0.06:
        row = {name: doubly_encoded(text) for name, text in row.items()}
    if rng.random() < 0.01 and row["Street Address"]:
        row["Street Address"] = "Building 4\n" + row["Street Address"]
    return row


def as_csv(rows: list[Row], delimiter: str, torn: frozenset[int] = frozenset()) -> str:
    """Return rows as CSV; those numbered in ``torn`` have an unquoted delimiter in their company's name."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(HEADER)
    for number, row in enumerate(rows):
        if number in torn:
            company = row["Company / Account"]
            cells = [row[name].replace("\n", " ").replace('"', "").replace(delimiter, " ") for name in HEADER]
            cells[HEADER.index("Company / Account")] = company.replace(" ", f"{delimiter} ", 1)
            out.write(delimiter.join(cells) + "\r\n")
        else:
            writer.writerow([row[name] for name in HEADER])
    return out.getvalue()


def western(rows: list[Row]) -> list[Row]:
    """Return rows of the countries whose letters Windows-1252 has, as a German Excel would have saved them."""
    return [
        {name: text.encode("windows-1252", "replace").decode("windows-1252") for name, text in row.items()}
        for row in rows
    ]


def files() -> dict[str, bytes]:
    """Return the example files by name."""
    rng = random.Random(SEED)
    rows = [roughened(rng, row) for row in people(rng, ROWS)]
    torn = frozenset(rng.sample(range(200, ROWS), 12))
    small_rng = random.Random(SEED + 1)
    small = people(small_rng, SMALL_ROWS, 10_000)
    wide = people(random.Random(SEED + 2), SMALL_ROWS, 20_000)
    return {
        "leads.csv": b"\xef\xbb\xbf" + as_csv(rows, ",", torn).encode("utf-8"),
        "leads-windows-1252.csv": as_csv(western(small), ";").encode("windows-1252"),
        "leads-utf16.csv": b"\xff\xfe" + as_csv(wide, "\t").encode("utf-16-le"),
    }


def main(folder: Path) -> None:
    """Write the files into ``folder``."""
    for name, data in files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
