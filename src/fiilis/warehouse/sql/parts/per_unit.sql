-- Sums within each unit of each group of `keyed`, a definition's own choice of groups: `scored` with the columns
-- bucket, touchpoint, stage, actor, band, kind, low, high, of which it blanks those that it doesn't group by.
SELECT
  bucket, touchpoint, stage, actor, band, kind, low, high, unit,
  COUNT(*) AS n,
  SUM(weight) AS w,
  SUM(weight * weight) AS w2,
  SUM(weight * y) AS wy,
  SUM(weight * y * y) AS wyy,
  SUM(weight * value) AS wv,
  SUM(weight * value * value) AS wvv,
  SUM(weight * top) AS wt,
  SUM(value) AS total,
  SUM(value * value) AS total_sq,
  SUM(top) AS top,
  SUM(CASE WHEN kind = 'nps' AND y < 0 THEN 1 ELSE 0 END) AS detractors,
  SUM(CASE WHEN kind = 'nps' AND y = 0 THEN 1 ELSE 0 END) AS passives,
  SUM(CASE WHEN kind = 'nps' AND y > 0 THEN 1 ELSE 0 END) AS promoters,
  MAX(CASE WHEN weight <> 1 THEN 1 ELSE 0 END) AS weighted,
  MAX(CASE WHEN cluster <> '' THEN 1 ELSE 0 END) AS clustered
FROM keyed
GROUP BY bucket, touchpoint, stage, actor, band, kind, low, high, unit
