"""Say why: to operators, to producers of their own objects, to readers of what they may ask after; and who has read."""
