import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actCommand } from '../../gateway/act-commands.ts';
import type { Command } from '../../gateway/command.ts';
import { demandHabilitatingKey, parseHabilitation } from '../../gateway/habilitation/claims.ts';
import { policiesCommand } from '../../gateway/policy/commands.ts';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
import { openSigned } from '../../gateway/trust/open.ts';
import { loadRegistry } from '../../gateway/trust/registry.ts';

// What a chief of service, a controller and a DPO do on their machines, from the keys to the signed files.

let folder: string;
const at = (name: string): string => path.join(folder, name);

async function run(command: Command, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
  return { code: await command(args, io), out: out.join('\n'), err: err.join('\n') };
}
const keygen = (role: string, file: string) =>
  run(
    requisitionCommand,
    ...['keygen', '--role', role, '--iss', `office-${role}`, '--env', 'prod'],
    ...['--registry', at('authorities.json'), '--out', at(file)],
    ...(role === 'responsable' || role === 'dpo' ? ['--signs', 'differe-policies+jwt'] : []),
  );

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'differe-acts-'));
  for (const role of ['chef_de_service', 'responsable', 'dpo'])
    expect((await keygen(role, `${role}.json`)).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('commands of offices', () => {
  it('signs the habilitation of the example, which the register takes', async () => {
    const agent = await run(requisitionCommand, 'keygen', '--out', at('agent.json'));
    const { jkt } = JSON.parse(agent.out) as { jkt: string };
    const example = path.join(import.meta.dirname, '../../policies/examples/habilitation.claims.json');
    const text = (await readFile(example, 'utf8')).replace('THUMBPRINT-OF-THE-AGENT-KEY', jkt);
    await writeFile(at('claims.json'), text);
    const words = ['sign', '--typ', 'differe-habilitation+jwt', '--key', at('chef_de_service.json')];
    const signed = await run(actCommand, ...words, '--claims', at('claims.json'), '--aud', 'differe-dcpj');
    expect(signed.err).toBe('');
    const registry = loadRegistry(await readFile(at('authorities.json'), 'utf8'), 'prod');
    const { claims, key } = await openSigned(signed.out, 'differe-habilitation+jwt', parseHabilitation, registry);
    demandHabilitatingKey(claims, key);
    expect(claims).toMatchObject({ jkt, aud: 'differe-dcpj', iss: 'office-chef_de_service', env: 'prod' });
    // What the register would refuse is not signed.
    await writeFile(at('claims.json'), text.replace('"natures": ["enregistrements", "resultats"]', '"natures": []'));
    const refused = await run(actCommand, ...words, '--claims', at('claims.json'), '--aud', 'differe-dcpj');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('E_REQ_SCHEMA')]);
    expect(refused.err).toMatch(/^ {2}act \/natures: attendu : au moins 1 .* \/ expected at least 1 item/m);
    expect((await run(actCommand, 'sign', '--typ', 'differe-dossier+jwt')).code).toBe(2);
    expect(
      (await run(actCommand, 'present', '--url', 'http://127.0.0.1:1', '--agent', at('agent.json'), example)).code,
    ).toBe(3);
  });

  it.each([
    ['differe-closure+jwt', 'E_RET_CLOSURE', '/outcome'],
    ['differe-order+jwt', 'E_REQ_SCHEMA', '/kind'],
    ['differe-extension+jwt', 'E_REQ_SCHEMA', '/until'],
    ['differe-self-control+jwt', 'E_REQ_SCHEMA', '/month'],
    ['differe-person-request+jwt', 'E_REQ_SCHEMA', '/channel'],
    ['differe-revocation-list+jwt', 'E_REQ_SCHEMA', '/list_id'],
    ['differe-contrary-decision+jwt', 'E_REQ_SCHEMA', '/auth'],
    ['differe-registry+jwt', 'E_REQ_SCHEMA', '/change'],
    ['differe-habilitation+jwt', 'E_REQ_SCHEMA', '/agent'],
  ])('signs no %s that the gateway would not take, and says what lacks', async (typ, code, place) => {
    await writeFile(at('empty.json'), '{}');
    const words = ['sign', '--typ', typ, '--key', at('responsable.json'), '--aud', 'differe-dcpj'];
    const refused = await run(actCommand, ...words, '--claims', at('empty.json'), '--out', at('empty.jws'));
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect(refused.err).toMatch(new RegExp(`^${code}: `));
    expect(refused.err).toContain(`  act ${place}: ce champ manque / this member is missing`);
    await expect(readFile(at('empty.jws'))).rejects.toThrow('ENOENT');
  });

  it('POL-01: signs and checks the rules of an installation, and signs none that allow more', async () => {
    const file = at('policies.json');
    const check = () =>
      run(policiesCommand, 'check', '--keys', at('authorities.json'), '--aud', 'differe-dcpj', '--env', 'prod', file);
    await writeFile(file, JSON.stringify({ bundle: { version: 1, values: { max_hours: 20 } }, signatures: [] }));
    expect((await check()).code).toBe(3);
    for (const role of ['responsable', 'dpo']) {
      const signed = await run(policiesCommand, 'sign', '--key', at(`${role}.json`), '--aud', 'differe-dcpj', file);
      expect([signed.code, signed.err]).toEqual([0, `Signed by office-${role}`]);
    }
    const checked = await check();
    expect([checked.code, JSON.parse(checked.out).values]).toEqual([0, { max_hours: 20 }]);
    await writeFile(file, JSON.stringify({ bundle: { version: 1, values: { max_hours: 0 } }, signatures: [] }));
    const refused = await run(policiesCommand, 'sign', '--key', at('dpo.json'), '--aud', 'differe-dcpj', file);
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('E_POL_LOOSENED')]);
  });
});
