"""Steps that the hub itself does, in the lane of their automation."""
