import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../gateway/database.ts';
import { createRecords, type RequisitionRecords } from '../../gateway/requisition/records.ts';
import type { AuthorisationClaims, Framework, ScheduledExhibit } from '../../gateway/requisition/types.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { openVault } from '../../gateway/vault.ts';
import { testDatabase } from '../support/database.ts';
import {
  AUDIENCE,
  type Authorities,
  authorisationClaims,
  codeOf,
  NOTHING_REVOKED,
  NOW,
  newAuthorities,
  scheduleClaims,
  tokensOf,
} from './support.ts';

const DAY = 86_400;
const HOUR = 3600;
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

describe('a requisition against the others of its case, on a real database', () => {
  let folder: string;
  let database: Database;
  let authorities: Authorities;
  let records: RequisitionRecords;
  const clock = { ms: NOW * 1000, nowMs: () => clock.ms };
  let procedure = 0;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'differe-history-'));
    [database, authorities] = await Promise.all([testDatabase(), newAuthorities()]);
    const vault = await openVault({
      dataDir: path.join(folder, 'vault'),
      keysDir: path.join(folder, 'keys'),
      installationKey: randomBytes(32),
    });
    const registry = loadRegistry(authorities.jwks, 'test');
    records = createRecords({
      ...{ database, vault, clock, registry, env: 'test', audience: AUDIENCE },
      standing: NOTHING_REVOKED,
    });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const newCase = (): string => {
    procedure += 1;
    return `PV-2026/8${String(procedure).padStart(3, '0')}`;
  };
  interface Signing {
    readonly exhibits?: readonly ScheduledExhibit[];
    readonly at?: number;
  }
  /** What comes of presenting a schedule under the authorisation, signed at a moment. */
  async function register(authorisation: AuthorisationClaims, { exhibits, at = NOW }: Signing = {}): Promise<string> {
    clock.ms = (at + 60) * 1000;
    const claims = scheduleClaims(authorisation, [authorities.agent], {
      iat: at,
      nbf: at,
      exp: at + 12 * HOUR,
      ...(exhibits === undefined ? {} : { exhibits }),
    });
    const tokens = tokensOf(authorities, authorisation, claims);
    return await codeOf(
      records.verify(tokens).then((requisition) => records.add(tokens, requisition, async () => undefined)),
    );
  }
  const sample = scheduleClaims(authorisationClaims(), []).exhibits[0] as ScheduledExhibit;

  describe('REQ-14: renewals', () => {
    const act = (letter: string, changes: Partial<AuthorisationClaims['lrj_auth']> = {}) => ({
      ...authorisationClaims().lrj_auth,
      act_sha256: letter.repeat(64),
      ...changes,
    });
    const first = async (changes: Partial<AuthorisationClaims> = {}, framework?: Framework) => {
      const authorisation = authorisationClaims(framework, { sub: newCase(), ...changes });
      expect(await register(authorisation)).toBe('accepted');
      return authorisation;
    };
    const renewed = (before: AuthorisationClaims, changes: Partial<AuthorisationClaims> = {}) => ({
      ...before,
      jti: randomUUID(),
      prev: before.jti,
      ...changes,
    });

    it('REQ-14: a renewal by the old act may keep or narrow every part of the scope', async () => {
      const before = await first();
      expect(await register(renewed(before))).toBe('accepted');
      expect(
        await register(
          renewed(before, {
            ops: before.ops.slice(1),
            facets: { classes: ['person'], colours: [] },
            places: before.places,
          }),
        ),
      ).toBe('accepted');
    });

    it('REQ-14: a renewal by the old act that widens any part is refused, and by a fresh act accepted', async () => {
      const before = await first();
      const wider: Readonly<Record<string, Partial<AuthorisationClaims>>> = {
        ops: { ops: [...before.ops, 'search.zone'] },
        classes: { facets: { ...before.facets, classes: [...before.facets.classes, 'bicycle'] } },
        colours: { facets: { ...before.facets, colours: [...before.facets.colours, 'blue'] } },
        from: { period: { ...before.period, start: iso(NOW - 11 * DAY) } },
        to: { period: { ...before.period, end: iso(NOW + DAY) } },
        place: { places: [...before.places, 'Place des Terreaux, Lyon'] },
        anywhere: { places: [] },
        hours: { limits: { ...before.limits, max_hours: before.limits.max_hours + 1 } },
        queries: { limits: { ...before.limits, max_queries: before.limits.max_queries + 1 } },
        exports: { limits: { ...before.limits, max_exports: before.limits.max_exports + 1 } },
        retention: { retention: { erase_by: iso(NOW + 366 * DAY) } },
      };
      for (const [part, changes] of Object.entries(wider)) {
        expect(await register(renewed(before, changes)), part).toBe('E_REQ_RENEW');
        expect(await register(renewed(before, { ...changes, lrj_auth: act('e') })), part).toBe('accepted');
      }
    });

    it('REQ-14: a renewal by the old act takes no exhibit that its schedules did not list', async () => {
      const before = await first();
      const added = [{ ...sample, id: 'SCELLE-2', sha256: '2'.repeat(64) }];
      expect(await register(renewed(before), { exhibits: added })).toBe('E_REQ_RENEW');
      expect(await register(renewed(before), { exhibits: [...added, sample] })).toBe('E_REQ_RENEW');
      expect(await register(renewed(before, { lrj_auth: act('f') }), { exhibits: added })).toBe('accepted');
    });

    it('REQ-14: prev is an authorisation of the same case and controller', async () => {
      const before = await first();
      const elsewhere = await first();
      expect(await register(renewed(before, { prev: randomUUID() }))).toBe('E_REQ_RENEW');
      expect(await register(renewed(before, { prev: elsewhere.jti, lrj_auth: act('e') }))).toBe('E_REQ_RENEW');
      const controller = { type: 'gendarmerie_nationale', unit_code: 'BR-69' };
      expect(await register(renewed(before, { controller, lrj_auth: act('e') }))).toBe('E_REQ_RENEW');
    });

    it.each(['MORT_SUSPECTE', 'DISPARITION'] as const)(
      'REQ-14: after eight days of %s the form is that of a preliminary investigation',
      async (framework) => {
        const before = await first({ framework_since: iso(NOW - 6 * DAY), exp: NOW + DAY }, framework);
        const later = { iat: NOW + 3 * DAY, nbf: NOW + 3 * DAY, exp: NOW + 5 * DAY, lrj_auth: act('e') };
        const at = NOW + 3 * DAY;
        expect(await register(renewed(before, later), { at })).toBe('E_REQ_EXPIRED');
        // Another first act does not begin the eight days anew, whether it says that it renews or not.
        const moved = { ...later, framework_since: iso(NOW + 3 * DAY) };
        expect(await register(renewed(before, moved), { at })).toBe('E_REQ_RENEW');
        const { prev: _, ...unrelated } = renewed(before, moved);
        expect(await register(unrelated, { at })).toBe('E_REQ_RENEW');
        const preliminary = authorisationClaims('PRELIMINAIRE', { ...later, sub: before.sub, prev: before.jti });
        const exhibits = [{ ...sample, acquisition: { ...sample.acquisition, article: '77-1-1' } }];
        expect(await register({ ...preliminary, lrj_auth: before.lrj_auth }, { at, exhibits })).toBe('E_REQ_RENEW');
        expect(await register(preliminary, { at, exhibits })).toBe('accepted');
      },
    );

    it('REQ-14: flagrance goes on for eight more days by the prosecutor’s own act, for offences of five years or more', async () => {
      const before = await first({ framework_since: iso(NOW - 7 * DAY), exp: NOW + DAY - HOUR }, 'FLAGRANCE');
      const later = { iat: NOW, nbf: NOW, exp: NOW + 7 * DAY };
      expect(await register(renewed(before, { ...later, lrj_auth: act('e') }))).toBe('accepted');
      const light = { natinf: ['7151'], label: 'Dégradation', art_706_73: false, max_penalty_years: 4 };
      expect(await register(renewed(before, { ...later, offence: light, lrj_auth: act('e') }))).toBe('E_REQ_EXPIRED');
      const deemed = act('e', { mode: 'deemed_flagrance', prosecutor_notice_at: iso(NOW - HOUR) });
      expect(await register(renewed(before, { ...later, lrj_auth: deemed }))).toBe('E_REQ_EXPIRED');
      const moved = { ...later, exp: NOW + 8 * DAY, framework_since: iso(NOW), offence: light, lrj_auth: act('e') };
      expect(await register(renewed(before, moved))).toBe('E_REQ_RENEW');
    });
  });

  describe('DEF-08: a rolling series', () => {
    const T0 = NOW - 6 * HOUR;
    /** The part of five minutes, `n` parts after T0. */
    const part = (n: number, camera = 'CAM-1', gapSeconds = 0): ScheduledExhibit => {
      const start = T0 + n * (300 + gapSeconds);
      return {
        ...sample,
        id: `SCELLE-${n}`,
        sha256: (n + 10).toString(16).padStart(64, '0'),
        camera: { ...sample.camera, id: camera },
        capture: { start: iso(start), end: iso(start + 300), tz: 'Europe/Paris' },
        use_window: [{ start: iso(start), end: iso(start + 300) }],
        acquisition: { ...sample.acquisition, acquired_at: iso(start + 301) },
      };
    };
    const signedAt = (n: number): number => T0 + (n + 1) * 300 + 60;
    const authorisation = (changes: Partial<AuthorisationClaims> = {}) =>
      authorisationClaims('PRELIMINAIRE', {
        sub: newCase(),
        iat: T0 - 60,
        nbf: T0 - 60,
        ...decided(T0 - HOUR),
        ...changes,
      });
    const decided = (at: number) => ({ lrj_auth: { ...authorisationClaims().lrj_auth, decided_at: iso(at) } });

    it('DEF-08: twenty-four hourly files in one schedule are a closed data set', async () => {
      const start = NOW - 26 * HOUR;
      const files = Array.from({ length: 24 }, (_, n) => ({
        ...part(n),
        capture: { start: iso(start + n * HOUR), end: iso(start + (n + 1) * HOUR), tz: 'Europe/Paris' },
        use_window: [{ start: iso(start + n * HOUR), end: iso(start + (n + 1) * HOUR) }],
        acquisition: { ...sample.acquisition, acquired_at: iso(NOW - 60) },
      }));
      expect(await register(authorisation(), { exhibits: files })).toBe('accepted');
    });

    it('DEF-08: a schedule every five minutes: the third is refused, also when it comes out of order or by another authorisation', async () => {
      const one = authorisation();
      expect(await register(one, { exhibits: [part(0)], at: signedAt(0) })).toBe('accepted');
      expect(await register(one, { exhibits: [part(1)], at: signedAt(1) })).toBe('accepted');
      expect(await register(one, { exhibits: [part(2)], at: signedAt(2) })).toBe('E_DEF_ROLLING');
      const sameCase = authorisation({ sub: one.sub });
      expect(await register(sameCase, { exhibits: [part(2, ' cam-1 ')], at: signedAt(2) })).toBe('E_DEF_ROLLING');
      const two = authorisation();
      for (const n of [0, 2]) expect(await register(two, { exhibits: [part(n)], at: signedAt(n) })).toBe('accepted');
      expect(await register(two, { exhibits: [part(1)], at: signedAt(3) })).toBe('E_DEF_ROLLING');
    });

    it('DEF-08: another camera, another case, a gap of two minutes or a day of patience make no series', async () => {
      const one = authorisation();
      for (const n of [0, 1]) expect(await register(one, { exhibits: [part(n)], at: signedAt(n) })).toBe('accepted');
      expect(await register(one, { exhibits: [part(2, 'CAM-2')], at: signedAt(2) })).toBe('accepted');
      expect(await register(authorisation(), { exhibits: [part(2)], at: signedAt(2) })).toBe('accepted');
      const patient = part(2).capture.end;
      const dayLater = Date.parse(patient) / 1000 + DAY;
      expect(await register(one, { exhibits: [part(2)], at: dayLater - 1 })).toBe('E_DEF_ROLLING');
      expect(await register(one, { exhibits: [part(2)], at: dayLater })).toBe('accepted');
      for (const [gap, verdict] of [
        [119, 'E_DEF_ROLLING'],
        [120, 'accepted'],
      ] as const) {
        const two = authorisation();
        const at = (n: number) => T0 + (n + 1) * 420 + 60;
        for (const n of [0, 1])
          expect(await register(two, { exhibits: [part(n, 'CAM-1', gap)], at: at(n) })).toBe('accepted');
        expect(await register(two, { exhibits: [part(2, 'CAM-1', gap)], at: at(2) }), `${gap} s`).toBe(verdict);
      }
    });

    it('DEF-08: an explicit authorisation decided since, that names the camera and the whole window, lets the series pass', async () => {
      const one = authorisation();
      for (const n of [0, 1]) expect(await register(one, { exhibits: [part(n)], at: signedAt(n) })).toBe('accepted');
      const named = (changes: Partial<AuthorisationClaims> = {}) =>
        authorisation({
          sub: one.sub,
          iat: signedAt(2),
          nbf: signedAt(2),
          places: [sample.camera.place, 'CAM-1'],
          ...decided(signedAt(1) + 30),
          ...changes,
        });
      for (const [why, changes] of Object.entries({
        early: decided(signedAt(1) - 30),
        unnamed: { places: [sample.camera.place] },
        narrow: { period: { start: iso(T0 + 300), end: iso(NOW) } },
      })) {
        expect(await register(named(changes), { exhibits: [part(2)], at: signedAt(2) }), why).toBe('E_DEF_ROLLING');
      }
      const wide = named();
      for (const n of [2, 3]) expect(await register(wide, { exhibits: [part(n)], at: signedAt(n) })).toBe('accepted');
    });

    it('DEF-08: two schedules that come at the same moment count each other', async () => {
      const one = authorisation();
      expect(await register(one, { exhibits: [part(0)], at: signedAt(0) })).toBe('accepted');
      const both = await Promise.all([1, 2].map((n) => register(one, { exhibits: [part(n)], at: signedAt(2) + n })));
      expect(both.toSorted()).toEqual(['E_DEF_ROLLING', 'accepted']);
    });
  });
});
