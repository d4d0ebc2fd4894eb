"""Documents for people who do not sign in: asked for, made in the background, kept by content."""
