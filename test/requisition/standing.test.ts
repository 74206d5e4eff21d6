import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Database } from '../../gateway/database.ts';
import { faultAt } from '../../gateway/faults.ts';
import { createRecords, type RequisitionRecords } from '../../gateway/requisition/records.ts';
import { registerRequisition } from '../../gateway/requisition/register.ts';
import { createStanding, type RequisitionStanding } from '../../gateway/requisition/standing.ts';
import type { AuthorisationClaims, Requisition } from '../../gateway/requisition/types.ts';
import { type Acts, createActs } from '../../gateway/trust/acts.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { asOwner, testDatabase } from '../support/database.ts';
import {
  AUDIENCE,
  type Authorities,
  authorisationClaims,
  codeOf,
  EVERYBODY_HABILITATED,
  NOW,
  newAuthorities,
  rawToken,
  scheduleClaims,
  type TestKey,
  tokensOf,
} from './support.ts';

const LIST = 'differe-revocation-list+jwt';
const CONTRARY = 'differe-contrary-decision+jwt';
const DAY = 86_400;

/** What one process of an installation has of requisitions. */
interface Process {
  readonly acts: Acts;
  readonly standing: RequisitionStanding;
  readonly records: RequisitionRecords;
}

describe('whether a requisition stands, on a real database', () => {
  let folder: string;
  let database: Database;
  let vault: Vault;
  let authorities: Authorities;
  let here: Process;
  let elsewhere: Process;
  const clock = { ms: NOW * 1000, nowMs: () => clock.ms };
  let sequence = 0;
  let procedure = 0;

  function startProcess(on: Database): Process {
    const trust = {
      vault,
      clock,
      registry: loadRegistry(JSON.stringify({ keys: authorities.keys }), 'test'),
      env: 'test' as const,
      audience: AUDIENCE,
    };
    const standing = createStanding({
      database: on,
      clock,
      readLists: (kind) => acts.trustedOfInstallation(kind),
      readContrary: (caseId, kind) => acts.ofCase(caseId, kind),
      listRequisitions: (caseId) => records.list(caseId),
    });
    const acts = createActs({ ...trust, database: on, kinds: standing.kinds, wasErased: async () => false });
    const records = createRecords({ ...trust, database: on, standing });
    return { acts, standing, records };
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'differe-standing-'));
    [database, authorities] = await Promise.all([testDatabase(), newAuthorities()]);
    const keysDir = path.join(folder, 'keys');
    vault = await openVault({ dataDir: path.join(folder, 'vault'), keysDir, installationKey: randomBytes(32) });
    here = startProcess(database);
    elsewhere = startProcess(connect(database.url));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    // Time goes on from test to test: lists may not go back.
    clock.ms += 1_000_000;
    await present(list());
  });

  const listClaims = (changes: object = {}) => {
    sequence += 1;
    const iat = Math.floor(clock.ms / 1000);
    const dates = { iat, this_update: iat, next_update: iat + DAY };
    return {
      ...{ ver: 1, env: 'test', iss: 'office-procureur', aud: AUDIENCE, jti: randomUUID(), ...dates },
      ...{ list_id: 'rev-1', sequence, revoked: [], ...changes },
    };
  };
  const list = (changes: object = {}, key: TestKey = authorities.procureur) => rawToken(LIST, listClaims(changes), key);
  const revoking = (...jtis: string[]) =>
    list({ revoked: jtis.map((jti) => ({ jti, at: NOW, reason_code: 'withdrawn' })) });
  const contrary = (authorisation: AuthorisationClaims, changes: object = {}, key: TestKey = authorities.procureur) =>
    rawToken(
      CONTRARY,
      {
        ...{ ver: 1, env: 'test', iss: 'office-procureur', aud: AUDIENCE, jti: randomUUID(), iat: NOW },
        ...{ sub: authorisation.sub, auth: authorisation.jti, decided_at: new Date(NOW * 1000).toISOString() },
        ...{ act_ref: 'CONTRAIRE-1', act_sha256: 'c'.repeat(64), ...changes },
      },
      key,
    );
  const present = (act: string, by = here) => by.acts.present(act, async () => undefined);

  const tokens = (authorisation: AuthorisationClaims) => {
    const schedule = scheduleClaims(authorisation, [authorities.agent]);
    return tokensOf(authorities, authorisation, schedule);
  };
  function fresh(changes: Partial<AuthorisationClaims> = {}, framework?: AuthorisationClaims['framework']) {
    procedure += 1;
    return authorisationClaims(framework, { sub: `PV-2026/7${String(procedure).padStart(3, '0')}`, ...changes });
  }
  const register = (authorisation: AuthorisationClaims, at = here): Promise<Requisition> =>
    registerRequisition(tokens(authorisation), authorities.agent.jkt, {
      records: at.records,
      register: EVERYBODY_HABILITATED,
      journal: async () => undefined,
    });
  const dated = async ({ id }: Requisition) =>
    (await asOwner(database, 'SELECT revoked_at FROM requisitions WHERE id = $1', [id])).rows[0]
      ?.revoked_at as Date | null;

  it('REQ-13: a list that revokes the authorisation ends every requisition under it, at once here and elsewhere within a second', async () => {
    const authorisation = fresh();
    const [requisition, second, other] = [
      await register(authorisation),
      await register(authorisation),
      await register(fresh()),
    ];
    await elsewhere.standing.refresh();
    expect(elsewhere.standing.isRevoked(requisition)).toBe(false);
    expect(await dated(requisition)).toBeNull();
    clock.ms += 5000;
    await present(revoking(authorisation.jti));
    for (const each of [requisition, second]) {
      expect(here.standing.isRevoked(each)).toBe(true);
      expect(here.standing.whyRevoked(each)).toEqual(faultAt('requisition', '/rev/list_id', 'revokedBy', 'rev-1'));
      expect((await dated(each))?.getTime()).toBe(clock.ms);
      expect(here.standing.hasRevocation(each.id)).toBe(true);
    }
    expect(here.standing.isRevoked(other)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 1010));
    await elsewhere.standing.refresh();
    expect(elsewhere.standing.isRevoked(requisition)).toBe(true);
    expect(elsewhere.standing.isRevoked(other)).toBe(false);
  });

  it('REQ-13: a list may revoke one schedule alone, and a token before it comes on record', async () => {
    const authorisation = fresh();
    const [one, two] = [await register(authorisation), await register(authorisation)];
    await present(revoking(one.id));
    expect([here.standing.isRevoked(one), here.standing.isRevoked(two)]).toEqual([true, false]);
    const early = fresh();
    await present(revoking(early.jti));
    expect(await codeOf(register(early))).toBe('E_REQ_REVOKED');
  });

  it('REQ-13: a later list that leaves a token out does not bring it back', async () => {
    const authorisation = fresh();
    const requisition = await register(authorisation);
    await present(revoking(authorisation.jti));
    await present(list());
    expect(here.standing.isRevoked(requisition)).toBe(true);
    expect(await codeOf(register(authorisation))).toBe('E_REQ_REVOKED');
    // A process that starts later has it from the database alone.
    const later = startProcess(database);
    await later.standing.refresh();
    expect(later.standing.isRevoked(requisition)).toBe(true);
  });

  it('REQ-13: no list, a list past its next_update and one older than the authorisation allows all count as revoked, to the second', async () => {
    const unheard = fresh({ rev: { list_id: 'unknown', max_age_s: DAY } });
    expect(await register(unheard).catch(({ code, faults }) => [code, faults])).toEqual([
      'E_REQ_REVOKED',
      [faultAt('requisition', '/rev/list_id', 'noList', 'unknown')],
    ]);
    const began = Math.floor(clock.ms / 1000);
    await present(list({ next_update: began + 500 }));
    const patient = await register(fresh({ rev: { list_id: 'rev-1', max_age_s: 10_000 } }));
    const strict = await register(fresh({ rev: { list_id: 'rev-1', max_age_s: 300 } }));
    const at = async (second: number) => {
      clock.ms = (began + second) * 1000;
      return [here.standing.isRevoked(patient), here.standing.isRevoked(strict)];
    };
    expect(await at(300)).toEqual([false, false]);
    expect(await at(301)).toEqual([false, true]);
    expect(await at(499)).toEqual([false, true]);
    expect(await at(500)).toEqual([true, true]);
    expect([patient, strict].map((each) => here.standing.whyRevoked(each))).toEqual(
      [500, 300].map((second) =>
        faultAt('requisition', '/rev/list_id', 'staleList', 'rev-1', new Date((began + second) * 1000).toISOString()),
      ),
    );
    expect(await codeOf(register(fresh()))).toBe('E_REQ_REVOKED');
    // What an old list ends, a fresh one opens again: nobody revoked anything.
    expect(await dated(strict)).toBeNull();
    await present(list());
    expect([here.standing.isRevoked(patient), here.standing.isRevoked(strict)]).toEqual([false, false]);
  });

  it('REQ-13: a list may not go back, be another office’s, or be signed by who authorises nothing', async () => {
    const before = sequence;
    expect(await codeOf(present(list({ sequence: before })))).toBe('E_REQ_REPLAY');
    expect(await codeOf(present(list({ sequence: 1 })))).toBe('E_REQ_REPLAY');
    expect(await codeOf(present(list({ this_update: NOW - 10, iat: NOW - 10 })))).toBe('E_REQ_REPLAY');
    const foreign = list({ iss: 'office-juge_instruction' }, authorities.juge);
    expect(await codeOf(present(foreign))).toBe('E_REQ_AUTHORITY');
    expect(await codeOf(present(list({ iss: 'office-opj' }, authorities.opj)))).toBe('E_REQ_AUTHORITY');
    const now = Math.floor(clock.ms / 1000);
    for (const changes of [
      { next_update: now },
      { this_update: now + 3600, next_update: now + 7200 },
      { face: true },
      { revoked: [{ jti: randomUUID(), at: NOW, reason_code: 'because' }] },
      { sequence: 0 },
    ]) {
      expect(await codeOf(present(list(changes))), JSON.stringify(changes)).toBe('E_REQ_SCHEMA');
    }
    // Two processes that are given lists of one sequence at the same moment: one of them stands.
    sequence += 1;
    const same = { sequence: sequence + 1 };
    const both = await Promise.all([present(list(same)), present(list({ ...same }), elsewhere)].map(codeOf));
    sequence += 1;
    expect(both.toSorted()).toEqual(['E_REQ_REPLAY', 'accepted']);
  });

  it('REQ-05: a contrary decision of the prosecutor voids what was deemed given, for good, and whatever else he gave', async () => {
    const deemed = fresh(
      {
        lrj_auth: {
          kind: 'procedure_specific',
          mode: 'deemed_flagrance',
          decided_at: new Date((NOW - 3600) * 1000).toISOString(),
          act_ref: 'AUT-1',
          act_sha256: 'a'.repeat(64),
          prosecutor_notice_at: new Date((NOW - 1800) * 1000).toISOString(),
        },
      },
      'FLAGRANCE',
    );
    for (const authorisation of [deemed, fresh()]) {
      const requisition = await register(authorisation);
      expect(here.standing.isRevoked(requisition)).toBe(false);
      await present(contrary(authorisation));
      expect(here.standing.isRevoked(requisition)).toBe(true);
      expect(here.standing.whyRevoked(requisition)).toEqual(faultAt('requisition', '', 'ended'));
      expect(await dated(requisition)).toBeInstanceOf(Date);
      // A further schedule under it comes too late, also when the moment is over.
      expect(await codeOf(register(authorisation))).toBe('E_REQ_REVOKED');
      clock.ms += 61_000;
      expect(await codeOf(register(authorisation))).toBe('E_REQ_REVOKED');
    }
    // Nothing is deemed given in a procedure any more in which the prosecutor decided otherwise; what he gives by an act of his own is.
    const again = { ...deemed, jti: randomUUID() };
    expect(await codeOf(register(again))).toBe('E_REQ_REVOKED');
    const explicit = fresh({ sub: deemed.sub }, 'FLAGRANCE');
    expect(here.standing.isRevoked(await register(explicit))).toBe(false);
  });

  it('REQ-13: a contrary decision is the prosecutor’s or his registry’s, ends nothing of an investigating judge, and needs a case', async () => {
    const authorisation = fresh();
    const requisition = await register(authorisation);
    const byJudge = contrary(authorisation, { iss: 'office-juge_instruction' }, authorities.juge);
    expect(await codeOf(present(byJudge))).toBe('E_REQ_AUTHORITY');
    expect(await codeOf(present(contrary(authorisation, { iss: 'office-opj' }, authorities.opj)))).toBe(
      'E_REQ_AUTHORITY',
    );
    const late = contrary(authorisation, { decided_at: new Date((NOW + 60) * 1000).toISOString() });
    expect(await codeOf(present(late))).toBe('E_REQ_ACTS');
    expect(await codeOf(present(contrary(fresh())))).toBe('E_PRO_SILO');
    expect(here.standing.isRevoked(requisition)).toBe(false);
    await present(contrary(authorisation, { iss: 'office-greffe' }, authorities.greffe));
    expect(here.standing.isRevoked(requisition)).toBe(true);

    const rogatory = fresh({}, 'COMMISSION_ROGATOIRE');
    const judges = await register(rogatory);
    expect(await codeOf(present(contrary(rogatory)))).toBe('E_REQ_AUTHORITY');
    expect(here.standing.isRevoked(judges)).toBe(false);
  });

  it('REQ-13: memory that nobody renewed for 60 s says nothing at all', async () => {
    const requisition = await register(fresh());
    const stale = startProcess(database);
    expect(() => stale.standing.isRevoked(requisition)).toThrow('E_DATABASE');
  });
});
