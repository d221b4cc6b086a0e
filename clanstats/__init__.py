"""What a clan is and does: harvest, store, analyse, draw. Knows nothing of Discord."""
