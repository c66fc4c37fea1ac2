-- The sums of NPS, CSAT and CES at each touchpoint, with its stage and actor. Columns: see parts/sums.sql.
WITH keyed AS (
  SELECT *, CAST(NULL AS DATE) AS bucket, '' AS band FROM scored
)
SELECT * EXCLUDE (bucket, band) FROM sums ORDER BY touchpoint, stage, actor, kind, low, high
