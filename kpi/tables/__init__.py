"""Tables of a file → logical tables: stitched over pages, with a recognised layout and rows in their columns."""
