"""签到: a scan, or six digits, decided by one function (R20–R28)."""
