"""The sentences of the chat, a file for each subject; refusals bring their own words from the services."""
