import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../../interface/client.ts';
import { Unreachable } from '../api/client.ts';
import { digestOf } from '../api/digest.ts';
import { routeTo } from '../api/routes.ts';
import { upload } from '../api/upload.ts';
import { useCaseData } from './case-data.tsx';
import { useSession } from './session.tsx';

// Files on their way into the case. They go on while another screen is shown.

export type DepositState =
  | { readonly at: 'hashing'; readonly share: number }
  | { readonly at: 'notListed' }
  | { readonly at: 'sending'; readonly share: number; readonly resumedShare: number }
  | { readonly at: 'sealing' }
  | { readonly at: 'sealed' }
  | { readonly at: 'already' }
  | { readonly at: 'paused' }
  | { readonly at: 'refused'; readonly error: unknown };

export interface Deposit {
  readonly id: number;
  readonly file: File;
  readonly piece: string | undefined;
  readonly sha256: string | undefined;
  readonly state: DepositState;
}

interface Deposits {
  readonly list: readonly Deposit[];
  add(files: readonly File[]): void;
  pause(id: number): void;
  resume(id: number): void;
  forget(id: number): void;
}

const Context = createContext<Deposits | undefined>(undefined);

export function useDeposits(): Deposits {
  const deposits = useContext(Context);
  if (deposits === undefined) throw new Error('outside DepositsProvider');
  return deposits;
}

const PAUSED = new DOMException('paused', 'AbortError');

export function DepositsProvider({ children }: { readonly children: ReactNode }) {
  const { api, caseId, requisition } = useSession();
  const { refresh } = useCaseData();
  const [list, setList] = useState<readonly Deposit[]>([]);
  const next = useRef(1);
  const stops = useRef(new Map<number, AbortController>());

  const change = useCallback((id: number, part: Partial<Deposit>) => {
    setList((before) => before.map((deposit) => (deposit.id === id ? { ...deposit, ...part } : deposit)));
  }, []);

  const send = useCallback(
    async (id: number, file: File, piece: string, sha256: string, signal: AbortSignal) => {
      const { exhibits } = await api.get<Schemas['ListExhibitsAnswer']>(
        routeTo('/api/v1/cases/{caseId}/exhibits', { caseId }),
        signal,
      );
      const same = exhibits.filter((exhibit) => exhibit.sha256 === sha256);
      if (same.some(({ state }) => state === 'sealed')) return change(id, { state: { at: 'already' } });
      let resumedShare = 0;
      await upload(api, {
        file,
        piece,
        resumeId: same.find(({ state }) => state === 'receiving')?.id,
        signal,
        onStart: (sent) => {
          resumedShare = file.size === 0 ? 0 : sent / file.size;
        },
        onProgress: (sent) => {
          const share = file.size === 0 ? 1 : sent / file.size;
          change(id, { state: share >= 1 ? { at: 'sealing' } : { at: 'sending', share, resumedShare } });
        },
      });
      change(id, { state: { at: 'sealed' } });
      await refresh();
    },
    [api, caseId, change, refresh],
  );

  const run = useCallback(
    async (id: number, file: File, known: { piece: string; sha256: string } | undefined) => {
      const stop = new AbortController();
      stops.current.set(id, stop);
      try {
        const sha256 =
          known?.sha256 ??
          (await digestOf(
            file,
            (bytes) => change(id, { state: { at: 'hashing', share: file.size === 0 ? 1 : bytes / file.size } }),
            stop.signal,
          ));
        const piece = known?.piece ?? requisition.exhibits.find((listed) => listed.sha256 === sha256)?.piece;
        if (piece === undefined) return change(id, { sha256, state: { at: 'notListed' } });
        change(id, { sha256, piece, state: { at: 'sending', share: 0, resumedShare: 0 } });
        await send(id, file, piece, sha256, stop.signal);
      } catch (error) {
        const isPause = error === PAUSED || error instanceof Unreachable;
        change(id, { state: isPause ? { at: 'paused' } : { at: 'refused', error } });
        await refresh();
      } finally {
        stops.current.delete(id);
      }
    },
    [change, refresh, requisition, send],
  );

  const deposits = useMemo<Deposits>(
    () => ({
      list,
      add(files) {
        for (const file of files) {
          const id = next.current++;
          const state: DepositState = { at: 'hashing', share: 0 };
          setList((before) => [...before, { id, file, piece: undefined, sha256: undefined, state }]);
          void run(id, file, undefined);
        }
      },
      pause: (id) => stops.current.get(id)?.abort(PAUSED),
      resume(id) {
        const deposit = list.find((each) => each.id === id);
        if (deposit === undefined) return;
        const { file, piece, sha256 } = deposit;
        void run(id, file, piece === undefined || sha256 === undefined ? undefined : { piece, sha256 });
      },
      forget: (id) => setList((before) => before.filter((deposit) => deposit.id !== id)),
    }),
    [list, run],
  );
  return <Context value={deposits}>{children}</Context>;
}
