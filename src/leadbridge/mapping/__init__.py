"""Field maps between our records and a CRM's: types, conversions, expressions, validation, suggestion. Pure.

One mapped field: ``validate.check`` (may it be saved?), ``mapper.Mapper`` (built once per mapping), ``codec.Codec``
(do two values mean the same, and how is each written on the other side?), ``expressions`` (computed fields).
"""
