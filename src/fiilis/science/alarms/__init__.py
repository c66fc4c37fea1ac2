"""Alarms over streams of answers: answers in, look by look; an alarm out, with the start of the change estimated."""
