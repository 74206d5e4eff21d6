import { describe, expect, it } from 'vitest';
import { AppError } from '../../gateway/errors.ts';
import { parseClosure } from '../../gateway/retention/schema.ts';
import {
  CLOSURE_MS,
  DAY_MS,
  demandExtensible,
  eraseDueMs,
  QUARANTINE_MS,
  type TermFacts,
  yearsAfter,
} from '../../gateway/retention/term.ts';

const FIRST = Date.parse('2026-03-02T10:00:00Z');
const CAP = Date.parse('2029-03-02T10:00:00Z');
const facts = (changes: Partial<TermFacts> = {}): TermFacts => ({
  createdAtMs: FIRST - DAY_MS,
  firstRecordingAtMs: FIRST,
  closedAtMs: undefined,
  authorisations: [{ retention: { erase_by: '2031-01-01T00:00:00Z' } }],
  extensions: [],
  allRevokedAtMs: undefined,
  ...changes,
});
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'OK';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

describe('the term of a case', () => {
  it('RET-02: three years from the first recording, whatever the authorisation says', () => {
    expect(eraseDueMs(facts())).toBe(CAP);
    expect(eraseDueMs(facts({ authorisations: [{ retention: { erase_by: '2027-01-01T00:00:00Z' } }] }))).toBe(
      Date.parse('2027-01-01T00:00:00Z'),
    );
    expect(eraseDueMs(facts({ firstRecordingAtMs: undefined }))).toBe(CAP - DAY_MS);
    expect(yearsAfter(Date.parse('2028-02-29T12:00:00Z'), 3)).toBe(Date.parse('2031-02-28T12:00:00Z'));
  });

  it('POL-01: an installation keeps a case for less than three years, and never for more', () => {
    expect(eraseDueMs(facts({ installationDays: 90 }))).toBe(FIRST + 90 * DAY_MS);
    expect(eraseDueMs(facts({ installationDays: 90, firstRecordingAtMs: undefined }))).toBe(FIRST + 89 * DAY_MS);
    expect(eraseDueMs(facts({ installationDays: 5000 }))).toBe(CAP);
    // What the magistrate seized decided is not the installation's to take back.
    const until = '2031-03-01T00:00:00Z';
    expect(eraseDueMs(facts({ installationDays: 90, extensions: [{ until }] }))).toBe(Date.parse(until));
  });

  it('RET-01: a day after the closure at most', () => {
    const closedAtMs = FIRST + 40 * DAY_MS;
    expect(eraseDueMs(facts({ closedAtMs }))).toBe(closedAtMs + CLOSURE_MS);
    expect(eraseDueMs(facts({ closedAtMs, extensions: [{ until: '2031-03-01T00:00:00Z' }] }))).toBe(
      closedAtMs + CLOSURE_MS,
    );
  });

  it('RET-05: thirty days after the last requisition was revoked', () => {
    const allRevokedAtMs = FIRST + DAY_MS;
    expect(eraseDueMs(facts({ allRevokedAtMs }))).toBe(allRevokedAtMs + QUARANTINE_MS);
  });

  it('RET-03: later only by a decision for organised crime under art. 230-20 1°, two years at a time', () => {
    const until = '2031-03-01T00:00:00Z';
    expect(eraseDueMs(facts({ extensions: [{ until }] }))).toBe(Date.parse(until));
    const offence = { natinf: ['1'], label: '-', art_706_73: true, max_penalty_years: 10 };
    const crime = [{ framework: 'PRELIMINAIRE' as const, offence }];
    expect(codeOf(() => demandExtensible({ until }, crime, CAP))).toBe('OK');
    expect(codeOf(() => demandExtensible({ until: '2031-03-02T10:00:01Z' }, crime, CAP))).toBe('E_RET_EXTENSION');
    expect(codeOf(() => demandExtensible({ until: '2029-03-02T10:00:00Z' }, crime, CAP))).toBe('E_RET_EXTENSION');
    expect(
      codeOf(() =>
        demandExtensible({ until }, [{ framework: 'PRELIMINAIRE', offence: { ...offence, art_706_73: false } }], CAP),
      ),
    ).toBe('E_RET_EXTENSION');
    expect(codeOf(() => demandExtensible({ until }, [{ framework: 'DISPARITION', offence }], CAP))).toBe(
      'E_RET_EXTENSION',
    );
  });

  it('STA-05: a closure that does not say what came of the case closes nothing', () => {
    const closure = {
      ver: 1,
      env: 'test',
      iss: 'parquet',
      aud: 'here',
      jti: '0b000000-0000-4000-8000-000000000001',
      iat: 1,
      sub: 'PV-1',
      act_ref: 'C-1',
      act_sha256: 'a'.repeat(64),
      ground: 'procedure_closed',
      closed_at: '2026-05-01T00:00:00Z',
      erase: 'at_once',
    };
    expect(codeOf(() => parseClosure({ ...closure, outcome: 'useful' }))).toBe('OK');
    expect(codeOf(() => parseClosure(closure))).toBe('E_RET_CLOSURE');
    expect(codeOf(() => parseClosure({ ...closure, outcome: 'good' }))).toBe('E_REQ_SCHEMA');
    expect(codeOf(() => parseClosure({ ...closure, outcome: 'useful', note: 'x' }))).toBe('E_REQ_SCHEMA');
  });
});
