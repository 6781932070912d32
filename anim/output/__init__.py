"""What is shown, to files and to notebooks."""
