"""Members elsewhere and members who change their branch: 流动党员, 组织关系转接."""
