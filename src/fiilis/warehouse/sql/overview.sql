-- How much has been said, and when. Always one row.
-- n_answers counts facts: each choice of a multiple choice is one. n_days counts days with an answer. Empty: n 0, days null.
SELECT
  COUNT(*) AS n_answers,
  COUNT(DISTINCT feedback) AS n_feedback,
  MIN(day) AS first_day,
  MAX(day) AS last_day,
  COUNT(DISTINCT day) AS n_days,
  CAST(MAX("at") AS TIMESTAMP) AS last_at
FROM picked
