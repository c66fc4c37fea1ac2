-- How many have answered each survey, and when last. Answers without a survey have no row; of all sides.
SELECT survey, COUNT(DISTINCT feedback) AS n_feedback, CAST(MAX("at") AS TIMESTAMP) AS last_at
FROM answer
WHERE survey <> ''
GROUP BY survey
ORDER BY survey
