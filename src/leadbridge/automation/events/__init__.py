"""Events out: the catalogue of their names and bodies, who listens, and what each of them starts."""
