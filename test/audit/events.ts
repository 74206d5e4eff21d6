import { createPrivateKey, randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../gateway/audit/types.ts';

// What a test and the programs that it starts have in common.

export const ORIGIN = 'differe.test/journal';
export const SOFTWARE = 'differe/0.1.0';

/** The same key in every process of a test. */
export const keyOf = (pem: string) => createPrivateKey(pem);

export function eventFor(exhibit: string = randomUUID(), changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    action: 'hit.read',
    actor: { id: 'A-0042', role: 'agent_habilite', service: 'SR-PARIS' },
    reason: { procedure: '2026/000123', requisition: '6f1f1f3e-0a54-4a6f-8a43-5a8f4d1f7f10', op: 'hit.read' },
    objects: [{ type: 'exhibit', id: exhibit }],
    outcome: { effect: 'permit', policyId: 'agent-on-own-case', code: 'OK' },
    ...changes,
  };
}
