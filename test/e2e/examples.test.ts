import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actCommand } from '../../gateway/act-commands.ts';
import { caseCommand } from '../../gateway/case-commands.ts';
import type { Command } from '../../gateway/command.ts';
import { DEMO } from '../../gateway/demo/requisition.ts';
import { exhibitOf, type Line, register, sceneFile, startLine, tokensFor } from '../support/line.ts';

// The claims that policies/examples offers to start from, signed by the command and presented to a gateway, as a new installation does it.

const EXAMPLES = path.join(import.meta.dirname, '../../policies/examples');
const PROCEDURE = 'PV-2026-000042';

describe('the examples of signed acts', () => {
  let line: Line;
  let caseId: string;
  let person: JWK;
  let door: string[];
  const at = (name: string): string => path.join(line.folder, name);

  beforeAll(async () => {
    line = await startLine();
    const { magistrateKey, chiefKey, agentKey } = line.installation;
    const exhibit = await exhibitOf(await sceneFile(line.folder, 'crossing'), 'SCELLE-1', line.captureStartMs, 14);
    ({ caseId } = await register(line, await tokensFor(line, [exhibit], { authorisation: { sub: PROCEDURE } })));
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    person = { ...(await exportJWK(privateKey)), alg: 'EdDSA' };
    await writeFile(at('parquet.json'), JSON.stringify({ ...magistrateKey, env: 'test', iss: 'parquet-demo' }));
    await writeFile(at('chief.json'), JSON.stringify({ ...chiefKey, env: 'test', iss: 'chef-demo' }));
    await writeFile(at('agent.json'), JSON.stringify(agentKey));
    await writeFile(at('person.json'), JSON.stringify(person));
    door = ['--url', line.gateway.url, '--agent', at('agent.json')];
  });
  afterAll(async () => {
    await line[Symbol.asyncDispose]();
  });

  async function run(command: Command, ...args: string[]) {
    const said = { out: '', err: '' };
    const exit = await command(args, {
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += `${text}\n`;
      },
    });
    return { exit, ...said };
  }

  /** Signs an example by an office; gives the file of the act. */
  async function sign(name: string, typ: string, key: string): Promise<string> {
    const jkt = await calculateJwkThumbprint(person);
    const claims = (await readFile(path.join(EXAMPLES, name), 'utf8')).replace(/THUMBPRINT-OF[A-Z-]*/, jkt);
    await writeFile(at(name), claims);
    const out = at(`${name}.jws`);
    const words = ['sign', '--typ', typ, '--key', at(key), '--claims', at(name)];
    const signed = await run(actCommand, ...words, '--aud', DEMO.installation, '--out', out);
    expect(signed, name).toEqual({ exit: 0, out: '', err: '' });
    return out;
  }

  it('are these, and each is signed and presented by a test', async () => {
    expect((await readdir(EXAMPLES)).toSorted()).toEqual([
      'authorisation.claims.json',
      'closure.claims.json',
      'habilitation-control.claims.json',
      'habilitation.claims.json',
      'person-request.claims.json',
      'rectification.claims.json',
      'schedule.claims.json',
    ]);
  });

  it.each([
    ['person-request.claims.json', 'differe-person-request+jwt', 'parquet.json'],
    ['habilitation-control.claims.json', 'differe-habilitation+jwt', 'parquet.json'],
  ])('%s is taken as it stands', async (name, typ, key) => {
    const presented = await run(actCommand, 'present', ...door, await sign(name, typ, key));
    expect([presented.exit, presented.err]).toEqual([0, '']);
    expect(JSON.parse(presented.out)).toMatchObject({ typ });
  });

  it('habilitation.claims.json is refused for a key that is another person’s, and for nothing else', async () => {
    const act = await sign('habilitation.claims.json', 'differe-habilitation+jwt', 'chief.json');
    const presented = await run(actCommand, 'present', ...door, act);
    expect([presented.exit, presented.err]).toEqual([1, expect.stringContaining('E_HAB_AUTH')]);
  });

  it('rectification.claims.json names hits that the case does not have', async () => {
    const act = await sign('rectification.claims.json', 'differe-order+jwt', 'parquet.json');
    const presented = await run(actCommand, 'present', ...door, act);
    expect([presented.exit, presented.err]).toEqual([1, expect.stringContaining('E_PRO_SILO')]);
  });

  it('closure.claims.json closes the case', async () => {
    const closed = await run(
      caseCommand,
      'close',
      ...door,
      await sign('closure.claims.json', 'differe-closure+jwt', 'parquet.json'),
    );
    expect([closed.exit, closed.err]).toEqual([0, '']);
    expect(JSON.parse(closed.out)).toMatchObject({ state: 'closed' });
    const listed = await run(caseCommand, 'list', ...door);
    expect(JSON.parse(listed.out)).toMatchObject({ cases: [{ id: caseId, procedure: PROCEDURE, state: 'closed' }] });
  });
});
