"""How does the history of this bot's predecessor, a batch of scripts, get in?"""
