"""The commands of a member without a platform: `hub push` and `hub pull`."""
