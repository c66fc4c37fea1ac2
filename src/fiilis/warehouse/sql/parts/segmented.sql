-- Scored answers with the group that each is of. `segment` is '' where it isn't known.
-- param by touchpoint|actor|channel|language|source|attribute: What makes the groups.
-- param attribute text null: The attribute's name, when one makes the groups.
SELECT
  *,
  CASE $by
    WHEN 'touchpoint' THEN touchpoint
    WHEN 'actor' THEN actor
    WHEN 'channel' THEN channel
    WHEN 'language' THEN language
    WHEN 'source' THEN source
    ELSE COALESCE(attributes[CAST($attribute AS VARCHAR)], '')
  END AS segment
FROM scored
