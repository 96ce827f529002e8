"""The ways by which content is brought: what each makes of a batch, and what comes of it."""
