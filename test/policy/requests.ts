import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ErrorCode } from '../../gateway/errors.ts';
import type { CaseId } from '../../gateway/ids.ts';
import { POLICY_FOLDER } from '../../gateway/policy/policies.ts';
import type { Action, DecisionRequest, HabilitationStanding, Op, Role } from '../../gateway/policy/types.ts';

/** A request as it stands in `policies/<id>/ALLOW` and `DENY`: what a jurist writes. */
interface WrittenRequest {
  readonly principal: { readonly role: Role; readonly agentId?: string; readonly habilitation: HabilitationStanding };
  readonly action: Action;
  /** The case; absent when the act touches none. */
  readonly resource?: string;
  readonly context: {
    readonly now: number;
    readonly ops?: readonly Op[];
    readonly broad?: boolean;
    /** Of the installation. */
    readonly refusesBroad?: boolean;
    readonly safeMode?: ErrorCode;
    readonly authority?: {
      readonly case: string;
      readonly ops: readonly Op[];
      readonly notBefore: number;
      readonly expires: number;
      readonly designated: boolean;
      readonly seized: boolean;
      /** Written where it is. */
      readonly revoked?: boolean;
      readonly state?: 'closed' | 'frozen';
    };
  };
}

export interface Example {
  readonly policyId: string;
  readonly side: 'ALLOW' | 'DENY';
  readonly sentence: string;
  readonly request: DecisionRequest;
  readonly refusesBroad: boolean;
}

const foldersOf = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

export const policyFolders = (): readonly string[] => foldersOf(POLICY_FOLDER).filter((name) => name !== 'examples');

/** Every request beside every policy. */
export function examples(): readonly Example[] {
  return policyFolders().flatMap((policyId) =>
    (['ALLOW', 'DENY'] as const).flatMap((side) => {
      const folder = path.join(POLICY_FOLDER, policyId, side);
      return readdirSync(folder).map((name) => ({
        policyId,
        side,
        sentence: path.basename(name, '.json').replaceAll('-', ' '),
        ...requestOf(JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as WrittenRequest),
      }));
    }),
  );
}

function requestOf({
  principal,
  action,
  resource,
  context,
}: WrittenRequest): Pick<Example, 'request' | 'refusesBroad'> {
  const { authority } = context;
  const request: DecisionRequest = {
    principal: {
      role: principal.role,
      agentId: principal.agentId,
      service: 'service-1',
      habilitation: principal.habilitation,
    },
    action,
    caseId: resource as CaseId | undefined,
    extraOps: context.ops ?? [],
    broad: context.broad ?? false,
    nowSeconds: context.now,
    safeMode: context.safeMode,
    authority:
      authority === undefined
        ? undefined
        : {
            requisitionId: 'requisition-1',
            caseId: authority.case as CaseId,
            procedure: 'PV-1',
            ops: authority.ops,
            notBefore: authority.notBefore,
            expires: authority.expires,
            agentDesignated: authority.designated,
            magistrateSeized: authority.seized,
            revoked: authority.revoked === true,
            ...(authority.state === undefined ? {} : { caseState: authority.state }),
          },
  };
  return { request, refusesBroad: context.refusesBroad ?? false };
}
