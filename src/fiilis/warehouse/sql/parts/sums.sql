-- Per group of `keyed`, all that `science.sums` needs: Counts, Tally, Moments and ClusterSums (u_i linearisation).
--   n answers; detractors, passives, promoters (NPS); top (answers at the upper end, see `scored`)
--   total, total_sq: sum of values and of their squares, unweighted
--   w, w2: sum of weights and of their squares; clusters: K; clusters_seen: units with an answer here
--   With W, S the sums of w and of w*score within a unit: s_ww = sum of W*W, s_w? = sum of W*S, s_?? = sum of S*S, for
--   the metric's own score: wy, wyy, s_wy, s_yy; the value: wv, wvv, s_wv, s_vv; the upper end: wt (= wtt), s_wt, s_tt
--   weighted: some weight isn't 1; clustered: some answer is of a named cluster
SELECT
  bucket, touchpoint, stage, actor, band, kind, low, high,
  CAST(SUM(n) AS BIGINT) AS n,
  CAST(SUM(detractors) AS BIGINT) AS detractors,
  CAST(SUM(passives) AS BIGINT) AS passives,
  CAST(SUM(promoters) AS BIGINT) AS promoters,
  CAST(SUM(top) AS BIGINT) AS top,
  SUM(total) AS total,
  SUM(total_sq) AS total_sq,
  SUM(w) AS w,
  SUM(w2) AS w2,
  SUM(wy) AS wy,
  SUM(wyy) AS wyy,
  SUM(wv) AS wv,
  SUM(wvv) AS wvv,
  SUM(wt) AS wt,
  SUM(w * w) AS s_ww,
  SUM(w * wy) AS s_wy,
  SUM(wy * wy) AS s_yy,
  SUM(w * wv) AS s_wv,
  SUM(wv * wv) AS s_vv,
  SUM(w * wt) AS s_wt,
  SUM(wt * wt) AS s_tt,
  MAX(weighted) = 1 AS weighted,
  MAX(clustered) = 1 AS clustered,
  COUNT(*) AS clusters_seen,
  (SELECT clusters FROM file_clusters) AS clusters
FROM per_unit
GROUP BY bucket, touchpoint, stage, actor, band, kind, low, high
