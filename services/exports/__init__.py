"""What stands in a table that leaves the house: plain rows, and an audit line for each that was handed out.

No file format is known here. Everything is for those who run the branch (F01); rows are in the order of
group and name, never of an amount (F02).
"""
