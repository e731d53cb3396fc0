"""The log in a PostgreSQL database, which several gateways may write to."""
