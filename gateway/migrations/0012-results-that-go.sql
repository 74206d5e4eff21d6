-- RET-05: when what was found under a requisition that was revoked is gone, while others of the case stand. Until then it is in quarantine.
ALTER TABLE requisitions ADD COLUMN results_erased_at timestamptz;
