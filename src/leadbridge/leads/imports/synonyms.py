"""The names that exports give their columns, by field and language. Compared without case and accents."""

from __future__ import annotations

from collections.abc import Mapping

FULL_NAME = "fullName"
"""First and last name in one cell."""
CURRENCY = "currency"
"""The currency of the amount, in a column of its own."""

ENGLISH: Mapping[str, str] = {
    "externalId": "external id, externalid, record id, lead id, contact id, crm id, id, customer id, reference, uid, "
    "uuid",
    "firstName": "first name, firstname, first, given name, givenname, forename, christian name, fname",
    "lastName": "last name, lastname, last, surname, family name, familyname, lname",
    FULL_NAME: "full name, fullname, name, contact name, lead name, contact, person, customer name, contact person",
    "email": "email, e mail, email address, e mail address, emailaddress, mail, email id, primary email, work email, "
    "business email, contact email, email 1",
    "phone": "phone, phone number, phonenumber, telephone, tel, tel no, telephone number, mobile, mobile phone, "
    "mobile number, cell, cell phone, work phone, business phone, office phone, direct phone, direct dial, phone 1, "
    "contact number, phone no, primary phone",
    "company": "company, company name, companyname, account, account name, organization, organisation, "
    "organization name, organisation name, employer, business, business name, firm",
    "title": "title, job title, jobtitle, position, job position, role, job role, designation, job",
    "website": "website, web site, website url, web, url, homepage, web page, webpage, company website, "
    "domain, company domain",
    "address.street": "street, street address, address, address line, address 1, address line 1, mailing street, "
    "billing street, postal address",
    "address.city": "city, town, locality, mailing city, billing city, city town, place",
    "address.region": "state, region, province, county, state region, state province, mailing state, billing state, "
    "territory",
    "address.postalCode": "zip, zip code, zipcode, postal code, postalcode, postcode, post code, zip postal code, "
    "mailing zip, billing zip, zip postcode",
    "address.country": "country, country region, country name, country code, nation, mailing country, billing country",
    "source": "source, lead source, leadsource, original source, origin, channel, utm source, "
    "how did you hear about us",
    "status": "status, lead status, leadstatus, lifecycle stage, stage, contact status",
    "value": "value, amount, deal value, deal amount, deal size, opportunity value, opportunity amount, budget, "
    "estimated value, expected revenue, lead value, potential value",
    CURRENCY: "currency, currency code, currency iso code, deal currency",
    "tags": "tags, tag, labels, label, keywords, lists",
    "consent": "consent, opt in, optin, marketing consent, email opt in, newsletter, gdpr consent, subscribed, "
    "marketing opt in, email consent",
    "score": "score, lead score, leadscore, rating score, hubspot score",
}
GERMAN: Mapping[str, str] = {
    "externalId": "externe id, kundennummer, kunden nr, kundennr, datensatz id, kontakt id, referenz",
    "firstName": "vorname, rufname",
    "lastName": "nachname, familienname, zuname",
    FULL_NAME: "vollständiger name, vor und nachname, ansprechpartner, ansprechpartnerin, kontaktperson",
    "email": "e mail adresse, emailadresse, mailadresse, mail adresse, elektronische post",
    "phone": "telefon, telefonnummer, telefon nr, tel nr, handy, handynummer, mobil, mobiltelefon, mobilnummer, "
    "rufnummer, festnetz, durchwahl, telefon geschäftlich",
    "company": "firma, firmenname, unternehmen, unternehmensname, betrieb, gesellschaft, arbeitgeber",
    "title": "funktion, stellung, berufsbezeichnung, jobtitel, stellenbezeichnung, beruf",
    "website": "webseite, internetseite, internetadresse, webadresse",
    "address.street": "straße, strasse, straße und hausnummer, straße hausnummer, anschrift, adresse, strasse nr",
    "address.city": "ort, stadt, wohnort",
    "address.region": "bundesland, kanton",
    "address.postalCode": "plz, postleitzahl",
    "address.country": "land, staat",
    "source": "quelle, herkunft, leadquelle, lead quelle, kanal",
    "status": "leadstatus, lead status, phase",
    "value": "wert, betrag, auftragswert, umsatz, volumen, auftragsvolumen",
    CURRENCY: "währung, währungscode",
    "tags": "schlagworte, schlagwörter, stichworte, etiketten",
    "consent": "einwilligung, zustimmung, werbeeinwilligung, datenschutz einwilligung",
    "score": "punktzahl, bewertung, punkte",
}
FRENCH: Mapping[str, str] = {
    "externalId": "identifiant, id externe, numéro client, référence, code client",
    "firstName": "prénom, prénoms",
    "lastName": "nom de famille, patronyme",
    FULL_NAME: "nom, nom complet, nom et prénom, prénom et nom, interlocuteur",
    "email": "courriel, adresse email, adresse e mail, adresse mail, adresse électronique, mél",
    "phone": "téléphone, numéro de téléphone, tél, portable, téléphone portable, téléphone mobile, n de téléphone",
    "company": "société, entreprise, nom de la société, nom de l entreprise, raison sociale, employeur, organisme",
    "title": "fonction, poste, intitulé du poste, titre du poste, métier",
    "website": "site web, site internet, adresse web",
    "address.street": "rue, adresse, adresse postale, voie",
    "address.city": "ville, commune, localité",
    "address.region": "région, département",
    "address.postalCode": "code postal, cp",
    "address.country": "pays",
    "source": "origine, provenance, source du lead, canal",
    "status": "statut, état, étape",
    "value": "montant, valeur, chiffre d affaires",
    CURRENCY: "devise, monnaie",
    "tags": "étiquettes, mots clés, libellés",
    "consent": "consentement, consentement marketing, accord marketing",
    "score": "pointage",
}
SPANISH: Mapping[str, str] = {
    "externalId": "id externo, identificador, número de cliente, referencia, código de cliente",
    "firstName": "nombre de pila, primer nombre, nombres",
    "lastName": "apellido, apellidos, primer apellido",
    FULL_NAME: "nombre, nombre completo, nombre y apellidos, persona de contacto",
    "email": "correo, correo electrónico, dirección de correo, dirección de correo electrónico",
    "phone": "teléfono, número de teléfono, móvil, celular, teléfono móvil, teléfono de contacto",
    "company": "empresa, nombre de la empresa, compañía, organización, razón social, sociedad",
    "title": "cargo, puesto, puesto de trabajo, ocupación",
    "website": "sitio web, página web",
    "address.street": "calle, dirección, domicilio, dirección postal",
    "address.city": "ciudad, población, localidad, municipio",
    "address.region": "provincia, comunidad autónoma, región, estado provincia",
    "address.postalCode": "código postal, c p, cod postal",
    "address.country": "país",
    "source": "fuente, origen, procedencia",
    "status": "estado, situación, etapa",
    "value": "valor, importe, monto, cantidad",
    CURRENCY: "moneda, divisa",
    "tags": "etiquetas, palabras clave",
    "consent": "consentimiento, autorización, acepta publicidad",
    "score": "puntuación, puntaje",
}
ITALIAN: Mapping[str, str] = {
    "externalId": "id esterno, codice cliente, identificativo, riferimento",
    "firstName": "nome di battesimo",
    "lastName": "cognome",
    FULL_NAME: "nome, nome completo, nome e cognome, cognome e nome, nominativo, referente",
    "email": "posta elettronica, indirizzo email, indirizzo e mail",
    "phone": "telefono, numero di telefono, cellulare, telefono cellulare, recapito telefonico",
    "company": "azienda, società, ragione sociale, nome azienda, impresa, ditta",
    "title": "ruolo, mansione, qualifica, posizione",
    "website": "sito, sito web, sito internet",
    "address.street": "via, indirizzo, indirizzo postale",
    "address.city": "città, comune, località",
    "address.region": "regione, provincia",
    "address.postalCode": "cap, codice postale",
    "address.country": "paese, nazione, stato paese",
    "source": "fonte, origine, provenienza",
    "status": "stato, fase",
    "value": "valore, importo",
    CURRENCY: "valuta, divisa",
    "tags": "etichette, parole chiave",
    "consent": "consenso, consenso marketing, consenso privacy",
    "score": "punteggio",
}
PORTUGUESE: Mapping[str, str] = {
    "externalId": "id externo, código do cliente, número do cliente, referência",
    "firstName": "primeiro nome, nome próprio",
    "lastName": "sobrenome, apelido, último nome",
    FULL_NAME: "nome completo, pessoa de contato, nome do contato",
    "email": "correio eletrônico, correio eletrónico, endereço de email, endereço de e mail",
    "phone": "telefone, telemóvel, celular, número de telefone, fone",
    "company": "empresa, nome da empresa, companhia, organização, razão social",
    "title": "cargo, função, profissão",
    "website": "site, página da web",
    "address.street": "rua, endereço, morada, logradouro",
    "address.city": "cidade, município, localidade",
    "address.region": "estado uf, uf, distrito",
    "address.postalCode": "cep, código postal",
    "address.country": "país",
    "source": "origem, fonte, origem do lead",
    "status": "situação, estágio",
    "value": "valor, montante, quantia",
    CURRENCY: "moeda",
    "tags": "etiquetas, marcadores, palavras chave",
    "consent": "consentimento, autorização",
    "score": "pontuação",
}
DUTCH: Mapping[str, str] = {
    "externalId": "extern id, klantnummer, referentie",
    "firstName": "voornaam, roepnaam",
    "lastName": "achternaam, familienaam",
    FULL_NAME: "naam, volledige naam, contactpersoon",
    "email": "e mailadres, emailadres, mailadres",
    "phone": "telefoon, telefoonnummer, mobiel, mobiele telefoon, gsm",
    "company": "bedrijf, bedrijfsnaam, organisatie, onderneming, werkgever",
    "title": "functie, functietitel, beroep",
    "website": "webadres",
    "address.street": "straat, straatnaam, adres",
    "address.city": "plaats, woonplaats, gemeente",
    "address.region": "provincie, regio",
    "address.postalCode": "postcode",
    "address.country": "land",
    "source": "bron, herkomst",
    "status": "fase",
    "value": "waarde, bedrag",
    CURRENCY: "valuta, munteenheid",
    "tags": "labels, trefwoorden",
    "consent": "toestemming",
    "score": "puntentelling",
}
POLISH: Mapping[str, str] = {
    "externalId": "identyfikator, numer klienta",
    "firstName": "imię",
    "lastName": "nazwisko",
    FULL_NAME: "imię i nazwisko, osoba kontaktowa",
    "email": "adres email, adres e mail, poczta elektroniczna",
    "phone": "telefon, numer telefonu, telefon komórkowy, komórka",
    "company": "firma, nazwa firmy, przedsiębiorstwo",
    "title": "stanowisko",
    "website": "strona www, strona internetowa",
    "address.street": "ulica, adres",
    "address.city": "miasto, miejscowość",
    "address.region": "województwo",
    "address.postalCode": "kod pocztowy",
    "address.country": "kraj, państwo",
    "source": "źródło",
    "value": "wartość, kwota",
    CURRENCY: "waluta",
    "tags": "tagi, etykiety",
    "consent": "zgoda, zgoda marketingowa",
}
LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "English": ENGLISH,
    "German": GERMAN,
    "French": FRENCH,
    "Spanish": SPANISH,
    "Italian": ITALIAN,
    "Portuguese": PORTUGUESE,
    "Dutch": DUTCH,
    "Polish": POLISH,
}
"""Where two languages differ about a word, the earlier one has it."""

BESIDE: Mapping[str, tuple[str, str]] = {
    "name": ("vorname", "lastName"),
    "nom": ("prenom", "lastName"),
    "naam": ("voornaam", "lastName"),
    "nome": ("cognome sobrenome apelido", "firstName"),
    "nombre": ("apellido apellidos", "firstName"),
}
"""Words for the whole name that mean a part of it beside one of these columns: "Name" next to "Vorname"."""
