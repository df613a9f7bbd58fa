"""What may happen in the house: nouns, rules, refusals, ports and verbs, without I/O."""
