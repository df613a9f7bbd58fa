"""Plain async functions between the schema and the domain: when a transaction opens, which loader answers."""
