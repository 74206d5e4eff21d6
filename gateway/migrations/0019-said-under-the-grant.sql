-- How a worker's lease ended (its draft is whole, or the code of why there is none) is sealed under the key of that draft, which the grant
-- brought to its machine alone: whoever can write this row cannot say it (decision 0037).
ALTER TABLE segments DROP COLUMN offered, DROP COLUMN failure_code, ADD COLUMN said bytea;
GRANT SELECT (said), UPDATE (said) ON segments TO differe_worker;
GRANT SELECT (said) ON segments TO differe_service;
