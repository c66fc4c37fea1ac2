-- K of the linearised variance: the units in the whole file, also those without an answer to the question.
SELECT COUNT(DISTINCT unit) AS clusters FROM filed
