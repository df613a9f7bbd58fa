"""What is wrong with a house rather than with a request."""


class Problem(RuntimeError):
    """Something that whoever runs the house can do something about; its text is one line that says what."""
