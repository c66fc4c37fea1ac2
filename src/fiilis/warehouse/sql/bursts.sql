-- Feedback that came too fast for people: at one touchpoint by one source (a link's, a device's name) so many within so
-- many seconds. One row a burst, bursts being a minute or more apart: touchpoint, source, began, ended, n, newest first.
-- param seconds whole: How long the rule looks.
-- param least whole: How many feedback within that make a burst.
WITH given AS (
  SELECT feedback, touchpoint, source, MIN(at) AS at FROM picked GROUP BY feedback, touchpoint, source
),
timed AS (
  SELECT *, EPOCH(at) AS second FROM given
),
counted AS (
  SELECT
    *,
    COUNT(*) OVER (
      PARTITION BY touchpoint, source ORDER BY second
      RANGE BETWEEN CURRENT ROW AND CAST($seconds AS DOUBLE) FOLLOWING
    ) AS following
  FROM timed
),
marked AS (
  SELECT
    *,
    MAX(CASE WHEN following >= $least THEN second END) OVER (
      PARTITION BY touchpoint, source ORDER BY second
      RANGE BETWEEN CAST($seconds AS DOUBLE) PRECEDING AND CURRENT ROW
    ) AS crowd
  FROM counted
),
fast AS (
  SELECT
    *,
    CASE
      WHEN second - LAG(second) OVER (PARTITION BY touchpoint, source ORDER BY second) < 60 THEN 0 ELSE 1
    END AS starts
  FROM marked
  WHERE crowd IS NOT NULL
),
numbered AS (
  SELECT *, SUM(starts) OVER (PARTITION BY touchpoint, source ORDER BY second ROWS UNBOUNDED PRECEDING) AS burst
  FROM fast
)
SELECT touchpoint, source, CAST(MIN(at) AS TIMESTAMP) AS began, CAST(MAX(at) AS TIMESTAMP) AS ended, COUNT(*) AS n
FROM numbered
GROUP BY touchpoint, source, burst
ORDER BY began DESC, touchpoint, source
