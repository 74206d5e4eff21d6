import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { openLog } from '../../gateway/audit/append.ts';
import { encodeVkey } from '../../gateway/audit/note.ts';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import { packagesOfExhibits, storedFiles } from '../../gateway/evidence/exports.ts';
import { openEvidenceKey } from '../../gateway/evidence/keys.ts';
import type { CaseId, ObjectId, RequisitionId } from '../../gateway/ids.ts';
import { insertRectification, rectificationsOf } from '../../gateway/index/rectification-store.ts';
import type { Requisition } from '../../gateway/requisition/types.ts';
import { createEraser, type EraserDeps } from '../../gateway/retention/erase.ts';
import type { QuarantineDeps } from '../../gateway/retention/quarantine.ts';
import { createRectifier, type HitPlace, type RectifierDeps } from '../../gateway/retention/rectify.ts';
import { createRetention } from '../../gateway/retention/retention.ts';
import { type Acts, createActs } from '../../gateway/trust/acts.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';
import { signClaims } from '../../gateway/trust/sign.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { freshKey, handClock } from '../audit/support.ts';
import { AUDIENCE, newKey } from '../requisition/support.ts';
import { testDatabase } from '../support/database.ts';
import { closedAtTheEnd, temporaryFolder } from '../support/temporary.ts';

// The room on a real database, vault and log, with a clock that the test sets; requisitions are as small as the room reads them.

export const START_MS = Date.parse('2026-05-12T10:00:00Z');
export const DAY_MS = 86_400_000;

/** Whose the cases of these tests are, as the journal says it. */
export const ORIGIN = { framework: 'PRELIMINAIRE', unit: 'U-1', services: ['DIPN'], natinf: ['7151'] };

type Authorisation = Pick<Requisition['authorisation'], 'framework' | 'retention'> & {
  offence?: Requisition['authorisation']['offence'];
};

