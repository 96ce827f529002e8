"""The operations on agreements and on the keys that sign them."""
