"""What is done to subscriptions by those whose they are, their administrators, and operators.

Every function that changes something does it in one transaction and writes it to the ledger under the name of the
`act`; where all is already as asked, nothing is written. The rules do not look at subscriptions: the epoch stays.
"""
