import { useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { ExhibitVerification } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';

/** Whether a sealed recording is still what was sealed, on demand: the gateway reads it anew, and the journal says who asked. */
export function Verification({ exhibitId, fileName }: { readonly exhibitId: string; readonly fileName: string }) {
  const { api, caseId } = useSession();
  const { app, verification: words } = useWords();
  const [found, setFound] = useState<ExhibitVerification>();
  const [failure, setFailure] = useState<unknown>();
  const [isReading, setReading] = useState(false);
  async function verify(): Promise<void> {
    setReading(true);
    setFound(undefined);
    setFailure(undefined);
    await api
      .get<ExhibitVerification>(
        routeTo('/api/v1/cases/{caseId}/exhibits/{exhibitId}/verification', { caseId, exhibitId }),
      )
      .then(setFound, setFailure);
    setReading(false);
  }
  return (
    <div className="verification">
      <button
        type="button"
        data-act="verify-exhibit"
        disabled={isReading}
        aria-label={`${words.verify}${app.colon}${fileName}`}
        onClick={() => void verify()}
      >
        {isReading ? words.reading : words.verify}
      </button>
      <div role="status">
        {found !== undefined && (
          <div className={`check ${found.verdict === 'verified' || found.verdict === 'partly' ? 'sound' : 'unsound'}`}>
            <strong>{words.verdicts[found.verdict]}</strong>
            <div className="sub">
              {words.why[found.verdict]}
              {found.record !== undefined && ` ${words.record(found.record)}`}
            </div>
            {found.verdict === 'altered' && found.foundSha256 !== undefined && (
              <div className="sub">
                {words.found}
                {app.colon}
                <code className="digest">{found.foundSha256}</code>
              </div>
            )}
            <div className="sub">{words.at(clockTime(found.checkedAt))}</div>
          </div>
        )}
      </div>
      <Problem error={failure} />
    </div>
  );
}
