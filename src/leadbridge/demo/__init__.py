"""The demo: the main job on real input, with figures that add up."""
