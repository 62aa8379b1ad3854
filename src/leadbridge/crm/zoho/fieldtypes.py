"""What the standard fields of Zoho's modules hold, in Zoho's words, so that writing them asks for no description.

Source: the field list of Zoho's official client. Any other field's type comes from the description.
"""

from __future__ import annotations

from collections.abc import Mapping


def _texts(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), "text")


_PERSON = _texts(
    "First_Name Last_Name Full_Name Salutation Email Secondary_Email Phone Mobile Fax Website Description Lead_Source "
    "Skype_ID Twitter"
) | {"Owner": "ownerlookup", "Email_Opt_Out": "boolean", "Tag": "tags"}

FIELD_TYPES: Mapping[str, Mapping[str, str]] = {
    "Leads": _PERSON
    | _texts("Company Designation Lead_Status Industry Rating Street City State Zip_Code Country")
    | {"No_of_Employees": "integer", "Annual_Revenue": "currency"},
    "Contacts": _PERSON
    | _texts(
        "Title Department Assistant Asst_Phone Home_Phone Other_Phone Mailing_Street Mailing_City Mailing_State "
        "Mailing_Zip Mailing_Country Other_Street Other_City Other_State Other_Zip Other_Country"
    )
    | {"Account_Name": "lookup", "Reporting_To": "lookup", "Date_of_Birth": "date"},
    "Accounts": _texts(
        "Account_Name Phone Fax Website Industry Account_Type Account_Number Account_Site Ownership Rating "
        "Ticker_Symbol Description Billing_Street Billing_City Billing_State Billing_Code Billing_Country "
        "Shipping_Street Shipping_City Shipping_State Shipping_Code Shipping_Country"
    )
    | {"Owner": "ownerlookup", "Employees": "integer", "Annual_Revenue": "currency", "Parent_Account": "lookup"},
    "Deals": _texts("Deal_Name Stage Lead_Source Description Type Next_Step")
    | {
        "Owner": "ownerlookup",
        "Amount": "currency",
        "Closing_Date": "date",
        "Probability": "integer",
        "Account_Name": "lookup",
        "Contact_Name": "lookup",
    },
}
