"""TAXII 2.1: medallion's blueprints, with what they need around them."""
