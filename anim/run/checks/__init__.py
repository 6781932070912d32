"""What may be recorded: labels, predictions and scalars, checked and converted to plain arrays."""
