"""What people and programs touch over HTTP."""
