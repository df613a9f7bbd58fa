"""Operations that nobody thought of, sent for minutes by somebody of every role: `make fuzz`."""
