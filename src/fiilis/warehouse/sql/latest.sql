-- The newest feedback, newest first, each with its answers: a list of {question, kind, code, value, text}.
-- param n whole: How many at most.
WITH recent AS (
  -- The newest rows are found without grouping all there are; feedback has no more than 200 answers on average.
  SELECT feedback, "at", touchpoint, language, channel, question, kind, code, value, text
  FROM picked
  ORDER BY "at" DESC, feedback DESC
  LIMIT $n * 200
)
SELECT
  feedback,
  CAST(MAX("at") AS TIMESTAMP) AS "at",
  MAX(touchpoint) AS touchpoint,
  MAX(language) AS language,
  MAX(channel) AS channel,
  ARRAY_AGG({'question': question, 'kind': kind, 'code': code, 'value': value, 'text': text} ORDER BY question, code)
    AS answers
FROM recent
GROUP BY feedback
ORDER BY 2 DESC, feedback DESC
LIMIT $n
