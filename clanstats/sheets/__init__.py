"""Tables in, files out: an Excel workbook, CSV, JSON. They know no database and no Discord."""
