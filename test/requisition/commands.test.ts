import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requisitionCommand } from '../../gateway/requisition/commands.ts';
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
    expect((await run('keygen', '--out', file('kept.json'))).exit).toBe(3);
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
