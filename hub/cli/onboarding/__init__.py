"""`hub member onboard`: walk a new member from its name to the sheet that its CERT works from."""
