"""The sales team: who takes leads, where, when and how many."""
