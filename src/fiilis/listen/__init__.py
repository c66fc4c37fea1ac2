"""Surveys and their versions, the hosted survey, imports, and the digest of the inbox into Feedback."""
