"""A local stand-in for Microsoft Dynamics 365: the identity platform's sign-in, and the Dataverse Web API."""
