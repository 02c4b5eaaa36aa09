"""The demo: a veterinary clinic group's morning, played on the business clock over the whole stack."""
