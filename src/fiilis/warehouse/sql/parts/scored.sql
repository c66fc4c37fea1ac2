-- Answers on a scale with their scores. THE definition of what NPS, CSAT and CES count; it stands nowhere else.
--   detractor, passive, promoter: 1 for NPS 0-6, 7-8, 9-10
--   top: 1 for the upper end: a promoter; CSAT's two highest (4-5 of 1-5, faces 3-4 of 1-4); CES's three highest of
--        seven, else two
--   y: what the metric is the mean of: NPS -100, 0, 100; CSAT `top`; CES the value itself
SELECT
  *,
  CASE kind
    WHEN 'nps' THEN CAST(100 * (promoter - detractor) AS DOUBLE)
    WHEN 'csat' THEN CAST(top AS DOUBLE)
    ELSE value
  END AS y
FROM (
  SELECT
    *,
    CASE WHEN kind = 'nps' AND value <= 6 THEN 1 ELSE 0 END AS detractor,
    CASE WHEN kind = 'nps' AND value > 6 AND value < 9 THEN 1 ELSE 0 END AS passive,
    CASE WHEN kind = 'nps' AND value >= 9 THEN 1 ELSE 0 END AS promoter,
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
