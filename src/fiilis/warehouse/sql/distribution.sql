-- How many gave each value on one scale: n answers, w the sum of their weights. Values that nobody gave have no row.
-- param kind text: The question's kind.
-- param low whole: The scale's lowest value.
-- param high whole: The scale's highest value.
SELECT value, COUNT(*) AS n, SUM(weight) AS w
FROM picked
WHERE kind = $kind AND low = $low AND high = $high AND value IS NOT NULL
GROUP BY value
ORDER BY value
