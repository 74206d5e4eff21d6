import type { ReactNode } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { DossierStateBody } from '../../api/types.ts';
import { useFetched } from '../../app/fetched.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useRefusalWords } from '../../parts/refusals.ts';
import { clockDay, clockTime } from '../../parts/time.ts';

/** The compliance dossier as it stands, for who controls an installation that processes. */
export function Dossier() {
  const { value, error } = useFetched<DossierStateBody>(routeTo('/api/v1/compliance/dossier', {}));
  return (
    <>
      <Problem error={error} />
      {value !== undefined && <DossierState state={value} />}
    </>
  );
}

/** What was signed, whether it holds and covers what the build can do; and in safe mode why, in plain words. */
export function DossierState({ state }: { readonly state: DossierStateBody }) {
  const { control } = useWords();
  const words = control.dossier;
  const { dossier, signers, warnings } = state;
  return (
    <section aria-labelledby="dossier-title" className="dossier">
      <h3 id="dossier-title">{words.title}</h3>
      {state.processes ? (
        <p role="status" className="check sound">
          <strong>{words.processes(`${state.software.name} ${state.software.version}`)}</strong>
        </p>
      ) : (
        <SafeMode causes={state.causes} />
      )}
      <Standing state={state} />
      {warnings.length > 0 && (
        <>
          <h4>{words.warnings}</h4>
          <ul className="lines">
            {warnings.map((each) => (
              <li key={each}>
                <code>{each}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      {dossier !== undefined && <Papers dossier={dossier} />}
      {dossier !== undefined && (
        <>
          <h4>{words.signatures}</h4>
          {signers.length === 0 && <p className="sub">{words.noSigner}</p>}
          <ul className="lines">
            {signers.map(({ role, office, kid, signedAt }) => (
              <li key={kid}>
                <strong>{words.signers[role] ?? role}</strong> · {office} · {clockTime(signedAt)}
                <code className="digest">{kid}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      <Capability state={state} />
    </section>
  );
}

function SafeMode({ causes }: { readonly causes: DossierStateBody['causes'] }) {
  const { control } = useWords();
  const words = control.dossier;
  const sentenceOf = useRefusalWords();
  return (
    <div role="status" className="check unsound">
      <strong>{words.safeMode}</strong>
      <p>{words.safeModeMeans}</p>
      <ul className="lines">
        {causes.map(({ step, code, detail }) => (
          <li key={`${step} ${detail}`}>
            <strong>{words.steps[step] ?? step}</strong> · {sentenceOf(code)} <code>{code}</code>
            {detail !== '' && (
              <div>
                {words.detail} <code>{detail}</code>
              </div>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Whether the dossier that lies there now holds: another thing than what work stands on, which stays closed until the next start. */
function Standing({ state: { holds, refusal, noNewJob, processes, dossier } }: { readonly state: DossierStateBody }) {
  const { control } = useWords();
  const words = control.dossier;
  const sentenceOf = useRefusalWords();
  if (refusal !== undefined)
    return (
      <div className="problem">
        {dossier === undefined ? words.absent : words.doesNotHold} {sentenceOf(refusal.code)}{' '}
        <code>{refusal.code}</code>
        {refusal.detail !== '' && (
          <div>
            {words.detail} <code>{refusal.detail}</code>
          </div>
        )}
      </div>
    );
  return (
    <>
      {noNewJob !== undefined && (
        <p className="problem">
          {words.noNewJob} <code>{noNewJob}</code>
        </p>
      )}
      {holds && !processes && <p className="warn">{words.untilStart}</p>}
    </>
  );
}

function Papers({ dossier }: { readonly dossier: NonNullable<DossierStateBody['dossier']> }) {
  const { control } = useWords();
  const words = control.dossier;
  const nameOf = useName();
  const { engagement, aipd, techfile, aia, software, controller } = dossier;
  return (
    <div className="papers">
      <Paper title={words.dossier} reference={dossier.title} digest={dossier.sha256}>
        <Fact name={words.version}>
          {dossier.version} ({dossier.id})
        </Fact>
        <Fact name={words.covers}>{words.versions(software.name, software.from, software.below)}</Fact>
        <Fact name={words.controller}>
          {nameOf(controller.type)} · {controller.unitCode}
        </Fact>
        <Fact name={words.sites}>{dossier.sites.join(' ; ')}</Fact>
        <Fact name={words.journal}>{words.years(dossier.journalRetentionYears)}</Fact>
      </Paper>
      <Paper title={words.engagement} reference={engagement.reference} digest={engagement.proofSha256} of={words.proof}>
        <Fact name={words.signatory}>{engagement.signatory}</Fact>
        <Fact name={words.sentAt}>{clockTime(engagement.sentAt)}</Fact>
      </Paper>
      <Paper title={words.aipd} reference={aipd.reference} digest={aipd.sha256}>
        <Fact name={words.version}>{aipd.version}</Fact>
        <Fact name={words.approvedAt}>{clockTime(aipd.approvedAt)}</Fact>
        <Fact name={words.reviewAt}>{clockDay(aipd.reviewAt)}</Fact>
        <Fact name={words.dpoOpinion}>{aipd.dpoOpinion}</Fact>
      </Paper>
      <Paper title={words.techfile} reference={techfile.reference} digest={techfile.sha256} />
      {aia !== undefined && <Paper title={words.aia} reference={aia.reference} digest={aia.sha256} />}
    </div>
  );
}

function Paper({
  title,
  reference,
  digest,
  of,
  children,
}: {
  readonly title: string;
  readonly reference: string;
  readonly digest: string;
  /** What the digest is of, where it is not of the paper itself. */
  readonly of?: string;
  readonly children?: ReactNode;
}) {
  const { control } = useWords();
  return (
    <article>
      <h4>{title}</h4>
      <p>{reference}</p>
      <dl>
        {children}
        <Fact name={of ?? control.dossier.digest}>
          <code className="digest">{digest}</code>
        </Fact>
      </dl>
    </article>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Capability({ state: { capability, dossier } }: { readonly state: DossierStateBody }) {
  const { control } = useWords();
  const words = control.dossier;
  const nameOf = useName();
  const { covered, wider, narrower, models } = capability;
  return (
    <>
      <h4>{words.capability}</h4>
      {covered !== undefined && (
        <p className={covered ? 'check sound' : 'check unsound'}>{covered ? words.covered : words.notCovered}</p>
      )}
      <Lines title={words.wider(wider.length)} lines={wider} isOpen />
      <Lines title={words.narrower(narrower.length)} lines={narrower} />
      <p className="sub">{words.counts(capability.routes, capability.packages)}</p>
      <Lines title={words.operations(capability.operations.length)} lines={capability.operations.map(nameOf)} />
      <Lines title={words.classes(capability.classes.length)} lines={capability.classes.map(nameOf)} />
      <Lines
        title={words.models(models.length)}
        lines={models.map(({ name, sha256, labels }) => `${name} · ${labels.join(', ')} · ${sha256}`)}
      />
      <dl>
        <Fact name={words.runningDigest}>
          <code className="digest">{capability.sha256}</code>
        </Fact>
        {dossier !== undefined && (
          <Fact name={words.approvedDigest}>
            <code className="digest">{dossier.capabilitySha256}</code>
          </Fact>
        )}
      </dl>
    </>
  );
}

function Lines({
  title,
  lines,
  isOpen = false,
}: {
  readonly title: string;
  readonly lines: readonly string[];
  readonly isOpen?: boolean;
}) {
  if (lines.length === 0) return null;
  return (
    <details open={isOpen}>
      <summary>{title}</summary>
      <ul className="lines">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
