import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog, type WritableLog } from '../../gateway/audit/append.ts';
import { encodeVkey } from '../../gateway/audit/note.ts';
import { createExhibitVerifier } from '../../gateway/footage/verify-exhibit.ts';
import { type CaseId, type ExhibitId, newId } from '../../gateway/ids.ts';
import { appendMany, optionsFor } from '../audit/support.ts';
import { testDatabase } from '../support/database.ts';
import {
  deposit,
  exhibitOf,
  type FootageLine,
  makeFilm,
  makeRequisition,
  removeTemporaryFolders,
  sha256Of,
  startFootage,
  temporaryFolder,
} from './support.ts';

// A sealed recording against the schedule that lists it and the journal that has its sealing, with a real log and a real vault.

const film = makeFilm(path.join(temporaryFolder(), 'film.mp4'));
let line: FootageLine;
let log: WritableLog;
let logVkey: string;
let id: ExhibitId;

beforeEach(async () => {
  line = await startFootage(await testDatabase(), [exhibitOf(film, 'SCELLE-1')]);
  id = ((await deposit(line, film, { piece: 'SCELLE-1' })).url?.split('/').at(-1) ?? '') as ExhibitId;
  const options = await optionsFor(temporaryFolder(), { clock: line.clock });
  log = await openLog(options);
  logVkey = encodeVkey(options.origin, options.signingKey);
});
afterEach(async () => {
  await log.close();
  await line.app.close();
  await line.database.close();
});
afterAll(removeTemporaryFolders);

const verify = (requisition = line.requisition, vkey = logVkey) =>
  createExhibitVerifier({ database: line.database, vault: line.vault, clock: line.clock, log, logVkey: vkey })(
    requisition,
    id,
  );

/** What happened before the sealing, and after it, stands around its record, which comes so late, behind so many of others. */
async function journal({ others = 0, lateMs = 0 } = {}): Promise<number> {
  const [sealing] = line.events;
  if (sealing === undefined) throw new Error('nothing was sealed');
  const other = { ...sealing, objects: [{ type: 'exhibit' as const, id: newId<ExhibitId>() }] };
  line.clock.ms -= 60_000;
  for (let before = 0; before < 5; before++) await log.append(other);
  line.clock.ms += 60_000 + lateMs;
  await appendMany(log, others);
  await log.append(other);
  const seq = await log.append(sealing);
  line.clock.ms += 60_000;
  await log.append(other);
  return seq;
}

describe('a sealed exhibit', () => {
  it('DEF-07: is verified when its bytes are those of the schedule and the journal proves their sealing', async () => {
    const record = await journal();
    expect(await verify()).toMatchObject({ verdict: 'verified', foundSha256: sha256Of(film), record });
  });

  it('DEF-07: is verified when thousands of others wrote first, up to a minute after the sealing', async () => {
    const record = await journal({ others: 2_500, lateMs: 60_000 });
    expect(await verify()).toMatchObject({ verdict: 'verified', record });
  });

  it('is verified in part where the record came more than a minute after the sealing', async () => {
    await journal({ lateMs: 60_001 });
    expect(await verify()).toMatchObject({ verdict: 'partly', record: undefined });
  });

  it('is verified in part where the journal has no such record, or its place cannot be proved with the key', async () => {
    expect(await verify()).toMatchObject({ verdict: 'partly', foundSha256: sha256Of(film), record: undefined });
    await journal();
    const { signingKey } = await optionsFor(temporaryFolder(), { clock: line.clock });
    expect(await verify(line.requisition, encodeVkey('differe-test/log', signingKey))).toMatchObject({
      verdict: 'partly',
    });
  });

  it('DEF-07: is altered when one byte of what is stored is another', async () => {
    await journal();
    const folder = path.join(line.folder, 'vault', line.requisition.caseId);
    const [name = ''] = readdirSync(folder);
    const bytes = readFileSync(path.join(folder, name));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    writeFileSync(path.join(folder, name), bytes);
    expect(await verify()).toMatchObject({ verdict: 'altered', foundSha256: undefined, record: undefined });
  });

  it('REQ-06: is not signed, and not read, under a requisition that does not list it; in another case there is none', async () => {
    await journal();
    const narrower = await makeRequisition(
      [exhibitOf(film, 'SCELLE-2', { sha256: '0'.repeat(64) })],
      line.vault.caseIdOf,
    );
    await line.vault.remove(
      line.requisition.caseId,
      readdirSync(path.join(line.folder, 'vault', line.requisition.caseId))[0] as never,
    );
    expect(await verify(narrower)).toMatchObject({ verdict: 'not_signed', foundSha256: undefined });
    const elsewhere = await makeRequisition([exhibitOf(film, 'SCELLE-1')], () => newId<CaseId>());
    await expect(verify(elsewhere)).rejects.toMatchObject({ code: 'E_PRO_SILO' });
  });

  it('LOG-01, DEF-07: is verified through the API by an act of its own, journalled with the digest that was found', async () => {
    const route = `${line.url}/api/v1/cases/${line.requisition.caseId}/exhibits/${id}/verification`;
    const answers = await Promise.all([fetch(route), fetch(route)]);
    for (const answer of answers)
      expect(await answer.json()).toEqual({
        exhibitId: id,
        verdict: 'partly',
        scheduledSha256: sha256Of(film),
        foundSha256: sha256Of(film),
        checkedAt: new Date(line.clock.ms).toISOString(),
      });
    expect(line.acts.filter(({ action }) => action === 'exhibit.verify')).toMatchObject([
      {
        objects: [
          { type: 'exhibit', id },
          { type: 'digest', id: sha256Of(film) },
        ],
      },
      {},
    ]);
  });
});
