import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../gateway/canonical.ts';
import type { Database } from '../../gateway/database.ts';
import { AppError } from '../../gateway/errors.ts';
import { type Acts, createActs } from '../../gateway/trust/acts.ts';
import { foundingOf, type KeyRegistry, loadRegistry } from '../../gateway/trust/registry.ts';
import { CHANGED, createRegistryChain, type RegistryChain } from '../../gateway/trust/registry-chain.ts';
import { changeOf, entriesOf, REGISTRY_TYP, registryDigest } from '../../gateway/trust/registry-change.ts';
import { signChange } from '../../gateway/trust/registry-sign.ts';
import { openVault, type Vault } from '../../gateway/vault.ts';
import { AUDIENCE, NOW, newKey, type TestKey } from '../requisition/support.ts';
import { testDatabase } from '../support/database.ts';

const OFFICE = { env: 'test', audience: AUDIENCE, nowSeconds: NOW } as const;
const ROLES = ['procureur', 'responsable', 'dpo', 'opj', 'technique', 'chef_de_service'] as const;
type Role = (typeof ROLES)[number];

let keys: Readonly<Record<Role | 'new' | 'second', TestKey>>;
let vault: Vault;

const entry = (key: TestKey, role: string, changes: object = {}) => ({
  ...key.publicJwk,
  kid: key.privateJwk.kid,
  iss: `office-${role}`,
  role,
  signs: [REGISTRY_TYP],
  env: 'test',
  ...changes,
});

beforeAll(async () => {
  const names = [...ROLES, 'new', 'second'] as const;
  keys = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await newKey(`${name}-1`)] as const)),
  ) as typeof keys;
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-registry-'));
  vault = await openVault({
    dataDir: path.join(folder, 'vault'),
    keysDir: path.join(folder, 'keys'),
    installationKey: Buffer.alloc(32, 7),
  });
});

const firstKeys = () => ROLES.map((role) => entry(keys[role], role));
/** As whoever holds these keys could write it: `registry first` itself signs with those of no other office. */
async function firstFile(signers: readonly Role[] = ['responsable', 'dpo'], list: object[] = firstKeys()) {
  const registry = loadRegistry(JSON.stringify({ keys: list }), 'test');
  const add = [...entriesOf(registry)];
  const change = changeOf(new Map(), { add, end: [], remove: [] });
  const signed = signers.map((role) => {
    const { privateJwk } = keys[role];
    return signChange(change, registry.get(privateJwk.kid ?? '')?.iss ?? '', privateJwk, OFFICE);
  });
  return JSON.stringify({ keys: add, founding: await Promise.all(signed) }, null, 2);
}
const opened = (text: string) => ({ registry: loadRegistry(text, 'test'), founding: foundingOf(text) });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'OK',
    (error: unknown) => (error instanceof AppError ? `${error.code} ${error.detail ?? ''}`.trim() : String(error)),
  );

/** An installation: a database, and a journal that a test can read, cut and break. */
async function installation() {
  const database: Database = await testDatabase();
  const journal: { [key: string]: JsonValue }[] = [];
  let isDown = false;
  function start(): { readonly chain: RegistryChain; readonly acts: Acts } {
    const chain = createRegistryChain({
      database,
      vault,
      clock: { nowMs: () => NOW * 1000 },
      env: 'test',
      audience: AUDIENCE,
      log: { size: async () => journal.length, record: async (seq) => journal[seq] },
      async journal({ before, after, acts }) {
        if (isDown) throw new AppError('E_LOG_DOWN');
        const digests = [before, after].map((id) => ({ type: 'digest', id }));
        return journal.push({ action: CHANGED, objects: [...acts.map((id) => ({ type: 'act', id })), ...digests] }) - 1;
      },
    });
    const deps = { database, vault, clock: { nowMs: () => NOW * 1000 }, env: 'test', audience: AUDIENCE } as const;
    const wasErased = async () => false;
    return { chain, acts: createActs({ ...deps, wasErased, registry: chain.registry, kinds: [chain.kind] }) };
  }
  const breakJournal = (down: boolean): void => {
    isDown = down;
  };
  const present = (acts: Acts, compact: string) => codeOf(acts.present(compact, async () => undefined));
  return { database, journal, start, present, breakJournal };
}

const sign = (role: Role | 'new', change: ReturnType<typeof changeOf>, iss = `office-${role}`) =>
  signChange(change, iss, keys[role].privateJwk, OFFICE);
const adding = (registry: KeyRegistry, changes: object = {}) =>
  changeOf(registry, {
    add: [...entriesOf(loadRegistry(JSON.stringify({ keys: [entry(keys.new, 'procureur', changes)] }), 'test'))],
    end: [],
    remove: [],
  });

