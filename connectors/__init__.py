"""What comes in: the connector's declaration, translators of changes, commands of people."""
