"""The nouns: frozen records that the rules, the store and the web speak about. No I/O, no clock."""
