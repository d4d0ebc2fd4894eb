"""What staff do about attempts of others: look after those that are open, give more time, decide what came of them."""
