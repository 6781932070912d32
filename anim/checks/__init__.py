"""What predictions and labels may be: checked, and converted to plain arrays."""
