"""Steps that an agreement takes as a whole: what they make of it, whom they open, and how they are carried out."""
