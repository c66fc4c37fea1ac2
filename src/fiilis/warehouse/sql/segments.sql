-- The sums of NPS, CSAT and CES in each group of answers. Columns: see parts/sums.sql.
WITH keyed AS (
  SELECT segment, kind, low, high, unit, cluster, weight, value, y, top, detractor, passive, promoter FROM segmented
)
SELECT * FROM sums ORDER BY segment, kind, low, high
