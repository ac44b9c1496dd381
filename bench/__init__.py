"""How fast, beside what the machine can do: `python -m bench`. docs/performance.md says how to read it."""
