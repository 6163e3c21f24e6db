"""Cities, their network of places, who provides which service there, when and for how much."""
