"""How the house is kept: rows, SQL and Redis behind the ports that the domain names."""
