"""Fuzzing (模糊测试): files, queries, targets and decisions that nobody would write, until something breaks.

`python -m fuzz [--seconds N | --executions N] [TARGET…]`. Only `KpiError` may come out of the program, and in time.
"""
