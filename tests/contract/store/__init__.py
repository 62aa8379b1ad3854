"""What every store engine promises, asked of each of them."""
