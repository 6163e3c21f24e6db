"""A bureau's sheet (Excel or CSV, Chinese headings): one row a service of a place."""
