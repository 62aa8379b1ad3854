"""Local stand-ins for vendors' APIs, faithful enough that the vendors' own clients drive them."""
