import { useState } from 'react';
import { useWords } from '../../app/settings.tsx';
import { Documents } from './documents.tsx';
import { Dossier } from './dossier.tsx';
import { Erasures } from './erasures.tsx';
import { Habilitation } from './habilitation.tsx';
import { Journal } from './journal.tsx';
import { Questions } from './questions.tsx';
import { Retention } from './retention.tsx';
import { Statistics } from './statistics.tsx';
import { Terms } from './terms.tsx';

const PARTS = ['journal', 'questions', 'statistics', 'retention', 'habilitations', 'dossier', 'documents'] as const;
type Part = (typeof PARTS)[number];

/** For those who control: what was done in the case and in the installation. It reads, and each reading is in the journal. */
export function ControlScreen() {
  const { app, control: words } = useWords();
  const [part, setPart] = useState<Part>('journal');
  return (
    <main id="main" tabIndex={-1} className="control-screen">
      <h2 className="hidden">{app.control}</h2>
      <nav aria-label={words.parts}>
        {PARTS.map((each) => (
          <button key={each} type="button" aria-pressed={each === part} onClick={() => setPart(each)}>
            {words[each].title}
          </button>
        ))}
      </nav>
      {part === 'journal' && <Journal />}
      {part === 'questions' && <Questions />}
      {part === 'statistics' && <Statistics />}
      {part === 'retention' && (
        <>
          <Retention />
          <Terms />
          <Erasures />
        </>
      )}
      {part === 'habilitations' && <Habilitation />}
      {part === 'dossier' && <Dossier />}
      {part === 'documents' && <Documents />}
    </main>
  );
}
