"""Standing orders: who has what delivered, over which channel, and how far it has got."""
