"""A person or a company can be forgotten: erasure, export, restore without undoing either, and retention."""
