import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../gateway/audit/events.ts';
import { encodeRecord } from '../../gateway/audit/record.ts';
import { ACTIONS, OPS } from '../../gateway/policy/types.ts';
import { eventFor, SOFTWARE } from './events.ts';

const GATEWAY = path.resolve(import.meta.dirname, '../../gateway');
/** Words of the form of a name that are none: files of a package, and the claim that a refusal points to. */
const NO_NAMES = /\.(json|jws|txt|pem|ts)$|^limits\.max_hours$/;

/** Names that stand in the files which make or append events of the journal. */
async function namesWritten(): Promise<Map<string, string[]>> {
  const files = (await readdir(GATEWAY, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const found = new Map<string, string[]>();
  for (const file of files) {
    if (file === 'audit/events.ts') continue;
    const text = await readFile(path.join(GATEWAY, file), 'utf8');
    if (!/\bAuditEvent\b|log\.append\(/.test(text)) continue;
    const names = [...text.matchAll(/'([a-z]+(?:\.[a-z_]+)+)'/g)].map(([, name = '']) => name);
    found.set(
      file,
      names.filter((name) => !NO_NAMES.test(name) && !OPS.some((op) => op === name)),
    );
  }
  return found;
}

describe('the names of the journal', () => {
  it('LOG-01: each event that the code writes stands in a table that says what it means, and each of the table is written', async () => {
    const written = await namesWritten();
    expect(written.size).toBeGreaterThan(8);
    const unknown = [...written].flatMap(([file, names]) =>
      names
        .filter((name) => !Object.hasOwn(EVENTS, name) && !Object.hasOwn(ACTIONS, name))
        .map((name) => `${file}: ${name}`),
    );
    expect(unknown).toEqual([]);
    const all = new Set([...written.values()].flat());
    expect(Object.keys(EVENTS).filter((name) => !all.has(name))).toEqual([]);
    for (const [name, meaning] of Object.entries(EVENTS)) {
      expect(meaning, name).toMatch(/^.{20,}[^.]$/);
      expect(Object.hasOwn(ACTIONS, name), `${name} is an act of a request`).toBe(false);
      // The log takes it: the name has the form of one.
      const frame = {
        id: '0f000000-0000-4000-8000-000000000000',
        seq: 0,
        time: new Date(0).toISOString(),
        software: SOFTWARE,
      };
      encodeRecord(eventFor(undefined, { action: name }), { ...frame, previous: '0'.repeat(64) });
    }
  });

  it('LOG-01: each kind of processing that the law names has an act, and only what touches no case has no event', () => {
    const entries = Object.entries<{ readonly kind: string; readonly journal: string }>(ACTIONS);
    for (const kind of ['collection', 'modification', 'consultation', 'communication', 'combination'] as const) {
      expect(
        entries.some(([, entry]) => entry.kind === kind && entry.journal !== 'none'),
        kind,
      ).toBe(true);
    }
    expect(entries.filter(([, { journal }]) => journal === 'none').map(([name]) => name)).toEqual(['public.read']);
    // Erasure is the gateway's own act, never that of a route alone; the rest is named by LOG-01 one by one.
    const needed = {
      erasure: ['case.erase', 'case.erased', 'results.erase', 'results.erased'],
      'token accepted or refused': ['requisition.register'],
      'habilitation, revocation, order, closure': ['act.present', 'case.close', 'order.done'],
      'key and policy': ['keys.adopted', 'rules.adopted'],
      dossier: ['dossier.adopted'],
      'model admission': ['models.adopted'],
      'start and stop': ['gateway.start', 'gateway.stop', 'gateway.safe_mode'],
      control: ['audit.read', 'habilitation.read', 'retention.read'],
    };
    for (const [what, names] of Object.entries(needed)) {
      for (const name of names) expect({ ...EVENTS, ...ACTIONS }, what).toHaveProperty([name]);
    }
  });
});
