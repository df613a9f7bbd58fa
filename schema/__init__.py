"""The public contract; reads like SDL."""
