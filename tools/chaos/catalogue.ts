import type { BookingRig } from './booking/rig.ts';
import type { Fault } from './fault.ts';
import { bookingFaults } from './faults/booking.ts';
import { createHeldSnapshot, createHeldWriter } from './faults/held.ts';
import { lomsFaults } from './faults/loms.ts';
import { networkFaults } from './faults/network.ts';
import { publisherFaults } from './faults/processes.ts';
import { brokerStops, pvzFaults, whileUnwritable } from './faults/pvz.ts';
import { serverFaults } from './faults/servers.ts';
import { yardFaults } from './faults/yard.ts';
import { databaseFaults } from './cluster/database-faults.ts';
import { kafkaFaults } from './cluster/kafka-faults.ts';
import { processFaults } from './cluster/process-faults.ts';
import type { ClusterRig } from './cluster/rig.ts';
import type { LomsRig } from './loms/rig.ts';
import type { PvzRig } from './pvz/rig.ts';
import type { YardRig } from './yard/rig.ts';

const endsSessions = ({ name }: Fault) => name.startsWith('postgres-');

/**
 * All faults of loms. While a writing transaction is held, publishers get no bound, and so neither read ahead nor
 * advance their floors. It is therefore held during the network faults only, so that the faults of processes, of the
 * broker and of Postgres, and the random phase, meet publishers that do both. A snapshot prevents neither, and is
 * held from the beginning. Faults that end the sessions of Postgres come after both.
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

/** All faults of the rocket yard. Of the publishers' faults it has only their deaths; loms has the others. */
export const yardCatalogue: readonly Fault<YardRig>[] = [
  ...yardFaults,
  ...publisherFaults.filter(({ name }) => ofPublishers.includes(name)),
  ...serverFaults.filter(({ name }) => name !== 'broker-disk'),
  ...networkFaults,
];

const isOfKafka = ({ name }: Fault) => /^(broker|kafka)-/.test(name);
const ofPvz = [
  ...publisherFaults.filter(({ name }) => [...ofPublishers, 'publisher-freeze'].includes(name)),
  ...brokerStops,
  ...serverFaults.filter(({ name }) => !['broker-stop', 'broker-disk'].includes(name)),
  ...networkFaults,
];

/** All faults of the pick-up point. Events may be FAILED under those that keep the topic from being written. */
export const pvzCatalogue: readonly Fault<PvzRig>[] = [
  ...pvzFaults,
  ...ofPvz.map((fault) => (isOfKafka(fault) ? whileUnwritable(fault) : fault)),
];

/** All faults of the booking saga. */
export const bookingCatalogue: readonly Fault<BookingRig>[] = [
  ...bookingFaults,
  ...publisherFaults.filter(({ name }) =>
    [...ofPublishers, 'publisher-freeze', 'publisher-chaos'].includes(name),
  ),
  ...brokerStops.filter(({ name }) => name === 'broker-stop-3'),
  ...serverFaults.filter(({ name }) => name !== 'broker-disk'),
  ...networkFaults,
];

/** Faults of single servers out of several, and of what processes depend on. */
export const clusterCatalogue: readonly Fault<ClusterRig>[] = [
  ...kafkaFaults,
  ...processFaults,
  ...databaseFaults,
];
