-- What decides the result of a segment beside the footage: plan, sources, models, decoder, processor, as one digest. When another gateway
-- takes a job up, no segment of the one before is kept.
ALTER TABLE jobs ADD COLUMN plan_sha256 text;
