"""What an object tells the hub: its markings, its facts, and what is worth a word to its producer."""
