import type { Fault } from './fault.ts';
import { createHeldSnapshot, createHeldWriter } from './faults/held.ts';
import { networkFaults } from './faults/network.ts';
import { processFaults } from './faults/processes.ts';
import { serverFaults } from './faults/servers.ts';

/**
 * All faults. While a writing transaction is held the publishers get no bound, and with it no reads ahead and no
 * floor. So it is held beside the network's faults only: those of processes, of the broker, of Postgres itself
 * and the random phase meet publishers that have both. A snapshot takes neither, and is held from the beginning.
 * What ends the sessions of Postgres comes after both.
 */
export const catalogue = (heldSeconds: number): readonly Fault[] => {
  const endsSessions = ({ name }: Fault) => name.startsWith('postgres-');
  return [
    ...processFaults,
    ...serverFaults.filter((fault) => !endsSessions(fault)),
    ...networkFaults,
    createHeldWriter(heldSeconds, networkFaults[0]?.name ?? ''),
    createHeldSnapshot(heldSeconds),
    ...serverFaults.filter(endsSessions),
  ];
};
