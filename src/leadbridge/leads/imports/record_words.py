"""The names that exports give the columns of contacts, accounts and deals, by language, beside those of leads.

What a record shares with leads is taken from their table. A word that stands here counts before one that comes from
there: a "stage" is a status of a lead, and a field of its own of a deal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadbridge.leads.imports.synonyms import CURRENCY, ENGLISH, LANGUAGES

Words = Mapping[str, Mapping[str, str]]
"""Language to field to names."""

_PLACE = ("phone", "website", *(field for field in ENGLISH if field.startswith("address.")))
TAKEN: Mapping[str, Mapping[str, str]] = {
    "lead": {field: field for field in ENGLISH},
    "contact": {field: field for field in ENGLISH if field not in ("value", CURRENCY)},
    "account": {field: field for field in ("externalId", "email", *_PLACE, "source", "status", "tags")}
    | {"company": "name"},
    "deal": {field: field for field in ("externalId", "value", CURRENCY, "source", "status", "tags")}
    | {"company": "accountId", "email": "contactId"},
}
"""Which words of leads a record takes over, and for which of its own fields."""

CONTACTS: Words = {
    "English": {"accountId": "account id, accountid, company id, account number, account external id, organization id"},
    "German": {"accountId": "firmen id, firmennummer, account id, unternehmens id"},
    "French": {"accountId": "id société, id entreprise, code société, identifiant société"},
    "Spanish": {"accountId": "id empresa, id de empresa, código de empresa"},
    "Italian": {"accountId": "id azienda, codice azienda"},
    "Portuguese": {"accountId": "id da empresa, código da empresa"},
    "Dutch": {"accountId": "bedrijf id, bedrijfsnummer"},
    "Polish": {"accountId": "id firmy, numer firmy"},
}
ACCOUNTS: Words = {
    "English": {
        "externalId": "account id, accountid, company id, account number, account no, organization id",
        "name": "name",
        "industry": "industry, sector, branch, vertical, line of business, business type",
        "employees": "employees, number of employees, no of employees, numberofemployees, employee count, headcount, "
        "company size, staff",
        "status": "account status, company status",
    },
    "German": {
        "externalId": "firmen id, firmennummer",
        "industry": "branche, wirtschaftszweig, industrie",
        "employees": "mitarbeiter, mitarbeiterzahl, anzahl mitarbeiter, beschäftigte, anzahl der mitarbeiter",
    },
    "French": {
        "externalId": "id société, id entreprise, code société, siren, siret",
        "name": "nom",
        "industry": "secteur, secteur d activité, activité, industrie, branche d activité",
        "employees": "effectif, effectifs, nombre d employés, salariés, nombre de salariés",
    },
    "Spanish": {
        "externalId": "id empresa, código de empresa",
        "name": "nombre",
        "industry": "sector de actividad, industria, rama, actividad",
        "employees": "empleados, número de empleados, plantilla, trabajadores",
    },
    "Italian": {
        "externalId": "id azienda, codice azienda",
        "name": "nome",
        "industry": "settore, settore di attività, industria",
        "employees": "dipendenti, numero di dipendenti, numero dipendenti, addetti",
    },
    "Portuguese": {
        "externalId": "id da empresa, código da empresa",
        "industry": "setor, setor de atividade, ramo, indústria",
        "employees": "funcionários, número de funcionários, colaboradores, empregados",
    },
    "Dutch": {
        "externalId": "bedrijf id, bedrijfsnummer",
        "name": "naam",
        "industry": "bedrijfstak, branche, sector",
        "employees": "medewerkers, aantal medewerkers, werknemers, aantal werknemers",
    },
    "Polish": {
        "externalId": "id firmy, numer firmy",
        "name": "nazwa",
        "industry": "branża, sektor",
        "employees": "pracownicy, liczba pracowników, zatrudnienie",
    },
}
DEALS: Words = {
    "English": {
        "externalId": "deal id, dealid, opportunity id, opportunityid, opportunity number, quote number",
        "name": "name, deal name, dealname, deal, opportunity, opportunity name, title, deal title, subject, topic",
        "stage": "stage, deal stage, dealstage, opportunity stage, sales stage, stage name, pipeline stage",
        "status": "deal status, opportunity status",
        "value": "deal amount in company currency, total value, price, total",
        "closeDate": "close date, closedate, closing date, expected close date, expected closing date, "
        "estimated close date, forecast date",
        "probability": "probability, win probability, deal probability, chance, likelihood, close probability",
        "accountId": "account id, accountid, company id, associated company, customer",
        "contactId": "contact id, contactid, primary contact id, associated contact, contact e mail",
    },
    "German": {
        "externalId": "angebotsnummer, vorgangsnummer, geschäfts id",
        "name": "geschäft, verkaufschance, bezeichnung, titel, betreff, name des geschäfts, deal bezeichnung",
        "stage": "phase, verkaufsphase, stufe, vertriebsphase",
        "closeDate": "abschlussdatum, abschluss, erwarteter abschluss, voraussichtlicher abschluss, schlusstermin",
        "probability": "wahrscheinlichkeit, abschlusswahrscheinlichkeit, chance",
        "accountId": "kunde, firmen id, firmennummer",
        "contactId": "kontakt id, e mail des kontakts",
    },
    "French": {
        "externalId": "numéro d affaire, id affaire, numéro de devis",
        "name": "nom, affaire, opportunité, nom de l affaire, nom de l opportunité, titre, intitulé",
        "stage": "étape, phase de vente, étape de vente",
        "closeDate": "date de clôture, date de signature, clôture prévue, date de conclusion",
        "probability": "probabilité",
        "accountId": "compte, client, id société",
        "contactId": "id contact, email du contact",
    },
    "Spanish": {
        "externalId": "id de oportunidad, número de oferta",
        "name": "nombre, oportunidad, negocio, nombre de la oportunidad, nombre del negocio, título, asunto",
        "stage": "etapa, fase, etapa de venta",
        "closeDate": "fecha de cierre, cierre previsto, fecha prevista de cierre",
        "probability": "probabilidad",
        "accountId": "cuenta, cliente, id empresa",
        "contactId": "id de contacto, correo del contacto",
    },
    "Italian": {
        "externalId": "id opportunità, numero offerta",
        "name": "nome, opportunità, trattativa, nome opportunità, nome trattativa, titolo, oggetto",
        "stage": "fase di vendita, stadio",
        "closeDate": "data di chiusura, chiusura prevista",
        "probability": "probabilità",
        "accountId": "id azienda",
        "contactId": "id contatto, email del contatto",
    },
    "Portuguese": {
        "externalId": "id da oportunidade, número da proposta",
        "name": "oportunidade, negócio, nome do negócio, nome da oportunidade, assunto",
        "stage": "estágio, fase da venda",
        "closeDate": "data de fechamento, data de fecho, fechamento previsto",
        "probability": "probabilidade",
        "accountId": "conta, id da empresa",
        "contactId": "id do contato, email do contato",
    },
    "Dutch": {
        "externalId": "offertenummer, deal nummer",
        "name": "naam, verkoopkans, onderwerp, naam van de deal",
        "stage": "verkoopfase, fase",
        "closeDate": "sluitingsdatum, afsluitdatum, verwachte sluitingsdatum",
        "probability": "kans, waarschijnlijkheid, slagingskans",
        "accountId": "klant, bedrijf id",
        "contactId": "contact id, e mail van contact",
    },
    "Polish": {
        "externalId": "numer oferty, id szansy",
        "name": "nazwa, szansa sprzedaży, nazwa szansy, temat",
        "stage": "etap, etap sprzedaży",
        "closeDate": "data zamknięcia, przewidywana data zamknięcia",
        "probability": "prawdopodobieństwo",
        "accountId": "klient, id firmy",
        "contactId": "id kontaktu, email kontaktu",
    },
}
OWN: Mapping[str, Words] = {"lead": {}, "contact": CONTACTS, "account": ACCOUNTS, "deal": DEALS}


def words_of(record: str) -> Iterator[tuple[str, str]]:
    """Yield each field of a type of record with its names, those that count most first."""
    for table in OWN[record].values():
        yield from table.items()
    for table in LANGUAGES.values():
        for field, names in table.items():
            if field in TAKEN[record]:
                yield TAKEN[record][field], names
