"""The judge of any gradient: certified, by complex step, by differences, or exactly."""
