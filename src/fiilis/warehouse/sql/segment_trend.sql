-- The sums of one metric in each group, by day, ISO week (from Monday) or month; `bucket` is the first day. Columns: see
-- parts/sums.sql.
-- param kind nps|csat|ces: Which metric.
-- param low whole: The scale's lowest value.
-- param high whole: The scale's highest value.
-- param unit day|week|month: How wide a bucket is.
WITH keyed AS (
  SELECT
    segment,
    CASE $unit
      WHEN 'week' THEN CAST(DATE_TRUNC('WEEK', day) AS DATE)
      WHEN 'month' THEN CAST(DATE_TRUNC('MONTH', day) AS DATE)
      ELSE day
    END AS bucket,
    unit, cluster, weight, value, y, top, detractor, passive, promoter
  FROM segmented
  WHERE kind = $kind AND low = $low AND high = $high
)
SELECT * FROM sums ORDER BY segment, bucket
