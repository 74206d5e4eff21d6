import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { CaseId } from '../../ids.ts';
import type { Requisition } from '../../requisition/types.ts';
import { closingDocument } from './closing-document.ts';
import type { ClosingReport } from './closing-report.ts';
import { documentHtml } from './html.ts';
import { mentionDocument, mentionOf } from './mention.ts';
import { documentPdf } from './pdf.ts';
import type { Document } from './types.ts';

export interface DocumentRoutesDeps {
  readonly installation: string;
  readonly isDemo: boolean;
  readonly software: string;
  readonly clock: { nowMs(): number };
  /** Throws E_RET_CLOSURE, which names what is missing. */
  closingReport(caseId: CaseId): Promise<ClosingReport>;
}

const params = Type.Object({ caseId: Type.String({ format: 'uuid' }) });
const query = Type.Object(
  { format: Type.Optional(Type.Enum(['json', 'html', 'pdf'])) },
  { additionalProperties: false },
);
const TYPES = { html: 'text/html; charset=utf-8', pdf: 'application/pdf' } as const;

/** What the procedure must hold: the mention of the use (REQ-16), and the closing report (CTL-03). */
export const documentRoutes =
  (deps: DocumentRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const frame = () => ({
      installation: deps.installation,
      isDemo: deps.isDemo,
      madeAt: new Date(deps.clock.nowMs()).toISOString(),
    });
    const kinds: Readonly<
      Record<string, (requisition: Requisition) => Promise<{ readonly data: object; readonly document: Document }>>
    > = {
      mention: async (requisition) => {
        const mention = mentionOf(requisition, deps.software);
        return { data: mention, document: mentionDocument(mention, frame()) };
      },
      'closing-report': async ({ caseId }) => {
        const report = await deps.closingReport(caseId);
        return { data: report, document: closingDocument(report, frame()) };
      },
    };
    for (const [name, make] of Object.entries(kinds)) {
      app.get(
        `/api/v1/cases/:caseId/documents/${name}`,
        {
          config: { action: 'document.read' },
          schema: { params, querystring: query, response: { 200: Type.Unknown() } },
        },
        async (request, reply) => {
          const { format = 'json' } = request.query;
          const { data, document } = await make(request.requisition);
          request.show([
            { type: 'requisition', id: request.requisition.id },
            { type: 'case', id: request.requisition.caseId },
          ]);
          if (format === 'json') return data;
          reply.header('content-type', TYPES[format]);
          return format === 'html' ? Buffer.from(documentHtml(document), 'utf8') : await documentPdf(document);
        },
      );
    }
  };
