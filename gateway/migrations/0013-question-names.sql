-- The name that an agent gave a question, and who, under the case key.
ALTER TABLE questions ADD COLUMN name bytea;
