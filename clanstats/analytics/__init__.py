"""What the clan's history says: one statement a question, keyed by ID, unknown when unknown.

Every function only reads, takes the session first and never commits.
"""
