"""What operators do to the directory: members, organisations, accounts and their tokens.

Every function that changes something does it in one transaction, writes it to the ledger under the name of the `act`,
and advances the policy epoch where the rules look at what changed. Where all is already as asked, nothing is written.
"""
