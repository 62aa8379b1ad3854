"""Forms on web pages: each submission is a lead, with the consent that was given and the event that says so."""
