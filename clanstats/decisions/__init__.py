"""What officers decide about members, and what becomes of it: use-cases over rules and records."""
