import { readsOf, type UseCasesParts } from './reads.ts';
import type { StuckUseCases } from './rpc/stuck-service.ts';
import { listFacts } from './store/facts.ts';
import { listHeld } from './store/held.ts';
import { listIgnored, saveIgnored } from './store/ignored.ts';
import { listUnwritable } from './store/status.ts';
import { groupLetters, groupParked } from './store/stuck-inbox.ts';
import { groupFailed } from './store/stuck-outbox.ts';
import { listStuckOrders } from './store/stuck-sagas.ts';
import { groupSagas } from './usecases/group-sagas.ts';
import { ignoreCause } from './usecases/ignore-cause.ts';
import { listStuck } from './usecases/list-stuck.ts';

/** Creates the use cases on what is stuck. */
export const createStuckUseCases = (parts: UseCasesParts): StuckUseCases => {
  const { reading, changing, systems = [] } = parts;
  const reads = readsOf(parts);
  return {
    listStuck: listStuck({
      ...reads,
      groupFailed: groupFailed(reading),
      groupLetters: groupLetters(reading),
      groupParked: groupParked(reading),
      groupSagas: groupSagas({
        systems,
        loadNow: reads.loadNow,
        listStuckOrders: listStuckOrders(reading),
        listFacts: listFacts(reading),
      }),
      listHeld: listHeld(reading),
      listUnwritable: listUnwritable(reading),
      listIgnored: listIgnored(reading),
    }),
    ignoreCause: ignoreCause({
      newId: changing.clock.newId,
      now: changing.clock.now,
      saveIgnored: saveIgnored(changing),
    }),
  };
};
