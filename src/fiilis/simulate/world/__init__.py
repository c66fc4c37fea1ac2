"""The shop's pure part: numpy and the settings in, arrays out. No Django, no files, no clock."""
