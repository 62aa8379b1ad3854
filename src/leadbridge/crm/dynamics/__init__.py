"""Microsoft Dynamics 365 (Dataverse Web API): requests, answers, errors and the provider that joins them."""