export async function retentionRoom(
  changes: Partial<EraserDeps> = {},
  given?: { database: Database; folder: string; vault?: Vault },
  retentionDays?: number,
  quarantine: Partial<QuarantineDeps> = {},
  rectifying: Partial<RectifierDeps> = {},
) {
  const places = new Map<string, HitPlace>();
  const database = given?.database ?? (await testDatabase());
  const folder = given?.folder ?? (await temporaryFolder('differe-retention-'));
  const clock = handClock(START_MS);
  const vault =
    given?.vault ??
    (await openVault({
      dataDir: path.join(folder, 'vault'),
      keysDir: path.join(folder, 'keys'),
      installationKey: Buffer.alloc(32, 3),
    }));
  const signingKey = freshKey();
  const logDir = path.join(folder, `log-${randomUUID()}`);
  const log = await openLog({
    dir: logDir,
    origin: 'differe-test/log',
    signingKey,
    clock,
    software: 'differe/test',
  });
  closedAtTheEnd(log);
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
    originOf: async () => ORIGIN,
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
    originOf: async () => ORIGIN,
    demandReport: async () => undefined,
    vault,
    packageObjects: async (caseId, id, sealed) =>
      (await storedFiles(vault, caseId, id, sealed)).map(({ object }) => object),
    dropResults: () => undefined,
    rectifier: createRectifier({
      ...{ database, vault, log, clock, installation: AUDIENCE, logVkey: encodeVkey('differe-test/log', signingKey) },
      key: await openEvidenceKey(path.join(folder, 'keys')),
      // Where hits lie is another room's answer.
      placesOf: async (_caseId, hits) => {
        if (hits.some((hit) => !places.has(hit))) throw new AppError('E_PRO_SILO');
        return hits.flatMap((hit) => places.get(hit) ?? []);
      },
      keep: (tx, caseId, said) => insertRectification(tx, vault, caseId, randomUUID(), said),
      keptOf: (caseId) => rectificationsOf(caseId, { database, vault }),
      packagesWith: (caseId, of) =>
        packagesOfExhibits(
          caseId,
          of.map(({ exhibitId }) => exhibitId),
          { database, vault },
        ),
      // What stands beside hits is the e2e test's.
      dropBeside: async () => undefined,
      dropResults: () => undefined,
      ...rectifying,
    }),
    ...quarantine,
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
    wasErased: retention.wasErased,
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

  /** Another requisition of the case. */
  async function addRequisition(caseId: CaseId): Promise<RequisitionId> {
    const id = randomUUID() as RequisitionId;
    const now = new Date(clock.nowMs());
    await database.inCase(caseId, (tx) =>
      tx.query(
        `INSERT INTO requisitions (id, case_id, authorisation_jti, thumbprints, not_before, expires, sealed) VALUES ($1, $2, $3, '{}', $4, $4, '')`,
        [id, caseId, randomUUID(), now],
      ),
    );
    return id;
  }

  /** An analysis with a segment, a question with a hit, and a package, all under one requisition; every object lies in the vault. */
  async function addFindings(caseId: CaseId, requisitionId: RequisitionId) {
    const objects = Array.from({ length: 6 }, () => randomUUID() as ObjectId);
    for (const object of objects) await vault.put(caseId, object, Buffer.from('what was found'));
    const [job, question, hit, packed] = Array.from({ length: 4 }, () => randomUUID());
    const files = [{ path: 'a', sha256: 'a'.repeat(64), sizeBytes: 1, object: objects[5] }];
    const sealed = await vault.seal(caseId, `export:${packed}`, JSON.stringify(files));
    await database.inCase(caseId, async (tx) => {
      // A recording that came under it, which is no finding.
      const exhibit = randomUUID();
      await tx.query(
        `INSERT INTO exhibits (id, case_id, requisition_id, state, object_id, size_bytes, capture_start, capture_end, piece_mark, sealed)
         VALUES ($1, $2, $3, 'sealed', $4, 1, now(), now(), 'm', '')`,
        [exhibit, caseId, requisitionId, randomUUID()],
      );
      await tx.query(
        `INSERT INTO jobs (id, case_id, exhibit_id, requisition_id, state, frames_per_second, result_object, columns_object, paths_object, bystanders_object)
         VALUES ($1, $2, $3, $4, 'done', 5, $5, $6, $7, $8)`,
        [job, caseId, exhibit, requisitionId, ...objects.slice(0, 4)],
      );
      await tx.query(
        `INSERT INTO segments (job_id, case_id, n, from_seconds, to_seconds, state, object_id) VALUES ($1, $2, 0, 0, 60, 'done', $3)`,
        [job, caseId, objects[4]],
      );
      await tx.query(`INSERT INTO questions (id, case_id, requisition_id, sealed) VALUES ($1, $2, $3, '')`, [
        question,
        caseId,
        requisitionId,
      ]);
      await tx.query(
        `INSERT INTO hits (id, case_id, question_id, job_id, exhibit_id, track) VALUES ($1, $2, $3, $4, $5, 0)`,
        [hit, caseId, question, job, exhibit],
      );
      await tx.query(
        `INSERT INTO exports (id, case_id, requisition_id, state, sealed) VALUES ($1, $2, $3, 'done', $4)`,
        [packed, caseId, requisitionId, sealed],
      );
    });
    return { job, objects, rows: [job, question, hit, packed, `${job} 0`] };
  }

  /** Ids of the rows of the case, by table. */
  const rows = (caseId: CaseId): Promise<Record<string, readonly string[]>> =>
    database.inCase(caseId, async (tx) => {
      const found: Record<string, readonly string[]> = {};
      for (const table of ['requisitions', 'exhibits', 'jobs', 'questions', 'hits', 'exports', 'segments']) {
        const id = table === 'segments' ? `job_id || ' ' || n` : 'id';
        const { rows } = await tx.query<{ id: string }>(`SELECT ${id} AS id FROM ${table} ORDER BY 1`);
        found[table] = rows.map((row) => row.id);
      }
      return found;
    });

  /** Every record of the journal, in order. */
  async function journal() {
    const records: { action: string; objects: { id: string }[] }[] = [];
    for (let seq = 0; seq < (await log.size()); seq++) {
      records.push((await log.record(seq)) as unknown as { action: string; objects: { id: string }[] });
    }
    return records;
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

  return {
    database,
    folder,
    clock,
    vault,
    log,
    logDir,
    eraser,
    retention,
    errors,
    unreadable,
    openCase,
    addRequisition,
    addFindings,
    places,
    rows,
    journal,
    present,
  };
}
