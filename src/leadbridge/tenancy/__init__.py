"""Companies, their users, and the tokens by which they are known."""
