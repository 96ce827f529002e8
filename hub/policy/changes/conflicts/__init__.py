"""What stands in the way of an agreement meaning what it says, beside the agreements that are in force."""
