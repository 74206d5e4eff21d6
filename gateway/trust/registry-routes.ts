import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AuthorityKey } from './registry.ts';
import type { RegistryChain } from './registry-chain.ts';
import { entriesOf } from './registry-change.ts';

export interface RegistryRoutesDeps {
  readonly chain: Pick<RegistryChain, 'state'>;
}

const key = Type.Object({
  kid: Type.String(),
  x: Type.String(),
  iss: Type.String(),
  role: Type.String(),
  signs: Type.Array(Type.String()),
  env: Type.String(),
  nbf: Type.Optional(Type.Integer()),
  exp: Type.Optional(Type.Integer()),
});
const pending = Type.Object({
  before: Type.String(),
  after: Type.String(),
  add: Type.Array(key),
  end: Type.Array(Type.Object({ kid: Type.String(), exp: Type.Integer() })),
  remove: Type.Array(Type.String()),
  approvals: Type.Array(
    Type.Object({ act: Type.String(), kid: Type.String(), iss: Type.String(), role: Type.String() }),
  ),
});

const keysOf = (keys: readonly AuthorityKey[]) =>
  entriesOf(new Map(keys.map((each) => [each.kid, each]))).map(({ kty: _kty, crv: _crv, ...said }) => said);

/** The registry of authorities in force, and the changes that wait for a second signature. A change is presented as an act. */
export const registryRoutes =
  ({ chain }: RegistryRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/registry',
      {
        config: { action: 'registry.read' },
        schema: {
          response: {
            200: Type.Object({
              /** SHA-256 of the keys in force; absent before the first registry. */
              digest: Type.Optional(Type.String()),
              keys: Type.Array(key),
              pending: Type.Array(pending),
            }),
          },
        },
      },
      async (request) => {
        const state = await chain.state();
        if (state.digest !== undefined) request.show([{ type: 'digest', id: state.digest }]);
        return {
          ...(state.digest === undefined ? {} : { digest: state.digest }),
          keys: keysOf(state.keys),
          pending: state.pending.map(({ change: { add, ...steps }, approvals }) => ({
            ...steps,
            add: add.map(({ kty: _kty, crv: _crv, ...said }) => said),
            approvals: approvals.map(({ jti, key: { kid, iss, role } }) => ({ act: jti, kid, iss, role })),
          })),
        };
      },
    );
  };
