"""HTTP to receivers that nobody vouches for: checked addresses, verified TLS, deadlines, bounds."""
