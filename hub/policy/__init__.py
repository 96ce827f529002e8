"""The sharing rules: facts in, decisions out. Pure; time comes in as `at=`."""
