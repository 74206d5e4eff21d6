import { routeTo } from '../../api/routes.ts';
import type { StatisticsBody } from '../../api/types.ts';
import { useFetched } from '../../app/fetched.ts';
import { useSettings } from '../../app/settings.tsx';
import { BarRows } from '../../parts/bar-rows.tsx';
import { Problem } from '../../parts/problem.tsx';

/** Figures of the installation, counted by the gateway from its journal alone. */
export function Statistics() {
  const { words, language } = useSettings();
  const { value, error } = useFetched<StatisticsBody>(routeTo('/api/v1/statistics', {}));
  const own = words.control.statistics;
  const nameOf = (name: string) => (own.measures as Readonly<Record<string, string>>)[name] ?? name;
  return (
    <section aria-labelledby="statistics-title">
      <h3 id="statistics-title">{own.title}</h3>
      <Problem error={error} />
      {value !== undefined && (
        <>
          <p className="sub">
            {value.from} – {value.to} · {own.log(value.log.size)} <code>{value.log.root}</code>
          </p>
          <p>{value.useDefinition[language]}</p>
          <div className="columns">
            <div>
              <h4>{own.totals}</h4>
              <table>
                <tbody>
                  {Object.entries(value.totals).map(([name, count]) => (
                    <tr key={name}>
                      <th scope="row">{nameOf(name)}</th>
                      <td className="number">{count.toLocaleString(language, { maximumFractionDigits: 3 })}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <div>
              <h4>{own.usesByMonth}</h4>
              <BarRows
                rows={(value.tables.month ?? []).map(({ name, counts }) => ({ name, value: counts.uses ?? 0 }))}
              />
              <h4>{own.usesByFramework}</h4>
              <BarRows
                rows={(value.tables.framework ?? []).map(({ name, counts }) => ({
                  name: words.names[name] ?? name,
                  value: counts.uses ?? 0,
                }))}
              />
              <h4>{own.refusals}</h4>
              <BarRows rows={value.refusalsByCode.map(({ name, count }) => ({ name, value: count }))} />
            </div>
            <div>
              <h4>{own.models}</h4>
              <ul>
                {value.models.map(({ sha256, wasAdmitted }) => (
                  <li key={sha256}>
                    <code className="digest">{sha256}</code> {wasAdmitted ? own.admitted : own.notAdmitted}
                  </li>
                ))}
              </ul>
              <p className={value.noOtherModelRan === true ? 'sub' : 'warn'}>
                {value.noOtherModelRan === undefined
                  ? own.modelsUnknown
                  : value.noOtherModelRan
                    ? own.noOther
                    : own.other}
              </p>
            </div>
          </div>
        </>
      )}
    </section>
  );
}
