-- What is asked about within the file.
-- param touchpoint text null: One touchpoint's id; null: all.
SELECT * FROM filed
WHERE CAST($touchpoint AS VARCHAR) IS NULL OR touchpoint = CAST($touchpoint AS VARCHAR)
