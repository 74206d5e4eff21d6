import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPS } from '../../gateway/policy/types.ts';
import { verifyRequisition } from '../../gateway/requisition/verify.ts';
import {
  type Authorities,
  authorisationClaims,
  codeOf,
  contextOf,
  newAuthorities,
  scheduleClaims,
  tokensOf,
} from './support.ts';

type Path = readonly (string | number)[];
type Loose = ReturnType<typeof JSON.parse>;

/** Every place of a JSON value: members and items, inner ones too. */
function placesOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    placesOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

const objectsOf = (value: unknown, path: Path = []): readonly Path[] =>
  typeof value !== 'object' || value === null
    ? []
    : [
        ...(Array.isArray(value) ? [] : [path]),
        ...Object.entries(value).flatMap(([key, item]) =>
          objectsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ];

const at = (root: Loose, path: Path): Loose => path.reduce((value, key) => value[key], root);

const OPTIONAL = new Set([
  'use_window',
  'clock',
  'position',
  'places.0',
  'facets.classes.0',
  'facets.colours.0',
  'ops.0',
]);

describe('REQ-17: no claim can be anything but what the schema says', () => {
  let authorities: Authorities;
  beforeAll(async () => {
    authorities = await newAuthorities();
  });
  const fresh = () => {
    const authorisation = authorisationClaims();
    return structuredClone({
      authorisation,
      schedule: scheduleClaims(authorisation, [authorities.agent]),
    }) as unknown as Loose;
  };
  const verdict = (claims: Loose) =>
    codeOf(verifyRequisition(tokensOf(authorities, claims.authorisation, claims.schedule), contextOf(authorities)));

  it('refuses an unknown member in every object of both tokens', async () => {
    for (const path of objectsOf(fresh()).filter(({ length }) => length > 0)) {
      for (const name of ['face', 'x', 'prev', '']) {
        const claims = fresh();
        at(claims, path)[name] = 'x';
        expect(await verdict(claims), `${path.join('.')} + ${name}`).toBe('E_REQ_SCHEMA');
      }
    }
  });

  it('refuses every member when it is taken away, or is of another type', async () => {
    for (const path of placesOf(fresh()).filter(({ length }) => length > 1)) {
      const parent = path.slice(0, -1);
      const key = path.at(-1) ?? '';
      const name = path.slice(1).join('.');
      const old = at(fresh(), path);
      for (const other of [
        undefined,
        null,
        typeof old === 'number' ? '1' : 7,
        [],
        {},
        typeof old === 'boolean' ? 'true' : true,
      ]) {
        if (other === undefined && (typeof key === 'number' || OPTIONAL.has(String(key)))) continue;
        if (typeof old === 'object' && Array.isArray(other) && ['places', 'classes', 'colours'].includes(String(key)))
          continue;
        if (typeof old === 'boolean' && typeof other === 'boolean') continue;
        const claims = fresh();
        if (other === undefined) delete at(claims, parent)[key];
        else at(claims, parent)[key] = other;
        expect(await verdict(claims), `${name} = ${JSON.stringify(other)}`).toMatch(
          /^E_REQ_(SCHEMA|ACTS|OBJECT|NOT_SPECIFIC)$/,
        );
      }
    }
  });

  it('refuses control characters, line ends and turned writing in every text', async () => {
    const texts = placesOf(fresh()).filter((path) => path.length > 1 && typeof at(fresh(), path) === 'string');
    expect(texts.length).toBeGreaterThan(40);
    for (const path of texts) {
      for (const character of ['\u0000', '\n', '\u0085', '\u202e', '\u2028']) {
        const claims = fresh();
        at(claims, path.slice(0, -1))[path.at(-1) ?? ''] += character;
        expect(await verdict(claims), `${path.join('.')} ${character.codePointAt(0)}`).not.toBe('accepted');
      }
    }
  });

  it('never accepts a random value in a random place unless it says the same or stays within the claim’s own range', async () => {
    const places = placesOf(fresh()).filter((path) => path.length > 1);
    // Free texts and counters may be any other text or count; dates and ids that agree with nothing else are refused elsewhere.
    const free =
      /label|name_ref|act_ref|operator|requested_from|basis|habilitation_ref|facts|necessity|max_|natinf|camera\.id|exhibits\.0\.id|size|offset_s|lat_deg|lon_deg|uncertainty_s|dossier|rev|jurisdiction|authority\.id|unit_code|agents\.0\.(id|service)|art_706_73|colours|classes|\.ops|places|sha256|jkt|iat|nbf|exp/;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places.filter((path) => !free.test(path.join('.')))),
        fc.jsonValue(),
        async (path, value) => {
          const claims = fresh();
          if (JSON.stringify(at(claims, path)) === JSON.stringify(value)) return;
          at(claims, path.slice(0, -1))[path.at(-1) ?? ''] = value;
          expect(await verdict(claims), path.join('.')).not.toBe('accepted');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never accepts a token in which one character was changed', async () => {
    const { authorisation, schedule } = fresh();
    const tokens = tokensOf(authorities, authorisation, schedule);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('authorisation' as const, 'schedule' as const),
        fc.nat(),
        fc.constantFrom(...'ABab01-_.= \n'),
        async (which, position, character) => {
          const token = tokens[which];
          const index = position % token.length;
          if (token[index] === character) return;
          const changed = { ...tokens, [which]: token.slice(0, index) + character + token.slice(index + 1) };
          expect(await codeOf(verifyRequisition(changed, contextOf(authorities)))).toBe('E_REQ_SIG');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('REQ-08: the operations of a requisition are the known ones it lists, for any set of operations', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...OPS) }, fc.constantFrom('*', 'search.face', 'search')),
          { minLength: 1 },
        ),
        async (ops) => {
          const claims = fresh();
          claims.authorisation.ops = ops;
          const known = ops.every((op) => (OPS as readonly string[]).includes(op));
          expect(await verdict(claims)).toBe(known ? 'accepted' : 'E_REQ_OP');
        },
      ),
      { numRuns: 60 },
    );
  });
});
