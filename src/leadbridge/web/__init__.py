"""What every HTTP endpoint shares: the envelope, who is calling, paging, request ids and limits."""
