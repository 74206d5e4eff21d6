import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../gateway/command.ts';
import { registryCommand } from '../../gateway/registry-commands.ts';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
import { foundingOf, loadRegistry } from '../../gateway/trust/registry.ts';
import { demandFounded, registryDigest } from '../../gateway/trust/registry-change.ts';

// What two offices do on their machines when the registry is founded and when it changes, from the keys to the file that follows.

let folder: string;
const at = (name: string): string => path.join(folder, name);
const AUD = ['--aud', 'differe-dcpj'];

async function run(command: Command, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
  return { code: await command(args, io), out: out.join('\n'), err: err.join('\n') };
}
const keygen = async (role: string, registry: string, name = role) => {
  const words = ['keygen', '--role', role, '--iss', `office-${name}`, '--env', 'prod', '--kid', name];
  expect((await run(requisitionCommand, ...words, '--registry', at(registry), '--out', at(`${name}.json`))).code).toBe(
    0,
  );
};
const registry = (...args: string[]) => run(registryCommand, ...args);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-registry-'));
  for (const role of ['procureur', 'responsable', 'dpo', 'opj']) await keygen(role, 'authorities.json');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('differe registry', () => {
  it('REQ-12: founds a registry by the keys that keygen made, and leads from it to the next by two offices', async () => {
    const file = at('authorities.json');
    expect((await registry('status', ...AUD, file)).code).toBe(1);
    const first = (role: string) => registry('first', '--key', at(`${role}.json`), ...AUD, file);
    for (const role of ['opj', 'procureur']) {
      const refused = await first(role);
      expect([refused.code, refused.out], role).toEqual([1, '']);
      expect(refused.err).toMatch(/^E_KEY_OFFICE: [\s\S]*responsable, dpo/);
    }
    expect(foundingOf(await readFile(file, 'utf8'))).toEqual([]);
    // Whoever signs twice has signed once.
    for (const role of ['responsable', 'dpo', 'dpo']) expect((await first(role)).code).toBe(0);
    expect(foundingOf(await readFile(file, 'utf8'))).toHaveLength(2);
    const text = await readFile(file, 'utf8');
    await demandFounded(loadRegistry(text, 'prod'), foundingOf(text), { env: 'prod', audience: 'differe-dcpj' });
    expect((await registry('status', ...AUD, file)).code).toBe(0);
    expect((await registry('status', '--aud', 'elsewhere', file)).err).toContain('E_KEY_REGISTRY');

    await keygen('juge_instruction', 'new.json', 'juge-2');
    const words = ['propose', '--key', at('procureur.json'), ...AUD, '--registry', file, '--out', at('one.jws')];
    const proposed = await registry(...words, '--add', at('new.json'), '--end', 'opj@2027-01-01T00:00:00Z');
    expect([proposed.code, proposed.err]).toEqual([0, expect.stringContaining('+ juge-2 juge_instruction')]);
    expect(proposed.err).toContain('~ opj until 2027-01-01');
    const notHis = [
      'approve',
      '--key',
      at('opj.json'),
      ...AUD,
      '--registry',
      file,
      '--out',
      at('opj.jws'),
      at('one.jws'),
    ];
    expect(await registry(...notHis)).toMatchObject({ code: 1, err: expect.stringContaining('E_KEY_OFFICE') });
    const second = ['approve', '--key', at('responsable.json'), ...AUD, '--registry', file, '--out', at('two.jws')];
    expect((await registry(...second, at('one.jws'))).code).toBe(0);
    const applied = await registry('apply', ...AUD, '--registry', file, '--out', at('next.json'), at('two.jws'));
    const { after } = JSON.parse(proposed.out) as { after: string };
    expect(applied).toMatchObject({ code: 0, out: JSON.stringify({ file: at('next.json'), digest: after }) });
    expect(registryDigest(loadRegistry(await readFile(at('next.json'), 'utf8'), 'prod'))).toBe(after);
    const over = await registry(...words, '--end', 'opj');
    expect([over.code, over.err]).toEqual([2, expect.stringContaining('one.jws exists; not overwritten')]);
    // On the registry that follows, the proposal is about the past.
    expect(
      (await registry('apply', ...AUD, '--registry', at('next.json'), '--out', at('x.json'), at('one.jws'))).code,
    ).toBe(1);
  });

  it('signs nothing that would leave nobody, changes nothing, or is for another installation', async () => {
    const file = at('authorities.json');
    const words = ['propose', '--key', at('dpo.json'), ...AUD, '--registry', file, '--out', at('bad.jws')];
    expect((await registry(...words)).code).toBe(1);
    expect((await registry(...words, '--remove', 'procureur')).err).toContain('would be left');
    expect((await registry(...words, '--remove', 'nobody')).code).toBe(1);
    const approve = [
      'approve',
      '--key',
      at('dpo.json'),
      '--aud',
      'elsewhere',
      '--registry',
      file,
      '--out',
      at('y.jws'),
    ];
    expect((await registry(...approve, at('one.jws'))).err).toContain('E_REQ_REPLAY');
    await writeFile(at('bent.jws'), (await readFile(at('one.jws'), 'utf8')).replace(/^./, 'X'));
    const bent = ['approve', '--key', at('dpo.json'), ...AUD, '--registry', file, '--out', at('z.jws'), at('bent.jws')];
    expect((await registry(...bent)).code).toBe(1);
    expect((await registry('elsewhere')).code).toBe(2);
  });
});
