"""Tiny stories: who is in them, what happens, how they are asked for."""
