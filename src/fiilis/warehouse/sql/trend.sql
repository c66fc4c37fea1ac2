-- The sums of one metric by day, ISO week (from Monday) or month; `bucket` is the first day. Columns: see parts/sums.sql.
-- param kind nps|csat|ces: Which metric.
-- param low whole: The scale's lowest value.
-- param high whole: The scale's highest value.
-- param unit day|week|month: How wide a bucket is.
WITH keyed AS (
  SELECT
    * REPLACE ('' AS touchpoint, '' AS stage, '' AS actor),
    CASE $unit
      WHEN 'week' THEN CAST(DATE_TRUNC('WEEK', day) AS DATE)
      WHEN 'month' THEN CAST(DATE_TRUNC('MONTH', day) AS DATE)
      ELSE day
    END AS bucket,
    '' AS band
  FROM scored
  WHERE kind = $kind AND low = $low AND high = $high
)
SELECT * EXCLUDE (touchpoint, stage, actor, band, kind, low, high) FROM sums ORDER BY bucket
