"""Who is due for what, by the clan's own rules: facts of one instant in, decisions out."""
