import type { RetentionReport } from '../../../retention/types.ts';
import { routeTo } from '../../api/routes.ts';
import { useFetched } from '../../app/fetched.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';

/** Terms of every case of the installation, and what is overdue. */
export function Terms() {
  const { control } = useWords();
  const words = control.terms;
  const nameOf = useName();
  const { value, error } = useFetched<RetentionReport>(routeTo('/api/v1/retention', {}));
  const late = value === undefined ? 0 : value.overdue.purges + value.overdue.orders + value.overdue.quarantines;
  return (
    <section aria-labelledby="terms-title">
      <h3 id="terms-title">{words.title}</h3>
      <Problem error={error} />
      {value !== undefined && (
        <>
          <p className={late === 0 ? 'sub' : 'problem'}>{late === 0 ? words.nothingLate : words.late(late)}</p>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.case}</th>
                <th scope="col">{words.state}</th>
                <th scope="col">{words.opened}</th>
                <th scope="col">{words.due}</th>
              </tr>
            </thead>
            <tbody>
              {value.cases.map((each) => (
                <tr key={each.id} className={each.isOverdue ? 'refused' : ''}>
                  <td>
                    <code>{each.id}</code>
                  </td>
                  <td>{nameOf(each.state)}</td>
                  <td>{clockTime(each.openedAt)}</td>
                  <td>
                    {clockTime(each.eraseDue)} {each.isExtended && words.extended}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