describe('the first registry', () => {
  it('REQ-12: counts when controller and DPO signed all of its keys, and stands in the journal', async () => {
    const { start, journal } = await installation();
    const { chain } = start();
    const file = opened(await firstFile());
    await chain.open(file);
    expect([...chain.registry.keys()].sort()).toEqual(ROLES.map((role) => `${role}-1`).sort());
    expect(journal).toHaveLength(1);
    expect(journal[0]).toMatchObject({ action: CHANGED });
    expect(JSON.stringify(journal[0])).toContain(registryDigest(file.registry));
    // The next start finds the same, whatever order and spacing the file has by then.
    const again = start().chain;
    await again.open({ registry: new Map([...file.registry].reverse()), founding: [] });
    expect(again.registry.size).toBe(ROLES.length);
    expect(journal).toHaveLength(1);
  });

  it('REQ-12: nobody counts with one signature, with two of one office, with other keys than were signed, or of another installation', async () => {
    const whole = await firstFile();
    const [{ kid: _kid, ...stolen } = entry(keys.new, 'procureur')] = [entry(keys.new, 'procureur')];
    const smuggled = JSON.stringify({
      keys: [...(JSON.parse(whole) as { keys: object[] }).keys, { kid: 'smuggled', ...stolen }],
      founding: foundingOf(whole),
    });
    const oneOffice = firstKeys().map((key) => (key.role === 'dpo' ? { ...key, iss: 'office-responsable' } : key));
    const files = [
      [await firstFile([]), 'bears no signature'],
      [await firstFile(['responsable']), 'needs the signatures of controller and DPO'],
      [await firstFile(['responsable', 'procureur']), 'needs the signatures of controller and DPO'],
      [await firstFile(['responsable', 'dpo'], oneOffice), 'needs the signatures of controller and DPO'],
      [smuggled, 'covers other keys'],
      [await firstFile().then((text) => text.replace(/"founding": \[\s*"[^"]{40}/, (m) => `${m}A`)), 'does not hold'],
    ] as const;
    for (const [text, why] of files) {
      const { start, journal } = await installation();
      const { chain } = start();
      expect(await codeOf(chain.open(opened(text)))).toMatch(new RegExp(`^E_KEY_REGISTRY .*${why}`));
      expect([chain.registry.size, journal.length]).toEqual([0, 0]);
    }
    await expect(firstFile(['responsable', 'technique'])).resolves.toBeDefined();
    const { start } = await installation();
    expect(await codeOf(start().chain.open(opened(await firstFile(['responsable', 'technique']))))).toContain(
      'E_REQ_AUTHORITY',
    );
  });
});

