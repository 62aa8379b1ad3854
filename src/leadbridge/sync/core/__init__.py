"""The heart of two-way sync: values and pure functions. No clock, no I/O, nothing awaited.

One changed field, from hint to write: ``reads.freshness`` (may this read be believed?), ``landing.settle`` (what became
of the last write?), ``fields.decide`` (who changed, who wins?), ``record.reconcile`` (the record's plan),
``guard.admit`` (is it too much at once?), ``landing.landed`` (what the vendor made of it).
"""
