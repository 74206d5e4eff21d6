/**
 * Events of the journal that are no act of a request (those are `ACTIONS` of policy/types.ts): what each says. A name that the code writes
 * and that stands in neither table fails a test (LOG-01).
 */
export const EVENTS = {
  'gateway.start': 'the log is open, the self-test goes on',
  'gateway.stop': 'a stop in order; a crash leaves none',
  'gateway.safe_mode':
    'a step of the self-test failed: nothing is processed; the reason names the step, the outcome the code',
  'dossier.adopted': 'the dossier (by digest) that work stands on from now on, and the set of networks',
  'rules.adopted': 'the rules in force, by the digest of their texts',
  'request.received': 'a person asked, by the act that an office signed: nothing of the person or the case (RGT-02)',
  'request.answered': 'an office answered a request of a person: the act of the request and that of the answer',
  'request.overdue': 'an answer to a person is overdue, told once',
  'registry.changed':
    'a registry of authorities came into force: the acts of the two offices that signed it, its digest before and after (REQ-12)',
  'keys.adopted': 'the authorities whose signatures count from now on, by the digest of the registry',
  'models.adopted': 'the networks that were admitted and loaded, by digest',
  'model.refused':
    'a network that this installation was to run was refused; the outcome has the code, the object its digest',
  'requisition.revoked':
    'a requisition on record stands no more: a list revoked it, or the prosecutor decided against it',
  'control.reviewed':
    'the sample of self-control of a month was reviewed by the hierarchy: how many sessions, how many of them irregular',
  'exhibit.seal': 'the bytes of a deposit have the digest that was signed, and are sealed',
  'exhibit.refuse': 'a deposit that was refused and destroyed; the outcome has the code',
  'job.inference':
    'frames of an analysis are shown to its networks or background model for the first time: from here on it is a use',
  'job.end': 'an analysis has ended; the outcome says how, and the digest of its result stands beside it',
  'order.rectify':
    'an order to rectify is to be carried out: its act, the hits, the digest of what is to become of them',
  'order.rectified': 'it is carried out; the certificate proves this record (RGT-03)',
  'case.close': 'a procedure was closed by an act, and its case with it',
  'case.erase': 'a case is to be erased: from here on it is, whatever comes between',
  'case.erased': 'an erasure is done: exhibits and jobs that are gone; the certificate proves this record',
  'case.erased_again': 'a back-up brought back the key of an erased case, and it was destroyed again',
  'results.erase': 'what was found under a revoked requisition is to be erased: analyses and packages by their ids',
  'results.erased': 'it is gone; the recordings and what stands under other requisitions stay',
  'log.contradicted': 'a witness saw more of this log than there is, or another one, of so many records',
  'log.purge': 'records below a number are gone, of such times, at such a root (LOG-06)',
} as const;

export type EventName = keyof typeof EVENTS;
