"""One function per thing that a person can do in the chat: it calls one service verb and words its result."""
