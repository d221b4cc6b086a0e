"""Who is who: Discord users and the accounts they play, and who said that they are away."""
