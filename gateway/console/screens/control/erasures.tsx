import { routeTo } from '../../api/routes.ts';
import type { ErasureBody } from '../../api/types.ts';
import { useFetched } from '../../app/fetched.ts';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';
import { saveAs } from '../../parts/zip.ts';

/** Cases that are gone, each with its certificate. */
export function Erasures() {
  const { control: words } = useWords();
  const { value, error } = useFetched<{ erasures: readonly ErasureBody[] }>(routeTo('/api/v1/erasures', {}));
  return (
    <section aria-labelledby="erasures-title">
      <h3 id="erasures-title">{words.erasures.title}</h3>
      <Problem error={error} />
      {value?.erasures.length === 0 && <p className="sub">{words.erasures.none}</p>}
      <ul>
        {value?.erasures.map((erasure) => (
          <li key={erasure.caseId} className="row">
            <code>{erasure.caseId}</code>
            <span>{erasure.ground}</span>
            <span>{erasure.finishedAt === undefined ? words.erasures.running : clockTime(erasure.finishedAt)}</span>
            {erasure.certificate !== undefined && (
              <button
                type="button"
                onClick={() =>
                  saveAs(
                    new Blob([erasure.certificate ?? ''], { type: 'application/json' }),
                    `certificate-${erasure.caseId}.json`,
                  )
                }
              >
                {words.erasures.certificate}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
