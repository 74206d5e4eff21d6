import { createHash, sign } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLog, type WritableLog } from '../../gateway/audit/append.ts';
import { signCheckpoint } from '../../gateway/audit/checkpoint.ts';
import { cosign, decodeWitnessKey, openCosigned, verifyCosignature } from '../../gateway/audit/cosignature.ts';
import { EMPTY_ROOT } from '../../gateway/audit/merkle.ts';
import {
  COSIGNATURE_V1,
  decodeVkey,
  encodeVkey,
  type NoteVerifier,
  parseLines,
  signNote,
} from '../../gateway/audit/note.ts';
import { verifyProofText } from '../../gateway/audit/proof.ts';
import { openReader } from '../../gateway/audit/reader.ts';
import { verifyLog } from '../../gateway/audit/verify.ts';
import { decodeSigningKey, encodeRequest, encodeSigningKey, openWitness } from '../../gateway/audit/witness.ts';
import { witnessServer } from '../../gateway/audit/witness-server.ts';
import { askWitnesses, cosignedFileOf, demandExtension, readWitnesses } from '../../gateway/audit/witnesses.ts';
import { keepWitnessed } from '../../gateway/audit/witnessing.ts';
import { ORIGIN } from './events.ts';
import { appendMany, freshFolder, freshKey, handClock, optionsFor } from './support.ts';

const NAME = 'witness.test/w1';
const value = <T>(checked: { ok: true; value: T } | { ok: false; reason: string }): T => {
  if (!checked.ok) throw new Error(checked.reason);
  return checked.value;
};

interface Bench {
  readonly dir: string;
  readonly log: WritableLog;
  readonly vkey: NoteVerifier;
  readonly signingKey: ReturnType<typeof freshKey>;
  readonly witnessKey: NoteVerifier;
  readonly witnessDir: string;
  readonly url: string;
  post(body: string): Promise<{ status: number; type: string | null; body: string }>;
}

