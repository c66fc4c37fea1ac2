-- The sums over units of each group of `keyed`, of squares and products of what a unit sums up to; see sums.sql.
SELECT
  * EXCLUDE (unit, unit_w, unit_wy, unit_wv, unit_wt),
  SUM(unit_w * unit_w) AS s_ww,
  SUM(unit_w * unit_wy) AS s_wy,
  SUM(unit_wy * unit_wy) AS s_yy,
  SUM(unit_w * unit_wv) AS s_wv,
  SUM(unit_wv * unit_wv) AS s_vv,
  SUM(unit_w * unit_wt) AS s_wt,
  SUM(unit_wt * unit_wt) AS s_tt,
  COUNT(*) AS clusters_seen
FROM (
  -- One row a unit, a million of them: it carries no more than must be squared.
  SELECT
    * EXCLUDE (cluster, weight, value, y, top, detractor, passive, promoter),
    SUM(weight) AS unit_w,
    SUM(weight * y) AS unit_wy,
    SUM(weight * value) AS unit_wv,
    SUM(weight * top) AS unit_wt
  FROM keyed
  GROUP BY ALL
) AS units
GROUP BY ALL
