"""What a change of the world does, before and after it is made."""
