"""Revisions of the schema, one after the other; each only goes forward."""
