-- Which attributes the answers have, and how many different values each: name, n_values, n_feedback.
SELECT entry.key AS name, COUNT(DISTINCT entry.value) AS n_values, COUNT(DISTINCT feedback) AS n_feedback
FROM (
  SELECT feedback, UNNEST(MAP_ENTRIES(attributes)) AS entry
  FROM (SELECT DISTINCT feedback, attributes FROM picked) AS spoken
) AS entries
GROUP BY entry.key
ORDER BY entry.key
