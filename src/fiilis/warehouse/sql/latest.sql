-- The newest feedback, newest first, each with its answers: a list of {question, kind, code, value, text}.
-- param n whole: How many at most.
WITH newest AS (
  SELECT feedback, MAX("at") AS last_at FROM picked GROUP BY feedback ORDER BY last_at DESC, feedback DESC LIMIT $n
)
SELECT
  feedback,
  MAX("at") AS "at",
  MAX(touchpoint) AS touchpoint,
  MAX(language) AS language,
  MAX(channel) AS channel,
  ARRAY_AGG({'question': question, 'kind': kind, 'code': code, 'value': value, 'text': text} ORDER BY question, code)
    AS answers
FROM picked
WHERE feedback IN (SELECT feedback FROM newest)
GROUP BY feedback
ORDER BY "at" DESC, feedback DESC
