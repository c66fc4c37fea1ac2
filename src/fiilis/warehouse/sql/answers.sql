-- The answers behind a number, newest first, a page at a time; `total` counts them all, `said` is the feedback's own words.
-- Without a kind: each feedback once, by the answer that says most (nps, csat, ces, then any other).
-- param kind text null: The question's kind; null: each feedback once.
-- param low whole null: The scale's lowest value; null: any scale.
-- param high whole null: The scale's highest value; null: any scale.
-- param least whole null: Values from this on; null: from the lowest.
-- param most whole null: Values up to this; null: up to the highest.
-- param n whole: How many at most.
-- param skip whole: How many to leave out before.
WITH ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY feedback
      ORDER BY CASE kind WHEN 'nps' THEN 1 WHEN 'csat' THEN 2 WHEN 'ces' THEN 3 ELSE 4 END, question, code
    ) AS place
  FROM picked
), wanted AS (
  SELECT *
  FROM ranked
  WHERE (CAST($kind AS VARCHAR) IS NULL AND place = 1)
    OR (
      kind = CAST($kind AS VARCHAR) AND value IS NOT NULL
      AND (CAST($low AS BIGINT) IS NULL OR low = CAST($low AS BIGINT))
      AND (CAST($high AS BIGINT) IS NULL OR high = CAST($high AS BIGINT))
      AND (CAST($least AS BIGINT) IS NULL OR value >= CAST($least AS BIGINT))
      AND (CAST($most AS BIGINT) IS NULL OR value <= CAST($most AS BIGINT))
    )
), shown AS (
  SELECT *, COUNT(*) OVER () AS total
  FROM wanted
  ORDER BY "at" DESC, feedback DESC, question, code
  LIMIT $n OFFSET $skip
), words AS (
  SELECT feedback, STRING_AGG(text, ' · ' ORDER BY question) AS said
  FROM filed
  WHERE feedback IN (SELECT feedback FROM shown) AND text IS NOT NULL AND text <> ''
  GROUP BY feedback
)
SELECT
  shown.feedback, shown.kind, shown.low, shown.high, shown.value, shown.code, shown.touchpoint, shown.channel,
  shown.language, shown."at", shown.total, words.said
FROM shown
LEFT JOIN words ON words.feedback = shown.feedback
ORDER BY shown."at" DESC, shown.feedback DESC, shown.question, shown.code