/** A log and a witness that knows it, behind real HTTP. */
async function bench(): Promise<Bench> {
  const options = optionsFor(await freshFolder());
  const log = await openLog(options);
  onTestFinished(() => log.close());
  const witnessDir = path.join(options.dir, '..', 'witness');
  await mkdir(witnessDir);
  await writeFile(path.join(witnessDir, 'logs.vkeys'), `${log.vkey}\n`);
  const key = freshKey();
  const server = witnessServer(
    await openWitness({ dir: witnessDir, name: NAME, signingKey: key, clock: handClock(1_679_315_147_000) }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    dir: options.dir,
    log,
    vkey: value(decodeVkey(log.vkey)),
    signingKey: options.signingKey,
    witnessKey: value(decodeWitnessKey(encodeVkey(NAME, key, COSIGNATURE_V1))),
    witnessDir,
    url,
    async post(body) {
      const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
      return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
    },
  };
}

async function requestOf({ dir }: Bench, oldSize: number): Promise<string> {
  const reader = await openReader(dir);
  const { text: note, value: now } = await reader.checkpoint();
  return encodeRequest({ oldSize, proof: await reader.proveConsistency(oldSize, now.size), note });
}

describe('a cosignature', () => {
  it('LOG-04: a cosignature is the bytes of tlog-cosignature: key id over type 4, u64 time, signature over header, time and the whole text', () => {
    const key = freshKey();
    const text = `${ORIGIN}\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n`;
    const line = cosign(text, NAME, key, 1_679_315_147);
    const raw = Buffer.from(encodeVkey(NAME, key, COSIGNATURE_V1).split('+').slice(2).join('+'), 'base64');
    expect(raw[0]).toBe(4);
    const keyId = createHash('sha256')
      .update(Buffer.concat([Buffer.from(`${NAME}\n`), raw]))
      .digest()
      .subarray(0, 4);
    const time = Buffer.from('000000006418510b'.replace('6418510b', (1_679_315_147).toString(16)), 'hex');
    const signed = sign(null, Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`), key);
    expect(line).toBe(`— ${NAME} ${Buffer.concat([keyId, time, signed]).toString('base64')}\n`);
    const witness = value(decodeWitnessKey(encodeVkey(NAME, key, COSIGNATURE_V1)));
    const [parsed] = parseLines(line) ?? [];
    if (parsed === undefined) expect.fail('no line');
    expect(verifyCosignature(text, parsed, witness)).toEqual({ ok: true, value: 1_679_315_147 });
    expect(verifyCosignature(text.replace('20852163', '20852164'), parsed, witness).ok).toBe(false);
    // A log's key is no witness's key, though the bytes of the key are the same.
    expect(decodeWitnessKey(encodeVkey(NAME, key)).ok).toBe(false);
  });

  it('LOG-04: the key of a witness stands in a key file that comes back the same, and in no other', () => {
    const key = freshKey();
    const text = encodeSigningKey(NAME, key);
    expect(value(decodeSigningKey(text)).signingKey.equals(key)).toBe(true);
    expect(value(decodeSigningKey(text)).name).toBe(NAME);
    for (const other of [`${text}\n`, text.replace(NAME, 'other'), text.slice(8), '']) {
      expect(decodeSigningKey(other).ok).toBe(false);
    }
  });
});

describe('a witness of the tlog-witness protocol', () => {
  it('LOG-04: a witness cosigns each tree that extends the last one it saw, keeps it before it answers, and goes on after a restart', async () => {
    const it = await bench();
    let old = 0;
    for (const grow of [3, 0, 260, 1]) {
      await appendMany(it.log, grow);
      const answer = await it.post(await requestOf(it, old));
      expect([answer.status, answer.body.startsWith(`— ${NAME} `)]).toEqual([200, true]);
      const note = (await it.log.checkpoint()) + answer.body;
      expect(value(openCosigned(Buffer.from(note), it.vkey, [it.witnessKey])).cosigned).toEqual([
        { witness: NAME, timeSeconds: 1_679_315_147 },
      ]);
      old = await it.log.size();
    }
    const again = await openWitness({ dir: it.witnessDir, name: NAME, signingKey: freshKey(), clock: handClock() });
    expect(await again.addCheckpoint(Buffer.from(await requestOf(it, 3)))).toEqual({
      status: 409,
      type: 'text/x.tlog.size',
      body: '264\n',
    });
  });

  it('LOG-04: a witness answers 400, 403, 404, 409 and 422 as the protocol says, and none of them changes what it saw', async () => {
    const it = await bench();
    await appendMany(it.log, 5);
    expect((await it.post(await requestOf(it, 0))).status).toBe(200);
    await appendMany(it.log, 5);
    const good = await requestOf(it, 5);
    const note = await it.log.checkpoint();
    const [head = ''] = good.split('\n\n', 1);
    const root = Buffer.alloc(32, 7);
    const forged = (size: number): string => signCheckpoint({ origin: ORIGIN, size, root }, it.signingKey);
    const cases: readonly [number, string][] = [
      [400, ''],
      [400, 'old 5\n'],
      [400, good.replace('old 5', 'old 05')],
      [400, good.replace('old 5', 'old five')],
      [400, `${head}\nAAAA\n\n${note}`],
      [400, `old 5\n${`${root.toString('base64')}\n`.repeat(64)}\n${note}`],
      [400, good.replace('old 5', 'old 11')],
      [400, `${head}\n\n${signNote(`${ORIGIN}\n10\n${root.toString('base64')}\nextension\n`, ORIGIN, it.signingKey)}`],
      [403, `${head}\n\n${signCheckpoint({ origin: ORIGIN, size: 10, root }, freshKey())}`],
      [404, `${head}\n\n${signCheckpoint({ origin: 'other.test/log', size: 10, root }, it.signingKey)}`],
      [409, good.replace('old 5', 'old 4')],
      [409, good.replace('old 5', 'old 0')],
      // A log that was rolled back, and one that tells another story at the same size.
      [409, encodeRequest({ oldSize: 3, proof: [], note: forged(3) })],
      [409, encodeRequest({ oldSize: 5, proof: [], note: forged(5) })],
      [422, encodeRequest({ oldSize: 5, proof: [], note })],
      [422, good.replace(/\n([^\n]{44})\n/, `\n${EMPTY_ROOT.toString('base64')}\n`)],
      [422, `${head}\n\n${forged(10)}`],
    ];
    for (const [n, [status, body]] of cases.entries()) {
      const answer = await it.post(body);
      expect([n, answer.status]).toEqual([n, status]);
      if (status === 409) expect([answer.type, answer.body]).toEqual(['text/x.tlog.size', '5\n']);
    }
    expect((await fetch(`${it.url}/`, { method: 'POST', body: good })).status).toBe(404);
    expect((await fetch(`${it.url}/add-checkpoint`)).status).toBe(404);
    expect((await fetch(`${it.url}/add-checkpoint`, { method: 'POST', body: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await it.post(good)).status).toBe(200);
  });

  it('LOG-04: a witness cosigns one of two stories that are told at the same moment', async () => {
    const it = await bench();
    await appendMany(it.log, 4);
    const other = signCheckpoint({ origin: ORIGIN, size: 4, root: Buffer.alloc(32, 1) }, it.signingKey);
    const stories = [await requestOf(it, 0), encodeRequest({ oldSize: 0, proof: [], note: other })];
    const answers = await Promise.all(stories.map(it.post));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe('the gateway and its witnesses', () => {
  const known = (it: Bench) => readWitnesses(`# one\n${encodeVkeyOf(it)} ${it.url}\n`);
  const encodeVkeyOf = ({ witnessKey }: Bench): string =>
    encodeVkey(witnessKey.name, witnessKey.publicKey, COSIGNATURE_V1);
  const ask = async (it: Bench, witnesses = known(it)) =>
    askWitnesses({ dir: it.dir, log: it.vkey, reader: await openReader(it.dir), witnesses, timeoutMs: 2_000 });

  it('LOG-04: the gateway keeps the newest cosigned checkpoint beside the log, from which verify and prove take it', async () => {
    const it = await bench();
    for (const size of [3, 8]) {
      await appendMany(it.log, size - (await it.log.size()));
      expect(await ask(it)).toEqual({ cosigned: [NAME], failed: [], contradicted: [] });
      const pinned = await readFile(cosignedFileOf(it.dir), 'utf8');
      expect(pinned.split('\n')[1]).toBe(`${size}`);
      expect(await verifyLog(it.dir, { pinned, witnesses: [it.witnessKey] })).toMatchObject({ ok: true, size });
    }
    await appendMany(it.log, 300);
    const opened = value(openCosigned(await readFile(cosignedFileOf(it.dir)), it.vkey, [it.witnessKey]));
    const reader = await openReader(it.dir);
    const proof = (await reader.prove(7, opened)) ?? '';
    const leaf = (await reader.entry(7)) ?? Buffer.alloc(0);
    expect(value(verifyProofText(proof, leaf, it.log.vkey, [it.witnessKey])).cosigned[0]?.witness).toBe(NAME);
    // Nobody who does not know the witness takes its line on trust.
    expect(verifyProofText(proof, leaf, it.log.vkey).ok).toBe(false);
    expect(await reader.prove(8, opened)).toBeUndefined();
    expect(verifyProofText(proof.replace(/.(?=\n$)/, 'A'), leaf, it.log.vkey, [it.witnessKey]).ok).toBe(false);
  });

  it('LOG-04: verify demands a quorum: what too few cosigned is not believed', async () => {
    const it = await bench();
    await appendMany(it.log, 3);
    await ask(it);
    const pinned = await readFile(cosignedFileOf(it.dir), 'utf8');
    const absent = value(decodeWitnessKey(encodeVkey('witness.test/w2', freshKey(), COSIGNATURE_V1)));
    const witnesses = [it.witnessKey, absent];
    expect((await verifyLog(it.dir, { pinned, witnesses, quorum: 1 })).ok).toBe(true);
    expect(await verifyLog(it.dir, { pinned, witnesses })).toMatchObject({ ok: false, findings: [{ what: 'pinned' }] });
    expect((await verifyLog(it.dir, { witnesses, quorum: 1 })).ok).toBe(false);
  });

  it('LOG-04: the gateway learns from the witness that its log was rolled back or forked, and of a witness that fails', async () => {
    const it = await bench();
    await appendMany(it.log, 3);
    const copy = `${it.dir}.backup`;
    await cp(it.dir, copy, { recursive: true });
    await appendMany(it.log, 4);
    await ask(it);
    const back = { ...it, dir: copy };
    expect(await ask(back)).toEqual({ cosigned: [], failed: [], contradicted: [{ witness: NAME, size: 7 }] });
    const signing = { origin: ORIGIN, signingKey: it.signingKey, clock: handClock(), software: 'differe/0.1.0' };
    const forked = await openLog({ dir: copy, ...signing });
    await appendMany(forked, 4);
    await forked.close();
    expect((await ask(back)).contradicted).toEqual([{ witness: NAME, size: 7 }]);
    await cp(cosignedFileOf(it.dir), cosignedFileOf(copy));
    await demandExtension(it.dir, it.log.vkey);
    await expect(demandExtension(copy, it.log.vkey)).rejects.toMatchObject({ code: 'E_LOG_DOWN' });
    const nobody = readWitnesses(`${encodeVkeyOf(it)} http://127.0.0.1:1`);
    expect((await ask(it, nobody)).failed).toEqual([{ witness: NAME, reason: 'TypeError' }]);
    await rm(cosignedFileOf(copy));
    await demandExtension(copy, it.log.vkey);
  });

  it('LOG-04: the gateway goes on asking as the log grows, and writes a contradiction to the journal once', async () => {
    const it = await bench();
    const [events, errors]: [string[], unknown[]] = [[], []];
    const witnessing = (dir: string) =>
      keepWitnessed({
        dir,
        vkey: it.log.vkey,
        witnesses: known(it),
        log: { append: async ({ action, objects }) => events.push(`${action} ${objects[0]?.id}`) },
        isAsking: () => true,
        onError: (error) => void errors.push(error),
      });
    const keeping = witnessing(it.dir);
    onTestFinished(() => keeping.stop());
    expect(await keeping.coveredSize()).toBe(0);
    await appendMany(it.log, 3);
    const copy = `${it.dir}.backup`;
    await cp(it.dir, copy, { recursive: true });
    for (const size of [3, 9]) {
      await appendMany(it.log, size - (await it.log.size()));
      await keeping.round();
      expect((await readFile(cosignedFileOf(it.dir), 'utf8')).split('\n')[1]).toBe(`${size}`);
      expect(await keeping.coveredSize()).toBe(size);
    }
    expect([events, errors]).toEqual([[], []]);
    const rolledBack = witnessing(copy);
    await rolledBack.round();
    await rolledBack.round();
    await rolledBack.stop();
    expect(events).toEqual(['log.contradicted 9']);
    expect(errors.length).toBeGreaterThan(0);
  });

  it('LOG-04: the gateway asks loopback or https alone, each witness once', () => {
    const vkey = encodeVkey(NAME, freshKey(), COSIGNATURE_V1);
    expect(readWitnesses(`${vkey} https://witness.example/sub/\n`)[0]?.url).toBe('https://witness.example/sub');
    for (const text of [
      `${vkey} http://witness.example/`,
      `${vkey} file:///etc/passwd`,
      `${vkey}`,
      `${vkey} https://a https://b`,
      `${encodeVkey(NAME, freshKey())} https://witness.example/`,
      `${vkey} https://a/\n${vkey} https://b/`,
    ]) {
      expect(() => readWitnesses(text), text).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    }
  });
});
