-- Answers on a scale with their scores. THE definition of what NPS, CSAT and CES count; it stands nowhere else.
--   top: 1 for the upper end: CSAT's two highest (4-5 of 1-5, faces 3-4 of 1-4); CES's three highest of seven, else two
--   y: what the metric is the mean of: NPS -100 (0-6), 0 (7-8), 100 (9-10); CSAT `top`; CES the value itself
SELECT
  *,
  CASE
    WHEN kind = 'nps' AND value <= 6 THEN CAST(-100 AS DOUBLE)
    WHEN kind = 'nps' AND value <= 8 THEN CAST(0 AS DOUBLE)
    WHEN kind = 'nps' THEN CAST(100 AS DOUBLE)
    WHEN kind = 'csat' THEN CAST(top AS DOUBLE)
    ELSE value
  END AS y
FROM (
  SELECT
    *,
    CASE
      WHEN kind = 'nps' AND value >= 9 THEN 1
      WHEN kind = 'csat' AND value >= high - 1 THEN 1
      WHEN kind = 'ces' AND high - low >= 6 AND value >= high - 2 THEN 1
      WHEN kind = 'ces' AND high - low < 6 AND value >= high - 1 THEN 1
      ELSE 0
    END AS top
  FROM picked
  WHERE kind IN ('nps', 'csat', 'ces') AND value IS NOT NULL
) AS scale
