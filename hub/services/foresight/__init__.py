"""What a change would do, before anybody makes it."""
