"""组织生活: the plan of a year and what is held of it, 微党课, 通知, 问卷."""
