-- The answers behind a number, newest first, a page at a time; `total` counts them all, `said` is the feedback's own words.
-- param kind nps|csat|ces: Which metric.
-- param low whole: The scale's lowest value.
-- param high whole: The scale's highest value.
-- param least whole: Values from this on.
-- param most whole: Values up to this.
-- param n whole: How many at most.
-- param skip whole: How many to leave out before.
WITH shown AS (
  SELECT *, COUNT(*) OVER () AS total
  FROM picked
  WHERE kind = $kind AND low = $low AND high = $high AND value >= $least AND value <= $most
  ORDER BY "at" DESC, feedback DESC, question
  LIMIT $n OFFSET $skip
), words AS (
  SELECT feedback, STRING_AGG(text, ' · ' ORDER BY question) AS said
  FROM filed
  WHERE feedback IN (SELECT feedback FROM shown) AND kind IN ('short', 'long') AND text <> ''
  GROUP BY feedback
)
SELECT
  shown.feedback, shown.kind, shown.low, shown.high, shown.value, shown.touchpoint, shown.channel, shown.language,
  CAST(shown."at" AS TIMESTAMP) AS "at", shown.total, words.said
FROM shown
LEFT JOIN words ON words.feedback = shown.feedback
ORDER BY shown."at" DESC, shown.feedback DESC, shown.question
