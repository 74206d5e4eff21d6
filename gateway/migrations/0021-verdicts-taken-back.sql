-- HUM-01: a reader may take his verdict back without giving another. `replaced_at` says when a verdict ceased to stand; this, that no other
-- came in its place. The row stays.
ALTER TABLE verdicts ADD COLUMN taken_back boolean NOT NULL DEFAULT false CHECK (NOT taken_back OR replaced_at IS NOT NULL);
