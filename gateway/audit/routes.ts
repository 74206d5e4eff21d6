import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { readJournal } from './journal.ts';
import type { AuditLog } from './types.ts';

export interface JournalRoutesDeps {
  readonly log: Pick<AuditLog, 'size' | 'record'>;
}

const uuid = Type.String({ format: 'uuid' });
// The TypeBox compiler of fastify converts but sets no defaults: the handler does.
const page = Type.Object(
  {
    /** Sequence number to start from. */
    from: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  { additionalProperties: false },
);
const journalBody = Type.Object({
  records: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  /** Where the next page starts; absent at the end of the log. */
  next: Type.Optional(Type.Integer()),
});

/**
 * The journal of one case, for control roles alone (LOG-07): reading it is an act of its own, which the guard writes to the journal.
 * Until such a role can sign in, everybody is refused here: an agent with E_HAB_ROLE.
 */
export const journalRoutes =
  (deps: JournalRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/v1/cases/:caseId/journal',
      {
        config: { action: 'audit.read' },
        schema: { params: Type.Object({ caseId: uuid }), querystring: page, response: { 200: journalBody } },
      },
      async (request) => {
        const { from = 0, limit = 100 } = request.query;
        const found = await readJournal(deps.log, request.authority?.procedure, { from, limit });
        request.show(found.records.map((record) => ({ type: 'log', id: `${record.seq}` })));
        return found;
      },
    );
  };
