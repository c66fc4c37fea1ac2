-- The sums of NPS, CSAT and CES by how late the answer came after the event that it is about. Columns: see parts/sums.sql.
-- band: 1h, 1d, 3d, 7d, 30d (less than that), later, unknown (the event's time isn't known); in this order.
WITH keyed AS (
  SELECT
    kind, low, high,
    CASE
      WHEN delay_seconds IS NULL THEN 'unknown'
      WHEN delay_seconds < 3600 THEN '1h'
      WHEN delay_seconds < 86400 THEN '1d'
      WHEN delay_seconds < 259200 THEN '3d'
      WHEN delay_seconds < 604800 THEN '7d'
      WHEN delay_seconds < 2592000 THEN '30d'
      ELSE 'later'
    END AS band,
    unit, cluster, weight, value, y, top, detractor, passive, promoter
  FROM scored
)
SELECT *
FROM sums
ORDER BY
  kind, low, high,
  CASE band WHEN '1h' THEN 1 WHEN '1d' THEN 2 WHEN '3d' THEN 3 WHEN '7d' THEN 4 WHEN '30d' THEN 5 WHEN 'later' THEN 6 ELSE 7 END
