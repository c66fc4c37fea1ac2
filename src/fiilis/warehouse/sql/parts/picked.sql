-- What is asked about within the file.
-- param touchpoint text null: One touchpoint's id; null: all.
-- param attribute_keys texts null: Names of attributes that must have the values given; null: whatever they are.
-- param attribute_values texts null: A value for each name; '' stands for answers without the attribute.
SELECT * FROM filed
WHERE (CAST($touchpoint AS VARCHAR) IS NULL OR touchpoint = CAST($touchpoint AS VARCHAR))
  AND (
    CAST($attribute_keys AS VARCHAR[]) IS NULL
    OR LIST_TRANSFORM(CAST($attribute_keys AS VARCHAR[]), LAMBDA name : COALESCE(attributes[name], ''))
      = CAST($attribute_values AS VARCHAR[])
  )
