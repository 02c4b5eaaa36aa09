"""Whether everything is all right, and if not, what and where: what `status` and `watch` show."""
