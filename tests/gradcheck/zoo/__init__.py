"""Small networks in many styles, as people write them."""
