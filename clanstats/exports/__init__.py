"""Who is in the clan, what did they do, what was decided? For files that officers take along.

Each number is the one that a command answers with, from the same functions. Whoever is hidden is
in none of them.
"""
