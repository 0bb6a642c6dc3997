import type { Fault } from './fault.ts';
import { createHeldFault } from './faults/held.ts';
import { networkFaults } from './faults/network.ts';
import { processFaults } from './faults/processes.ts';
import { serverFaults } from './faults/servers.ts';

/** All faults. What ends the sessions of Postgres comes after the transactions that are held for long. */
export const catalogue = (heldSeconds: number): readonly Fault[] => {
  const endsSessions = ({ name }: Fault) => name.startsWith('postgres-');
  return [
    ...processFaults,
    ...serverFaults.filter((fault) => !endsSessions(fault)),
    ...networkFaults,
    createHeldFault(heldSeconds),
    ...serverFaults.filter(endsSessions),
  ];
};
