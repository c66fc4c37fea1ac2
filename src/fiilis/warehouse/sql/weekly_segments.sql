-- Plain counts and sums of NPS, CSAT and CES by ISO week (`bucket` is its Monday) at each touchpoint, of all answers
-- there (`by` is '') and parted by language, channel and each attribute (`by` is its name), of answers where it is known:
-- n; detractors, passives, promoters; top; total, total_sq (of values). To watch many figures at once: no weights and no
-- clusters, which cost ten times as much as all the rest. Segments with fewer than `least` answers in all are left out:
-- anybody who answers may make up attributes, a new one with each answer.
-- param least whole: How many answers a segment needs to be told of.
WITH parted AS (
  SELECT
    CAST(DATE_TRUNC('WEEK', day) AS DATE) AS bucket, touchpoint, kind, low, high, language, channel, attributes,
    COUNT(*) AS n,
    SUM(detractor) AS detractors, SUM(passive) AS passives, SUM(promoter) AS promoters, SUM(top) AS top,
    SUM(value) AS total, SUM(value * value) AS total_sq
  FROM scored
  GROUP BY ALL
),
each AS (
  SELECT
    * EXCLUDE (attributes, language, channel),
    UNNEST(
      LIST_CONCAT(
        [{'by': '', 'segment': ''}, {'by': 'language', 'segment': language}, {'by': 'channel', 'segment': channel}],
        LIST_TRANSFORM(
          MAP_ENTRIES(attributes), LAMBDA pair : {'by': CONCAT('attribute:', pair.key), 'segment': pair.value}
        )
      )
    ) AS part
  FROM parted
),
weekly AS (
  SELECT
    touchpoint, kind, low, high, part.by AS by, part.segment AS segment, bucket,
    CAST(SUM(n) AS BIGINT) AS n,
    CAST(SUM(detractors) AS BIGINT) AS detractors,
    CAST(SUM(passives) AS BIGINT) AS passives,
    CAST(SUM(promoters) AS BIGINT) AS promoters,
    CAST(SUM(top) AS BIGINT) AS top,
    SUM(total) AS total,
    SUM(total_sq) AS total_sq
  FROM each
  WHERE part.by = '' OR part.segment <> ''
  GROUP BY ALL
)
SELECT *
FROM weekly
QUALIFY by = '' OR SUM(n) OVER (PARTITION BY touchpoint, kind, low, high, by, segment) >= $least
ORDER BY touchpoint, kind, low, high, by, segment, bucket
