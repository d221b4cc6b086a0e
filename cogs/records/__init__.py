"""What officers noted and did, a page at a time: the log, cases, points."""
