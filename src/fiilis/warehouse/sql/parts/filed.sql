-- The whole file that is looked at: the answers of one side in one period.
-- param from_day date null: First day, in the workspace's time zone; null: from the beginning.
-- param to_day date null: Last day; null: to the end.
-- param side text = customer: Whose experience: customer, employee or partner.
SELECT
  *,
  -- Answers of one unit may resemble each other; without a cluster a feedback is its own.
  CASE WHEN cluster = '' THEN feedback ELSE 'cluster ' || cluster END AS unit
FROM answer
WHERE side = $side
  AND (CAST($from_day AS DATE) IS NULL OR day >= CAST($from_day AS DATE))
  AND (CAST($to_day AS DATE) IS NULL OR day <= CAST($to_day AS DATE))
  -- The same again by partition: whole files are passed over.
  AND (CAST($from_day AS DATE) IS NULL OR month >= STRFTIME(CAST($from_day AS DATE), '%Y-%m'))
  AND (CAST($to_day AS DATE) IS NULL OR month <= STRFTIME(CAST($to_day AS DATE), '%Y-%m'))
