-- Per group, all that `science.sums` needs: Counts, Tally, Moments and ClusterSums (u_i linearisation).
-- The definition says by `keyed` what its groups are: their keys (never null), then the columns unit, cluster, weight,
-- value, y, top, detractor, passive, promoter of `scored`.
--   n answers; detractors, passives, promoters (NPS); top (answers at the upper end, see `scored`)
--   total, total_sq: sum of values and of their squares, unweighted
--   w, w2: sum of weights and of their squares; clusters: K; clusters_seen: units with an answer here
--   With W, S the sums of w and of w*score within a unit: s_ww = sum of W*W, s_w? = sum of W*S, s_?? = sum of S*S, for
--   the metric's own score: wy, wyy, s_wy, s_yy; the value: wv, wvv, s_wv, s_vv; the upper end: wt (= wtt), s_wt, s_tt
--   weighted: some weight isn't 1; clustered: some answer is of a named cluster
SELECT *, (SELECT clusters FROM file_clusters) AS clusters FROM of_answers NATURAL JOIN of_units
