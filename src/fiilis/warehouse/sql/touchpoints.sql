-- The sums of NPS, CSAT and CES at each touchpoint, with its stage and actor. Columns: see parts/sums.sql.
WITH keyed AS (
  SELECT
    touchpoint, stage, actor, kind, low, high,
    unit, cluster, weight, value, y, top, detractor, passive, promoter
  FROM scored
)
SELECT * FROM sums ORDER BY touchpoint, stage, actor, kind, low, high
