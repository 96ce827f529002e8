"""The hub's own checks of the form of one object: identity, names, values, references, sizes, selectors."""
