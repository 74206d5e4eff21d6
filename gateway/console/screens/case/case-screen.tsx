import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Retention } from '../control/retention.tsx';
import { Deposit } from './deposit.tsx';
import { Exhibits } from './exhibits.tsx';

/** The exhibits of the case: what is there, how it was looked at, and the way in for more. */
export function CaseScreen() {
  const { role } = useSession();
  const words = useWords();
  return (
    <main id="main" tabIndex={-1} className="case-screen">
      <h2 className="hidden">{words.app.case}</h2>
      <Exhibits />
      {role === 'agent' && <Deposit />}
      <Retention />
    </main>
  );
}
