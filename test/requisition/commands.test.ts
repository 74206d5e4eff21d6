import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../../gateway/errors.ts';
import { GRANTED_BY } from '../../gateway/habilitation/types.ts';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
import { HABILITATING_ROLES } from '../../gateway/trust/signers.ts';
import { type Authorities, authorisationClaims, newAuthorities, scheduleClaims, signRaw, tokensOf } from './support.ts';

describe('differe requisition', () => {
  let folder: string;
  let authorities: Authorities;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'differe-requisition-cli-'));
    authorities = await newAuthorities();
    await write('keys.json', authorities.jwks);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const file = (name: string): string => path.join(folder, name);
  const write = async (name: string, content: string | object): Promise<string> => {
    await writeFile(file(name), typeof content === 'string' ? content : JSON.stringify(content));
    return file(name);
  };
  async function run(...args: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const exit = await requisitionCommand(args, {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
    });
    return { exit, out: out.join('\n'), err: err.join('\n') };
  }
  const verdictOf = (result: { exit: number; out: string }) => ({ exit: result.exit, ...JSON.parse(result.out) });
  const ACCEPTED = { exit: 0, verdict: 'accepted', code: null };
  const refused = (code: string) => ({ exit: 1, verdict: 'refused', code });
  const AT = '2026-09-21T14:13:20Z';

  it('verify-jws says accepted or refused and asks for no type, kid or claim', async () => {
    const key = await write('jwk.json', authorities.agent.publicJwk);
    const good = signRaw({ alg: 'EdDSA' }, 'any text', authorities.agent);
    const verify = async (text: string, jwk = key) =>
      verdictOf(await run('verify-jws', '--key', jwk, await write('t.jws', text)));
    expect(await verify(good)).toEqual(ACCEPTED);
    expect(await verify(`${good}\n`)).toEqual(ACCEPTED);
    for (const bad of [
      '',
      ` ${good}`,
      `${good}\n\n`,
      `${good}=`,
      good.slice(0, -2),
      signRaw({ alg: 'EdDSA', crit: ['x'] }, '', authorities.agent),
      signRaw({ alg: 'EdDSA' }, 'x', authorities.other),
    ]) {
      expect(await verify(bad), bad).toEqual(refused('E_REQ_SIG'));
    }
    expect(await verify(good, await write('rsa.json', { kty: 'RSA', n: 'x', e: 'AQAB' }))).toEqual(
      refused('E_REQ_SIG'),
    );
  });

  it('verify judges the pair, or one token as far as it goes alone', async () => {
    const authorisation = authorisationClaims();
    const schedule = scheduleClaims(authorisation, [authorities.agent]);
    const tokens = tokensOf(authorities, authorisation, schedule);
    const verify = async (content: string | object, ...more: string[]) =>
      verdictOf(await run('verify', '--keys', file('keys.json'), '--at', AT, ...more, await write('r.json', content)));
    expect(await verify(tokens)).toEqual(ACCEPTED);
    expect(await verify(tokens, '--aud', 'differe-test', '--env', 'test')).toEqual(ACCEPTED);
    expect(await verify(tokens.authorisation)).toEqual(ACCEPTED);
    expect(await verify(tokens.schedule)).toEqual(ACCEPTED);
    expect(await verify(tokens, '--aud', 'elsewhere')).toEqual(refused('E_REQ_REPLAY'));
    expect(await verify(tokens, '--env', 'prod')).toEqual(refused('E_KEY_REGISTRY'));
    expect(await verify({ ...tokens, schedule: tokens.authorisation })).toEqual(refused('E_REQ_SIG'));
    expect(await verify(tokensOf(authorities, { ...authorisation, framework: '74-2' }, schedule))).toEqual(
      refused('E_REQ_FRAMEWORK'),
    );
    expect(await verify({ authorisation: tokens.authorisation })).toEqual(refused('E_REQ_MISSING'));
    expect(await verify('{"authorisation":"a","authorisation":"b","schedule":"c"}')).toEqual(refused('E_REQ_SIG'));
    expect(
      verdictOf(
        await run('verify', '--keys', file('keys.json'), '--at', '2030-01-01T00:00:00Z', await write('r.json', tokens)),
      ),
    ).toEqual(refused('E_REQ_EXPIRED'));
  });

  it('keygen, authorize and schedule make what verify accepts, with digests taken from the files', async () => {
    const jwks = file('own.jwks.json');
    for (const [kid, role] of [
      ['p-1', 'procureur'],
      ['o-1', 'opj'],
    ] as const) {
      const made = await run(
        'keygen',
        '--out',
        file(`${kid}.json`),
        '--kid',
        kid,
        '--iss',
        `office-${role}`,
        '--role',
        role,
        '--env',
        'test',
        '--registry',
        jwks,
      );
      expect(made.exit).toBe(0);
      expect(JSON.parse(made.out)).not.toHaveProperty('d');
      expect((await stat(file(`${kid}.json`))).mode & 0o077).toBe(0);
    }
    expect(await readFile(jwks, 'utf8')).not.toContain('"d"');
    const agent = JSON.parse((await run('keygen', '--out', file('agent.json'))).out) as { jkt: string };
    const { ver: _v, env: _e, iss: _i, jti: _j, iat: _t, nbf: _n, exp: _x, ...rest } = authorisationClaims();
    const now = Date.now();
    const iso = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
    const claims = {
      ...rest,
      lrj_auth: { ...rest.lrj_auth, decided_at: iso(-1) },
      framework_since: iso(-30),
      period: { start: iso(-100), end: iso(0) },
      retention: { erase_by: iso(1000) },
    };
    const authorised = await run(
      'authorize',
      '--key',
      file('p-1.json'),
      '--claims',
      await write('a.claims.json', claims),
      '--procedure',
      'PV-2026/77',
      '--aud',
      'site-1',
      '--days',
      '30',
      '--out',
      file('a.jws'),
    );
    expect(authorised).toMatchObject({ exit: 0 });
    const recording = await write('recording.mp4', 'not really a video');
    const full = scheduleClaims(authorisationClaims(), [{ ...authorities.agent, jkt: agent.jkt }]);
    const { facts, necessity, processing_title, agents, cnf } = full;
    const exhibits = full.exhibits.map(({ use_window: _w, sha256: _s, size: _z, ...exhibit }) => ({
      ...exhibit,
      capture: { start: iso(-20), end: iso(-19), tz: 'Europe/Paris' },
      acquisition: { ...exhibit.acquisition, acquired_at: iso(-2) },
    }));
    const scheduled = await run(
      'schedule',
      '--key',
      file('o-1.json'),
      '--claims',
      await write('s.claims.json', { facts, necessity, processing_title, agents, cnf, exhibits }),
      '--authorisation',
      file('a.jws'),
      '--exhibit',
      `SCELLE-1=${recording}`,
      '--out',
      file('s.jws'),
    );
    expect(scheduled).toMatchObject({ exit: 0 });
    const tokens = {
      authorisation: (await readFile(file('a.jws'), 'utf8')).trim(),
      schedule: (await readFile(file('s.jws'), 'utf8')).trim(),
    };
    const pair = await write('own.json', tokens);
    expect(verdictOf(await run('verify', '--keys', jwks, '--aud', 'site-1', '--env', 'test', pair))).toEqual(ACCEPTED);
    const inspected = await run('inspect', pair);
    expect(inspected.err).toContain('Nothing was verified');
    const shown = JSON.parse(inspected.out);
    expect(shown.authorisation.claims).toMatchObject({
      ver: 1,
      env: 'test',
      iss: 'office-procureur',
      sub: 'PV-2026/77',
      aud: 'site-1',
    });
    expect(shown.schedule.claims.exhibits[0]).toMatchObject({
      sha256: createHash('sha256').update('not really a video').digest('hex'),
      size: 18,
    });
  });

  it('never writes over a key, and signs nothing that the gateway would refuse by its form', async () => {
    await run('keygen', '--out', file('kept.json'));
    const before = await readFile(file('kept.json'), 'utf8');
    const again = await run(
      ...['keygen', '--out', file('kept.json'), '--iss', 'office', '--role', 'opj', '--env', 'test'],
      ...['--registry', file('untouched.jwks.json')],
    );
    expect(again).toMatchObject({
      exit: 2,
      out: '',
      err: expect.stringContaining('kept.json exists; not overwritten'),
    });
    await expect(stat(file('untouched.jwks.json'))).rejects.toThrow('ENOENT');
    expect(await readFile(file('kept.json'), 'utf8')).toBe(before);
    const claims = await write('bad.json', { ...authorisationClaims(), framework: '74-2' });
    const answer = await run(
      'authorize',
      '--key',
      await write('k.json', authorities.procureur.privateJwk),
      '--claims',
      claims,
    );
    expect(answer).toMatchObject({ exit: 1, out: '' });
    expect(answer.err).toContain('E_REQ_FRAMEWORK');
  });

  it('REQ-13: a revocation list takes the place of the one that it goes on from, and of no other', async () => {
    const key = await write('revoking.json', { ...authorities.procureur.privateJwk, iss: 'office', env: 'test' });
    const list = file('list.jws');
    const revoke = (...more: string[]) => run('revoke', '--key', key, ...more, '--out', list);
    const sequence = async (): Promise<number> =>
      JSON.parse((await run('inspect', list)).out).token.claims.sequence as number;
    const first = ['--list', 'l', '--aud', 'site-1', '--jti', randomUUID()];
    expect((await revoke(...first)).exit).toBe(0);
    const before = await readFile(list, 'utf8');
    for (const more of [first, ['--previous', await write('copy.jws', before)]]) {
      const again = await revoke(...more);
      expect([again.exit, again.out]).toEqual([2, '']);
      expect(again.err).toMatch(/^.*list\.jws exists; not overwritten: with --previous .*list\.jws it is followed by/);
      expect(await readFile(list, 'utf8')).toBe(before);
    }
    expect((await revoke('--previous', list)).exit).toBe(0);
    expect(await sequence()).toBe(2);
    expect((await stat(list)).mode & 0o077).toBe(0);
  });

  it('no signed object is written over another', async () => {
    const key = await write('p2.json', { ...authorities.procureur.privateJwk, iss: 'office', env: 'test' });
    const claims = await write('a2.json', authorisationClaims());
    const signed = ['authorize', '--key', key, '--claims', claims, '--out', file('once.jws')];
    expect((await run(...signed)).exit).toBe(0);
    const before = await readFile(file('once.jws'), 'utf8');
    const again = await run(...signed);
    expect([again.exit, again.err]).toEqual([2, expect.stringContaining('once.jws exists; not overwritten')]);
    expect(await readFile(file('once.jws'), 'utf8')).toBe(before);
  });

  it('REQ-04: keygen knows the roles that the frameworks name and no other, and what each of them signs', async () => {
    const jwks = file('roles.jwks.json');
    const keygen = (...more: string[]) =>
      run(
        'keygen',
        '--out',
        file(`${randomUUID()}.json`),
        '--iss',
        'office',
        '--env',
        'test',
        '--registry',
        jwks,
        ...more,
      );
    const roles = ['procureur', 'greffe', 'juge_instruction', 'opj', 'responsable', 'dpo', 'technique'];
    const others = ['chef_de_service', 'magistrat_230_24'];
    for (const role of ['banana', 'officer', 'apj', '', 'OPJ']) {
      const answer = await keygen('--role', role);
      expect([answer.exit, answer.out], role).toEqual([2, '']);
      for (const known of roles) expect(answer.err).toContain(known);
    }
    await expect(stat(jwks)).rejects.toThrow('ENOENT');
    for (const role of [...roles, ...others]) expect((await keygen('--role', role)).exit, role).toBe(0);
    const { keys } = JSON.parse(await readFile(jwks, 'utf8')) as { keys: { role: string; signs: string[] }[] };
    const words = (...names: string[]) => names.map((name) => `differe-${name}+jwt`);
    const shared = words('revocation-list', 'order', 'closure', 'extension', 'registry', 'authorisation');
    expect(keys.map(({ role, signs }) => [role, signs.toSorted()])).toEqual([
      ['procureur', [...shared, ...words('habilitation', 'contrary-decision', 'person-request')].sort()],
      ['greffe', [...shared, ...words('habilitation', 'contrary-decision', 'person-request')].sort()],
      ['juge_instruction', [...shared, ...words('habilitation')].sort()],
      ['opj', ['differe-schedule+jwt']],
      ['responsable', words('dossier', 'habilitation', 'person-request', 'policies', 'registry', 'self-control')],
      // The two of an admission: a network runs when both have signed, and a start without it is in safe mode.
      ['dpo', words('admission', 'dossier', 'person-request', 'policies', 'registry')],
      ['technique', words('admission')],
      ['chef_de_service', words('habilitation', 'self-control')],
      ['magistrat_230_24', words('habilitation', 'order', 'person-request', 'registry')],
    ]);
    expect([...HABILITATING_ROLES].sort()).toEqual([...new Set(Object.values(GRANTED_BY).flat())].sort());
    expect(await keygen('--role', 'opj', '--signs', 'any+jwt')).toMatchObject({ exit: 2, out: '' });
    expect((await keygen('--role', 'opj', '--signs', 'differe-authorisation+jwt')).exit).toBe(0);
  });

  it('REQ-04: a key of another office signs nothing, and the answer names those that may', async () => {
    const keyOf = async (role: string) => {
      const name = file(`office-${role}.json`);
      await run('keygen', '--out', name, '--iss', role, '--role', role, '--env', 'test');
      return name;
    };
    const authorisation = authorisationClaims();
    const claims = {
      authorize: await write('office.a.json', authorisation),
      schedule: await write('office.s.json', scheduleClaims(authorisation, [authorities.agent])),
    };
    for (const [command, role, may] of [
      ['authorize', 'opj', 'procureur'],
      ['authorize', 'dpo', 'procureur'],
      ['schedule', 'procureur', 'opj'],
      ['schedule', 'technique', 'opj'],
    ] as const) {
      const answer = await run(command, '--key', await keyOf(role), '--claims', claims[command]);
      expect([answer.exit, answer.out], `${command} ${role}`).toEqual([1, '']);
      expect(answer.err).toMatch(new RegExp(`^E_KEY_OFFICE: .*\n.*\\[differe-.* is signed by .*${may}.*\\(${role}\\)`));
    }
    expect((await run('authorize', '--key', await keyOf('greffe'), '--claims', claims.authorize)).exit).toBe(0);
  });

  it('inspect says that a key is none of its tokens, and shows nothing of it', async () => {
    const key = JSON.stringify(authorities.procureur.privateJwk);
    for (const content of [key, authorities.jwks]) {
      const answer = await run('inspect', await write('a-key.json', content));
      expect([answer.exit, answer.out]).toEqual([2, '']);
      expect(answer.err).toMatch(/^.*a-key\.json holds a key, and no token\n/);
      expect(answer.err).not.toContain(authorities.procureur.privateJwk.x);
    }
  });

  it('keygen names a key by its thumbprint, always one that a registry takes', async () => {
    for (let made = 0; made < 200; made += 1) {
      expect(JSON.parse((await run('keygen')).out)).toMatchObject({ kid: expect.stringMatching(/^[A-Za-z0-9]/) });
    }
  });

  it('keygen says which option a registry lacks, and leaves a registry alone that it cannot extend', async () => {
    for (const [option, given] of [
      ['--env', ['--iss', 'X', '--role', 'opj']],
      ['--role', ['--iss', 'X', '--env', 'test']],
      ['--iss', ['--role', 'opj', '--env', 'test']],
    ] as const) {
      const answer = await run('keygen', ...given, '--registry', file('none.jwks.json'));
      expect([answer.exit, answer.out]).toEqual([2, '']);
      expect(answer.err).toContain(`${option} is needed`);
    }
    const own = ['--iss', 'X', '--role', 'opj', '--env', 'test'];
    for (const content of ['no json', '{"keys":{}}']) {
      const registry = await write('broken.jwks.json', content);
      const answer = await run('keygen', ...own, '--out', file('orphan.json'), '--registry', registry);
      expect([answer.exit, answer.out]).toEqual([2, '']);
      expect(await readFile(registry, 'utf8')).toBe(content);
      await expect(stat(file('orphan.json'))).rejects.toThrow('ENOENT');
    }
    const twice = await run('keygen', ...own, '--kid', 'opj-1', '--registry', file('keys.json'));
    expect(twice).toMatchObject({ exit: 2, err: expect.stringContaining('kid opj-1 stands twice') });
  });

  it('authorize and schedule name every missing member in one sentence and sign nothing', async () => {
    const key = await write('p.json', { ...authorities.procureur.privateJwk, iss: 'office-procureur', env: 'test' });
    const sentence = async (command: string, claims: object) => {
      const answer = await run(command, '--key', key, '--claims', await write('partial.json', claims));
      expect([answer.exit, answer.out]).toEqual([2, '']);
      return answer.err.split('\n')[0];
    };
    const { purpose: _p, sub: _s, offence: _o, ...partial } = authorisationClaims();
    const { act_sha256: _a, ...act } = partial.lrj_auth;
    expect(await sentence('authorize', { ...partial, lrj_auth: act })).toBe(
      'The claims lack sub (--procedure), purpose, lrj_auth.act_sha256, offence.',
    );
    const flagrance = authorisationClaims('FLAGRANCE');
    expect(
      await sentence('authorize', { ...flagrance, lrj_auth: { ...flagrance.lrj_auth, mode: 'deemed_flagrance' } }),
    ).toBe('The claims lack lrj_auth.prosecutor_notice_at.');
    const { facts: _f, auth: _u, ...rest } = scheduleClaims(authorisationClaims(), [authorities.agent]);
    const exhibits = rest.exhibits.map(({ sha256: _d, ...exhibit }) => exhibit);
    expect(await sentence('schedule', { ...rest, exhibits })).toBe(
      'The claims lack auth (--authorisation), facts, exhibits[0].sha256.',
    );
  });

  it('schedule says of an empty recording that it is empty', async () => {
    const key = await write('o.json', { ...authorities.opj.privateJwk, iss: 'office-opj', env: 'test' });
    const claims = await write('s.json', scheduleClaims(authorisationClaims(), [authorities.agent]));
    const piece = `SCELLE-1=${await write('empty.mp4', '')}`;
    const answer = await run('schedule', '--key', key, '--claims', claims, '--exhibit', piece);
    expect([answer.exit, answer.out]).toEqual([2, '']);
    expect(answer.err).toMatch(/^.*empty\.mp4 is empty: /);
  });

  it('verify says what it took from the token and what one token alone leaves open, and holds to --controller', async () => {
    const authorisation = authorisationClaims();
    const tokens = tokensOf(authorities, authorisation, scheduleClaims(authorisation, [authorities.agent]));
    const verify = async (content: string | object, ...more: string[]) =>
      await run('verify', '--keys', file('keys.json'), '--at', AT, ...more, await write('v.json', content));
    expect((await verify(tokens)).err).toMatch(/^--env and --aud not given: taken from the token itself/);
    expect((await verify(tokens, '--env', 'test')).err).toMatch(/^--aud not given/);
    const asked = ['--aud', 'differe-test', '--env', 'test'];
    expect((await verify(tokens, ...asked)).err).toBe('');
    expect((await verify(tokens.schedule, ...asked)).err).toContain('go together was not checked');
    const { type, unit_code: unit } = authorisation.controller;
    expect(verdictOf(await verify(tokens, '--controller', `${type}:${unit}`))).toEqual(ACCEPTED);
    const other = await verify(tokens, ...asked, '--controller', `${type}:OTHER`);
    expect(verdictOf(other)).toEqual(refused('E_REQ_CONTROLLER'));
    expect(other.err).toContain(ERRORS.E_REQ_CONTROLLER.fr);
    expect(other.err).toContain(ERRORS.E_REQ_CONTROLLER.en);
    for (const wrong of ['x', 'x:', ':y', 'x:y:z']) {
      expect((await verify(tokens, '--controller', wrong)).exit, wrong).toBe(2);
    }
  });

  it('verify-jws refuses a key of another kind, and exits 2 for a file that is no key at all', async () => {
    const good = await write('g.jws', signRaw({ alg: 'EdDSA' }, 'any text', authorities.agent));
    for (const content of ['no json', '[]', '{}', authorities.jwks, '{"kty":5}']) {
      const answer = await run('verify-jws', '--key', await write('no.json', content), good);
      expect([answer.exit, answer.out], content).toEqual([2, '']);
    }
    for (const content of ['{"kty":"oct","k":"AA"}', '{"kty":"OKP"}', '{"kty":"OKP","kty":"RSA"}']) {
      const answer = await run('verify-jws', '--key', await write('other.json', content), good);
      expect(verdictOf(answer), content).toEqual(refused('E_REQ_SIG'));
    }
  });

  it('exits 2 when it is called wrongly', async () => {
    for (const args of [
      [],
      ['burn'],
      ['toString'],
      ['verify', 'x'],
      ['verify', '--keys', file('keys.json')],
      ['verify', '--keys', '/nowhere', 'x'],
      ['verify-jws', '--key', file('keys.json'), '/nowhere'],
      ['verify', '--keys', file('keys.json'), '--env', 'dev', file('keys.json')],
      ['verify', '--wrong'],
      ['inspect'],
      ['authorize'],
      ['schedule', '--key', file('keys.json')],
    ]) {
      const answer = await run(...args);
      expect(answer.exit, args.join(' ')).toBe(2);
      expect(answer.out).toBe('');
      expect(answer.err).toContain('differe requisition');
    }
  });
});
