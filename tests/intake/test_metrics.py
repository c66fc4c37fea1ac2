from fiilis.intake.metrics import METRICS, Counters, Drop, Histogram


def test_histogram_counts_at_or_under_each_bound() -> None:
    histogram = Histogram(1, 10)
    for value in (0.5, 1, 5, 100):
        histogram.see(value)
    assert histogram.lines("x") == [
        'x_bucket{le="1"} 2',
        'x_bucket{le="10"} 3',
        'x_bucket{le="+Inf"} 4',
        "x_sum 106.5",
        "x_count 4",
    ]
    assert (histogram.count, histogram.total) == (4, 106.5)


def test_every_metric_and_every_reason_is_printed() -> None:
    counters = Counters()
    counters.dropped[Drop.RATE] += 2
    counters.batch_rows.see(3)
    text = counters.text(queue=7, writer_up=True)
    assert [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")] == [m.name for m in METRICS]
    reasons = [line for line in text.splitlines() if line.startswith("fiilis_intake_dropped_total{")]
    assert reasons == [f'fiilis_intake_dropped_total{{reason="{d}"}} {2 if d is Drop.RATE else 0}' for d in Drop]
    assert "fiilis_intake_queue 7" in text.splitlines()
    assert "fiilis_intake_writer_up 1" in text.splitlines()
