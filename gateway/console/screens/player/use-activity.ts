import type { Schemas } from '../../../interface/client.ts';
import { routeTo } from '../../api/routes.ts';
import type { ExhibitBody } from '../../api/types.ts';
import { type Fetched, useFetched } from '../../app/fetched.ts';
import { useSession } from '../../app/session.tsx';

export type ActivityBody = Schemas['Activity'];

/** Stretches of time on a timeline. */
const STRETCHES = 250;

/** How much happens when in an exhibit, and how it was looked at. */
export function useActivity(exhibit: ExhibitBody | undefined): Pick<Fetched<ActivityBody>, 'value' | 'error'> {
  const { caseId } = useSession();
  const { id, durationSeconds } = exhibit ?? {};
  const stretchSeconds = Math.max(0.1, Math.ceil(((durationSeconds ?? 0) / STRETCHES) * 10) / 10);
  const { value, error } = useFetched<ActivityBody>(
    durationSeconds === undefined || id === undefined
      ? undefined
      : routeTo(
          '/api/v1/cases/{caseId}/exhibits/{exhibitId}/activity',
          { caseId, exhibitId: id },
          { bucketSeconds: stretchSeconds },
        ),
  );
  // What was fetched for the exhibit before is not of this one.
  const isOwn = value !== undefined && Math.abs(value.durationSeconds - (durationSeconds ?? 0)) < 0.001;
  return { value: isOwn ? value : undefined, error };
}
