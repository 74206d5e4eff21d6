import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLog } from '../../gateway/audit/append.ts';
import { encodeVkey } from '../../gateway/audit/note.ts';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import { openEvidenceKey } from '../../gateway/evidence/keys.ts';
import type { CaseId, ObjectId, RequisitionId } from '../../gateway/ids.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { createEraser, type EraserDeps } from '../../gateway/retention/erase.ts';
import { createRetention } from '../../gateway/retention/retention.ts';
import { type Acts, createActs } from '../../gateway/trust/acts.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { freshKey, handClock } from '../audit/support.ts';
import { AUDIENCE, newKey } from '../requisition/support.ts';
import { testDatabase } from '../support/database.ts';

// The room on a real database, vault and log, with a clock that the test sets; requisitions are as small as the room reads them.

export const START_MS = Date.parse('2026-05-12T10:00:00Z');
export const DAY_MS = 86_400_000;

type Authorisation = Pick<Requisition['authorisation'], 'framework' | 'retention'> & {
  offence?: Requisition['authorisation']['offence'];
};

export async function retentionRoom(
  changes: Partial<EraserDeps> = {},
  given?: { database: Database; folder: string; vault?: Vault },
  retentionDays?: number,
) {
  const database = given?.database ?? (await testDatabase());
  const folder = given?.folder ?? (await mkdtemp(path.join(tmpdir(), 'differe-retention-')));
  const clock = handClock(START_MS);
  const vault =
    given?.vault ??
    (await openVault({
      dataDir: path.join(folder, 'vault'),
      keysDir: path.join(folder, 'keys'),
      installationKey: Buffer.alloc(32, 3),
    }));
  const signingKey = freshKey();
  const log = await openLog({
    dir: path.join(folder, `log-${randomUUID()}`),
    origin: 'differe-test/log',
    signingKey,
    clock,
    software: 'differe/test',
  });
  const prosecutor = await newKey('parquet-1');
  const registry = loadRegistry(
    JSON.stringify({
      keys: [
        {
          ...prosecutor.publicJwk,
          kid: 'parquet-1',
          iss: 'parquet',
          role: 'procureur',
          env: 'test',
          signs: ['differe-closure+jwt', 'differe-order+jwt', 'differe-extension+jwt'],
        },
      ],
    }),
    'test',
  );
  const authorisations = new Map<CaseId, Authorisation[]>();
  const errors: unknown[] = [];
  const unreadable = new Set<CaseId>();
  const eraser = createEraser({
    database,
    vault,
    log,
    clock,
    key: await openEvidenceKey(path.join(folder, 'keys')),
    installation: AUDIENCE,
    logVkey: encodeVkey('differe-test/log', signingKey),
    exhibitDigests: async () => [],
    forget: async () => undefined,
    vacuum: database.vacuum,
    onError: (error) => errors.push(error),
    ...changes,
  });
  const retention = createRetention({
    database,
    log,
    clock,
    eraser,
    retentionDays,
    acts: { ofCase: (caseId, kind) => acts.ofCase(caseId, kind) },
    listRequisitions: async (caseId) => {
      if (unreadable.has(caseId)) throw new AppError('E_REQ_SIG', { detail: 'its authority left the registry' });
      return (authorisations.get(caseId) ?? []).map((authorisation) => ({ authorisation }) as unknown as Requisition);
    },
    demandReport: async () => undefined,
    onError: (error) => errors.push(error),
  });
  const acts: Acts = createActs({
    database,
    vault,
    clock,
    registry,
    env: 'test',
    audience: AUDIENCE,
    kinds: retention.kinds,
  });

  /** A case with a sealed recording, a requisition and a job, opened at the clock's time. */
  async function openCase(procedure: string, authorisation: Partial<Authorisation> = {}): Promise<CaseId> {
    const caseId = vault.caseIdOf(procedure);
    await vault.createCase(caseId);
    await vault.put(caseId, randomUUID() as ObjectId, Buffer.from('a recording'));
    const requisition = randomUUID() as RequisitionId;
    const now = new Date(clock.nowMs());
    const sealed = await vault.seal(caseId, 'x', 'facts of the case');
    await database.inCase(caseId, async (tx) => {
      await tx.query('INSERT INTO cases (id, created_at, first_recording_at) VALUES ($1, $2, $2)', [caseId, now]);
      await tx.query(
        `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed) VALUES ($1, $2, $3, '{}', $4, $4, $5)`,
        [requisition, caseId, randomUUID(), now, sealed],
      );
      const exhibit = randomUUID();
      await tx.query(
        `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed)
         VALUES ($1, $2, $3, 'sealed', $4, 1, $5, $5, 'm', $6)`,
        [exhibit, caseId, requisition, randomUUID(), now, sealed],
      );
      await tx.query(
        `INSERT INTO jobs (id, case_id, exhibit_id, requisition_id, state, frames_per_second) VALUES ($1, $2, $3, $4, 'done', 5)`,
        [randomUUID(), caseId, exhibit, requisition],
      );
    });
    authorisations.set(caseId, [
      { framework: 'PRELIMINAIRE', retention: { erase_by: '2040-01-01T00:00:00Z' }, ...authorisation } as Authorisation,
    ]);
    await retention.reckon(caseId);
    return caseId;
  }

  const present = async (
    typ: 'differe-closure+jwt' | 'differe-order+jwt' | 'differe-extension+jwt',
    sub: string,
    claims: object,
  ) => {
    const common = {
      ver: 1,
      env: 'test',
      iss: 'parquet',
      aud: AUDIENCE,
      jti: randomUUID(),
      sub,
      act_ref: 'A-1',
      act_sha256: 'c'.repeat(64),
    };
    const iat = Math.floor(clock.nowMs() / 1000);
    return await acts.present(
      await signClaims({ ...common, iat, ...claims }, typ, prosecutor.privateJwk),
      async () => undefined,
    );
  };

  return { database, folder, clock, vault, log, eraser, retention, errors, unreadable, openCase, present };
}
