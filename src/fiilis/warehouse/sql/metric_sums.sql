-- The sums from which NPS, CSAT and CES are estimated, one row for each kind of scale. Columns: see parts/sums.sql.
WITH keyed AS (
  SELECT kind, low, high, unit, cluster, weight, value, y, top, detractor, passive, promoter FROM scored
)
SELECT * FROM sums ORDER BY kind, low, high
