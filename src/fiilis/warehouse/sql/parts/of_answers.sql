-- The sums over answers of each group of `keyed`; see sums.sql.
SELECT
  * EXCLUDE (unit, cluster, weight, value, y, top, detractor, passive, promoter),
  COUNT(*) AS n,
  CAST(SUM(detractor) AS BIGINT) AS detractors,
  CAST(SUM(passive) AS BIGINT) AS passives,
  CAST(SUM(promoter) AS BIGINT) AS promoters,
  CAST(SUM(top) AS BIGINT) AS top,
  SUM(value) AS total,
  SUM(value * value) AS total_sq,
  SUM(weight) AS w,
  SUM(weight * weight) AS w2,
  SUM(weight * y) AS wy,
  SUM(weight * y * y) AS wyy,
  SUM(weight * value) AS wv,
  SUM(weight * value * value) AS wvv,
  SUM(weight * top) AS wt,
  MAX(CASE WHEN weight <> 1 THEN 1 ELSE 0 END) = 1 AS weighted,
  MAX(CASE WHEN cluster <> '' THEN 1 ELSE 0 END) = 1 AS clustered
FROM keyed
GROUP BY ALL
