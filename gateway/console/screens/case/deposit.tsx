import { Button, type DropItem, DropZone, FileTrigger } from 'react-aria-components';
import { type Deposit as Item, useDeposits } from '../../app/deposits.tsx';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Meter } from '../../parts/meter.tsx';
import { Problem } from '../../parts/problem.tsx';

/** The way in: files are compared with the schedule, sent, and sealed by the gateway. */
export function Deposit() {
  const { deposit: words } = useWords();
  const { requisition } = useSession();
  const { list, add } = useDeposits();
  const isExpired = Date.parse(requisition.expires) <= Date.now();
  return (
    <section aria-labelledby="deposit-title" className="deposit">
      <h3 id="deposit-title">{words.title}</h3>
      {isExpired ? (
        <p className="absent">{words.expired}</p>
      ) : (
        <DropZone
          className="drop"
          aria-label={words.title}
          getDropOperation={() => 'copy'}
          onDrop={(event) => void filesOf(event.items).then(add)}
        >
          <p>{words.words}</p>
          <FileTrigger allowsMultiple onSelect={(files) => add([...(files ?? [])])}>
            <Button className="primary">{words.choose}</Button>
          </FileTrigger>
        </DropZone>
      )}
      <ul className="deposits">
        {list.map((item) => (
          <DepositRow key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

const filesOf = async (items: readonly DropItem[]): Promise<readonly File[]> =>
  Promise.all(items.filter((item) => item.kind === 'file').map((item) => item.getFile()));

const percent = (share: number): number => Math.floor(100 * share);

function DepositRow({ item }: { readonly item: Item }) {
  const { deposit: words } = useWords();
  const { pause, resume, forget } = useDeposits();
  const { state } = item;
  return (
    <li className={`deposit-${state.at}`}>
      <div className="deposit-name">
        <strong>{item.file.name}</strong>
        {item.piece !== undefined && <span className="sub">{item.piece}</span>}
        {item.sha256 !== undefined && <code className="digest">{item.sha256}</code>}
      </div>
      <div className="deposit-state" role="status">
        {(state.at === 'hashing' || state.at === 'sending') && <Meter share={state.share} label={item.file.name} />}
        {state.at === 'hashing' && words.hashing(percent(state.share))}
        {state.at === 'sending' && words.sending(percent(state.share))}
        {state.at === 'sending' && state.resumedShare > 0 && (
          <span className="sub"> · {words.resumed(percent(state.resumedShare))}</span>
        )}
        {state.at === 'sealing' && words.sealing}
        {state.at === 'sealed' && words.sealed}
        {state.at === 'already' && words.already}
        {state.at === 'paused' && words.paused}
        {state.at === 'notListed' && <span className="problem">{words.notListed}</span>}
        {state.at === 'refused' && <Problem error={state.error} />}
      </div>
      <div className="deposit-actions">
        {(state.at === 'sending' || state.at === 'hashing') && (
          <button type="button" className="quiet" onClick={() => pause(item.id)}>
            {words.stop}
          </button>
        )}
        {(state.at === 'paused' || state.at === 'refused') && (
          <button type="button" className="quiet" onClick={() => resume(item.id)}>
            {words.resume}
          </button>
        )}
        {!['sending', 'hashing', 'sealing'].includes(state.at) && (
          <button type="button" className="quiet" onClick={() => forget(item.id)}>
            {words.forget}
          </button>
        )}
      </div>
    </li>
  );
}