describe('a change of the registry', () => {
  async function founded() {
    const place = await installation();
    const { chain, acts } = place.start();
    const file = opened(await firstFile());
    await chain.open(file);
    return { ...place, chain, acts, file };
  }

  it('REQ-12: counts in another gateway on the same database, which reads it again when it has moved and only then', async () => {
    const { acts, file, present, start } = await founded();
    const other = start().chain;
    await other.open(file);
    const before = other.generation();
    await other.follow();
    expect(other.generation()).toBe(before);
    const change = adding(file.registry);
    for (const role of ['procureur', 'dpo'] as const) expect(await present(acts, await sign(role, change))).toBe('OK');
    expect(other.registry.has('new-1')).toBe(false);
    await other.follow();
    expect(other.registry.has('new-1')).toBe(true);
    const after = other.generation();
    expect(after).toBeGreaterThan(before);
    await other.follow();
    expect(other.generation()).toBe(after);
  });

  it('REQ-12: one approval is kept and changes nothing; the second of another office puts it in force, in the journal with both acts', async () => {
    const { chain, acts, file, present, journal, start } = await founded();
    const change = adding(file.registry);
    const mine = await sign('procureur', change);
    expect(await present(acts, mine)).toBe('OK');
    expect(await present(acts, mine)).toBe('OK');
    expect(chain.registry.has('new-1')).toBe(false);
    expect(journal).toHaveLength(1);
    const { pending, digest } = await chain.state();
    expect(digest).toBe(change.before);
    expect(pending.map(({ approvals }) => approvals.map(({ key }) => key.role))).toEqual([['procureur']]);
    // The file of a change that only one office signed is not the registry.
    const next = new Map([...file.registry, ...loadRegistry(JSON.stringify({ keys: change.add }), 'test')]);
    const early = start();
    expect(await codeOf(early.chain.open({ registry: next, founding: [] }))).toMatch(/^E_KEY_REGISTRY DIFFERE_AUTH/);
    expect(early.chain.registry.has('new-1')).toBe(false);
    const before = early.chain.generation();

    expect(await present(early.acts, await sign('dpo', change))).toBe('OK');
    expect(early.chain.registry.has('new-1')).toBe(true);
    expect(early.chain.generation()).not.toBe(before);
    expect(journal).toHaveLength(2);
    expect(JSON.stringify(journal[1])).toContain(change.after);
    expect(JSON.stringify(journal[1]).match(/"type":"act"/g)).toHaveLength(2);
    await start().chain.open({ registry: next, founding: [] });
    expect(await codeOf(start().chain.open(file))).toMatch(/^E_KEY_REGISTRY/);
  });

  it('REQ-12: two signatures of one side, of one office, of a key that the change brings, or of anybody else put nothing in force', async () => {
    const { chain, acts, file, present } = await founded();
    const change = adding(file.registry);
    expect(await present(acts, await sign('responsable', change))).toBe('OK');
    expect(await present(acts, await sign('dpo', change))).toBe('OK');
    expect(await present(acts, await sign('responsable', change))).toBe('OK');
    expect(chain.registry.has('new-1')).toBe(false);
    for (const role of ['opj', 'technique', 'chef_de_service'] as const)
      expect(await present(acts, await sign(role, change))).toMatch(/^E_REQ_AUTHORITY/);
    expect(await present(acts, await sign('new', change, 'office-procureur'))).toMatch(/^E_REQ_SIG/);
    expect(await present(acts, await sign('procureur', { ...change, after: 'a'.repeat(64) }))).toMatch(
      /^E_KEY_REGISTRY/,
    );
    expect(chain.registry.has('new-1')).toBe(false);
    expect(await present(acts, await sign('procureur', change))).toBe('OK');
    expect(chain.registry.has('new-1')).toBe(true);
  });

  it('REQ-12: a change of an older registry is refused, so that two changes never stand on one', async () => {
    const { chain, acts, file, present } = await founded();
    const one = adding(file.registry);
    const other = changeOf(file.registry, { add: [], end: [], remove: ['opj-1'] });
    for (const change of [one, other]) expect(await present(acts, await sign('procureur', change))).toBe('OK');
    expect(await present(acts, await sign('dpo', other))).toBe('OK');
    expect(chain.registry.has('opj-1')).toBe(false);
    expect(await present(acts, await sign('dpo', one))).toMatch(/^E_KEY_REGISTRY .*another registry/);
    expect((await chain.state()).pending).toEqual([]);
  });

  it('REQ-12: an ended key signs no more and what it signed counts; nobody can be left without who signs the next change', async () => {
    const { chain, acts, file, present, start } = await founded();
    const locked = changeOf(file.registry, { add: [], end: [], remove: ['procureur-1'] });
    expect(await present(acts, await sign('procureur', locked))).toMatch(/nobody of procureur/);
    const steps = { ...adding(file.registry, { iss: 'office-2' }), end: [{ kid: 'procureur-1', exp: NOW - 5 }] };
    const change = changeOf(file.registry, { add: steps.add, end: steps.end, remove: [] });
    expect(await present(acts, await sign('procureur', change))).toBe('OK');
    expect(await present(acts, await sign('responsable', change))).toBe('OK');
    expect(chain.registry.get('procureur-1')?.exp).toBe(NOW - 5);
    const next = changeOf(chain.registry, { add: [], end: [], remove: ['opj-1'] });
    expect(await present(acts, await sign('procureur', next))).toMatch(/^E_REQ_SIG/);
    // The approval that ended its own key was good when it was given, and is at every start.
    await start().chain.open({ registry: new Map(chain.registry), founding: [] });
  });

  it('REQ-12: what the journal does not take is not in force; a database or a journal that was put back alone is told', async () => {
    const { chain, acts, file, present, journal, breakJournal, start, database } = await founded();
    const change = adding(file.registry);
    await present(acts, await sign('procureur', change));
    breakJournal(true);
    const second = await sign('dpo', change);
    expect(await present(acts, second)).toMatch(/^E_LOG_DOWN/);
    expect(chain.registry.has('new-1')).toBe(false);
    breakJournal(false);
    expect(await present(acts, second)).toBe('OK');
    const next = new Map(chain.registry);
    const kept = journal.pop();
    expect(await codeOf(start().chain.open({ registry: next, founding: [] }))).toContain('no record of the registry');
    if (kept !== undefined) journal.push(kept);
    await start().chain.open({ registry: next, founding: [] });

    // As a back-up from before the change would have it.
    await database.inService((tx) =>
      tx.query('UPDATE registry_head SET digest = $1, record_seq = 0, journal_read = 1', [change.before]),
    );
    const put = start();
    expect(await codeOf(put.chain.open(file))).toMatch(/^E_KEY_REGISTRY/);
    expect(put.chain.registry.size).toBe(0);
  });

  it('REQ-12: an empty database under a journal that knows a registry takes no other first one', async () => {
    const { journal } = await founded();
    const fresh = await installation();
    fresh.journal.push(...journal);
    const { chain } = fresh.start();
    expect(await codeOf(chain.open(opened(await firstFile())))).toContain('the journal knows a registry');
    expect(chain.registry.size).toBe(0);
  });
});

describe('what is shipped', () => {
  // Private halves of keys as files hold them: a JWK with `d`, and PEM.
  const PRIVATE = /"d"\s*:\s*"[A-Za-z0-9_-]{43}"|\bd:\s*'[A-Za-z0-9_-]{43}'|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

  it('REQ-12: holds no private key of an issuer', () => {
    const root = path.join(import.meta.dirname, '../..');
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
    expect(files.length).toBeGreaterThan(500);
    const found = files
      .filter((file) => file !== path.relative(root, import.meta.filename))
      .filter((file) => PRIVATE.test(readFileSync(path.join(root, file), 'latin1')));
    expect(found).toEqual([]);
    // The scan sees one where there is one.
    expect(PRIVATE.test(JSON.stringify(keys.dpo.privateJwk))).toBe(true);
  });
});
