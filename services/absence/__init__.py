"""请假, 补学, 支部外学习: what stands in for a session that somebody was not at."""
