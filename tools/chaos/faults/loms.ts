import type { Fault } from '../fault.ts';
import type { LomsRig } from '../loms/rig.ts';
import { frozen, killedInTurn } from './processes.ts';

export const lomsFaults: readonly Fault<LomsRig>[] = [
  {
    name: 'loms-freeze',
    title: 'loms stopped (SIGSTOP) in the middle of requests, then continued',
    isForRandom: true,
    seconds: 5,
    run: frozen(({ loms }) => loms),
  },
  {
    name: 'notifier-kill',
    title: 'kill -9 of each notifier in turn',
    isForRandom: true,
    seconds: 2,
    run: killedInTurn(({ notifiers }) => notifiers),
  },
  {
    name: 'loms-kill',
    title: 'kill -9 of loms',
    isForRandom: true,
    run: killedInTurn(({ loms }) => [loms]),
  },
];
