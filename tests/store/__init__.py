"""The store on real databases: the same behaviour on SQLite and PostgreSQL."""
