"""News from CRMs that a record may have changed: received, proved genuine, kept until it is looked into."""
