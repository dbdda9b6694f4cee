"""Clients in large numbers, and the resources that a server holds because of them."""
