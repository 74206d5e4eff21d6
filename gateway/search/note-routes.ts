import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { AppError } from '../errors.ts';
import { etagOf, namesTag } from '../etags.ts';
import { type HitId, isUuid, type NoteId } from '../ids.ts';
import { HitSchema } from './answer-schema.ts';
import type { SearchDeps } from './ask.ts';
import { editNote, notesOfCase, notesOn, readNote, withdrawNote, wordingsOf, writeNote } from './notes.ts';
import { digestOf, textOf } from './said.ts';
import type { Note } from './types.ts';

const uuid = Type.String({ format: 'uuid' });
const strict = { additionalProperties: false };
const MOST_CHARACTERS = 2000;

const note = {
  id: uuid,
  hitId: uuid,
  author: Type.String({ description: 'Id of the agent who wrote it.' }),
  isOwn: Type.Boolean({ description: 'Whether who asks wrote it.' }),
  text: Type.Optional(Type.String({ description: 'What it says; absent of a note that was withdrawn.' })),
  writtenAt: Type.String({ description: 'When it was written first, RFC 3339.' }),
  editedAt: Type.Optional(Type.String({ description: 'When it got this wording; absent where it is the first.' })),
  withdrawnAt: Type.Optional(Type.String()),
};
const NoteSchema = Type.Unsafe<Note>(Type.Object(note));
const NoteBody = Type.Object(
  { text: textOf(MOST_CHARACTERS, 'Free text. It is sealed, and the journal has a keyed digest of it alone.') },
  strict,
);
const noteParams = Type.Object({ caseId: uuid, noteId: uuid });
const hitParams = Type.Object({ caseId: uuid, hitId: uuid });

const saidIn = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'text' in body && typeof body.text === 'string' ? body.text : undefined;

/** Notes on hits: written, edited and withdrawn by their authors, read by whoever reads the hit. */
export const noteRoutes =
  (deps: SearchDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    /** The event of a note is written before the handler runs: what it is on, and the digest of what is said. */
    const announce = async (request: FastifyRequest, type: 'hit' | 'note', id: string): Promise<void> => {
      if (isUuid(id)) request.show([{ type, id }]);
      const said = saidIn(request.body);
      if (said === undefined) return;
      request.show([{ type: 'digest', id: await digestOf(deps.vault, request.requisition.caseId, said) }]);
    };

    app.post(
      '/api/v1/cases/:caseId/hits/:hitId/notes',
      {
        config: { action: 'note.write', idempotent: true },
        preValidation: (request) => announce(request, 'hit', request.params.hitId),
        schema: { params: hitParams, body: NoteBody, response: { 201: NoteSchema } },
      },
      async (request, reply) => {
        const { agentId } = request.principal;
        const said = { hitId: request.params.hitId as HitId, text: request.body.text, agentId };
        const made = await request.once({
          takesId: true,
          make: (id) => writeNote(request.requisition, said, deps, id as NoteId),
          idOf: ({ id }) => id,
          read: (id) => readNote(request.requisition, id as NoteId, agentId, deps),
        });
        return reply.code(201).send(made);
      },
    );

    app.get(
      '/api/v1/cases/:caseId/hits/:hitId/notes',
      {
        config: { action: 'note.read', etag: true },
        schema: { params: hitParams, response: { 200: Type.Object({ notes: Type.Array(NoteSchema) }) } },
      },
      async (request) => {
        const { agentId } = request.principal;
        const { hit, notes } = await notesOn(request.requisition, request.params.hitId as HitId, agentId, deps);
        request.show([{ type: 'hit', id: hit.id }, ...notes.map(({ id }) => ({ type: 'note', id }) as const)]);
        return { notes: [...notes] };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/notes',
      {
        config: { action: 'note.read' },
        schema: {
          params: Type.Object({ caseId: uuid }),
          querystring: Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 400 })) }, strict),
          response: {
            200: Type.Object({
              notes: Type.Array(
                Type.Unsafe<Awaited<ReturnType<typeof notesOfCase>>['notes'][number]>(
                  Type.Object({ ...note, hit: HitSchema }),
                ),
              ),
              nextCursor: Type.Optional(Type.String()),
            }),
          },
        },
      },
      async (request) => {
        const asked = { cursor: request.query.cursor, asker: request.principal.agentId };
        const { notes, ...rest } = await notesOfCase(request.requisition, asked, deps);
        request.show(notes.flatMap(({ id, hitId }) => [{ type: 'note', id } as const, { type: 'hit', id: hitId }]));
        return { notes: [...notes], ...rest };
      },
    );

    app.get(
      '/api/v1/cases/:caseId/notes/:noteId',
      { config: { action: 'note.read', etag: true }, schema: { params: noteParams, response: { 200: NoteSchema } } },
      async (request) => {
        const { agentId } = request.principal;
        const read = await readNote(request.requisition, request.params.noteId as NoteId, agentId, deps);
        request.show([
          { type: 'note', id: read.id },
          { type: 'hit', id: read.hitId },
        ]);
        return read;
      },
    );

    app.get(
      '/api/v1/cases/:caseId/notes/:noteId/wordings',
      {
        config: { action: 'note.read' },
        schema: {
          params: noteParams,
          response: {
            200: Type.Object({
              wordings: Type.Array(
                Type.Object({
                  text: Type.String({ description: 'What the note said.' }),
                  writtenAt: Type.String({ description: 'When it got this wording, RFC 3339.' }),
                }),
              ),
            }),
          },
        },
      },
      async (request) => {
        const { agentId, role } = request.principal;
        const asker = { agentId, controls: role !== 'agent_habilite' };
        const id = request.params.noteId as NoteId;
        const { note: read, wordings } = await wordingsOf(request.requisition, id, asker, deps);
        request.show([
          { type: 'note', id: read.id },
          { type: 'hit', id: read.hitId },
        ]);
        return { wordings: [...wordings] };
      },
    );

    app.put(
      '/api/v1/cases/:caseId/notes/:noteId',
      {
        config: { action: 'note.write', ifMatch: true },
        preValidation: (request) => announce(request, 'note', request.params.noteId),
        schema: { params: noteParams, body: NoteBody, response: { 200: NoteSchema } },
      },
      async (request, reply) => {
        const { agentId } = request.principal;
        const said = { id: request.params.noteId as NoteId, text: request.body.text, agentId };
        const held = request.headers['if-match'];
        if (held === undefined) return editNote(request.requisition, said, deps);
        const now = await readNote(request.requisition, said.id, agentId, deps);
        if (!namesTag(held, etagOf(String(reply.serialize(now))))) throw new AppError('E_CHANGED');
        return editNote(request.requisition, { ...said, as: now }, deps);
      },
    );

    app.delete(
      '/api/v1/cases/:caseId/notes/:noteId',
      {
        config: { action: 'note.withdraw' },
        preValidation: (request) => announce(request, 'note', request.params.noteId),
        schema: { params: noteParams, response: { 200: NoteSchema } },
      },
      async (request) => {
        const { agentId } = request.principal;
        return withdrawNote(request.requisition, { id: request.params.noteId as NoteId, agentId }, deps);
      },
    );
  };
