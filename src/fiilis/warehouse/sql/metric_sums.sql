-- The sums from which NPS, CSAT and CES are estimated, one row for each kind of scale. Columns: see parts/sums.sql.
WITH keyed AS (
  SELECT * REPLACE ('' AS touchpoint, '' AS stage, '' AS actor), CAST(NULL AS DATE) AS bucket, '' AS band FROM scored
)
SELECT * EXCLUDE (bucket, touchpoint, stage, actor, band) FROM sums ORDER BY kind, low, high
