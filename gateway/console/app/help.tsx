import { useEffect, useRef } from 'react';
import { useWords } from './settings.tsx';

/** The keys, on `?`: a dialog of the browser, which keeps the focus and gives it back. */
export function Help({ isOpen, onClose }: { readonly isOpen: boolean; onClose(): void }) {
  const { app, help } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={onClose}>
      <div className="section-head">
        <h2 id="help-title">{app.help}</h2>
        <button type="button" onClick={onClose}>
          {app.close}
        </button>
      </div>
      <div className="columns">
        {help.groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
