-- The sums of NPS, CSAT and CES by ISO week (`bucket` is its Monday) at each touchpoint, of all answers there (`by` is '')
-- and parted by language, channel and each attribute (`by` is its name), of answers where it is known. Columns: see
-- parts/sums.sql.
WITH parted AS (
  SELECT
    CAST(DATE_TRUNC('WEEK', day) AS DATE) AS bucket, touchpoint, kind, low, high, attributes,
    unit, cluster, weight, value, y, top, detractor, passive, promoter,
    LIST_CONCAT(
      [{'by': '', 'segment': ''}, {'by': 'language', 'segment': language}, {'by': 'channel', 'segment': channel}],
      LIST_TRANSFORM(
        MAP_ENTRIES(attributes), LAMBDA pair : {'by': CONCAT('attribute:', pair.key), 'segment': pair.value}
      )
    ) AS parts
  FROM scored
),
each AS (
  SELECT * EXCLUDE (parts, attributes), UNNEST(parts) AS part FROM parted
),
keyed AS (
  SELECT
    bucket, touchpoint, kind, low, high, part.by AS by, part.segment AS segment,
    unit, cluster, weight, value, y, top, detractor, passive, promoter
  FROM each
  WHERE part.by = '' OR part.segment <> ''
)
SELECT * FROM sums ORDER BY touchpoint, kind, low, high, by, segment, bucket
