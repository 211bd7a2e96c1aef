"""The members of a branch as those who lead it see and keep them (R100, F19).

`sight` says what a role may see, `listing` is the roster by name and group, `one` the page of a member,
`edits` the changes by hand, `exemptions` who is not required, `entering` who comes from outside.
"""
