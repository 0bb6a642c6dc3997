import type { Fault } from './fault.ts';
import { createHeldSnapshot, createHeldWriter } from './faults/held.ts';
import { lomsFaults } from './faults/loms.ts';
import { networkFaults } from './faults/network.ts';
import { publisherFaults } from './faults/processes.ts';
import { serverFaults } from './faults/servers.ts';
import { yardFaults } from './faults/yard.ts';
import { databaseFaults } from './cluster/database-faults.ts';
import { kafkaFaults } from './cluster/kafka-faults.ts';
import { processFaults } from './cluster/process-faults.ts';
import type { ClusterRig } from './cluster/rig.ts';
import type { LomsRig } from './loms/rig.ts';
import type { YardRig } from './yard/rig.ts';

const endsSessions = ({ name }: Fault) => name.startsWith('postgres-');

/**
 * All faults of loms. While a writing transaction is held the publishers get no bound, and with it no reads
 * ahead and no floor. So it is held beside the network's faults only: those of processes, of the broker, of
 * Postgres itself and the random phase meet publishers that have both. A snapshot takes neither, and is held
 * from the beginning. What ends the sessions of Postgres comes after both.
 */
export const lomsCatalogue = (heldSeconds: number): readonly Fault<LomsRig>[] => [
  ...publisherFaults,
  ...lomsFaults,
  ...serverFaults.filter((fault) => !endsSessions(fault)),
  ...networkFaults,
  createHeldWriter(heldSeconds, networkFaults[0]?.name ?? ''),
  createHeldSnapshot(heldSeconds),
  ...serverFaults.filter(endsSessions),
];

const ofPublishers = ['publisher-kill', 'publisher-kill-once'];

/** All faults of the rocket yard; of those of the publishers, which loms has, only their deaths. */
export const yardCatalogue: readonly Fault<YardRig>[] = [
  ...yardFaults,
  ...publisherFaults.filter(({ name }) => ofPublishers.includes(name)),
  ...serverFaults.filter(({ name }) => name !== 'broker-disk'),
  ...networkFaults,
];

/** What happens to parts of servers, and to what processes stand on. */
export const clusterCatalogue: readonly Fault<ClusterRig>[] = [
  ...kafkaFaults,
  ...processFaults,
  ...databaseFaults,
];
