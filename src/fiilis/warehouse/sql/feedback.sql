-- Feedback, newest first, a page at a time, each once, by the answer that says most: nps, csat, ces, then any other.
-- `said` is the feedback's own words.
-- param n whole: How many at most.
-- param skip whole: How many to leave out before.
WITH recent AS (
  -- The newest rows are found without grouping all there are; feedback has no more than 200 answers on average.
  SELECT feedback, question, code, kind, low, high, value, touchpoint, channel, language, "at"
  FROM picked
  ORDER BY "at" DESC, feedback DESC
  LIMIT ($n + $skip) * 200
), shown AS (
  SELECT feedback, MAX("at") AS last_at
  FROM recent
  GROUP BY feedback
  ORDER BY last_at DESC, feedback DESC
  LIMIT $n OFFSET $skip
), ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY feedback
      ORDER BY CASE kind WHEN 'nps' THEN 1 WHEN 'csat' THEN 2 WHEN 'ces' THEN 3 ELSE 4 END, question, code
    ) AS place
  FROM recent
  WHERE feedback IN (SELECT feedback FROM shown)
), words AS (
  SELECT feedback, STRING_AGG(text, ' · ' ORDER BY question) AS said
  FROM filed
  WHERE feedback IN (SELECT feedback FROM shown) AND kind IN ('short', 'long') AND text <> ''
  GROUP BY feedback
)
SELECT
  shown.feedback, ranked.kind, ranked.low, ranked.high, ranked.value, ranked.touchpoint, ranked.channel,
  ranked.language, CAST(shown.last_at AS TIMESTAMP) AS "at", words.said
FROM shown
JOIN ranked ON ranked.feedback = shown.feedback AND ranked.place = 1
LEFT JOIN words ON words.feedback = shown.feedback
ORDER BY shown.last_at DESC, shown.feedback DESC
