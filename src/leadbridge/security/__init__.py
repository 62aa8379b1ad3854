"""What keeps secrets secret: sealed values and their keys, hashed tokens, the guarded HTTP client, redaction."""
