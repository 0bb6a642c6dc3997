import type { ChaosSystem } from '../system.ts';
import { openBookingClients } from './clients.ts';
import { answerAll, answersAreTrue, drained, measureFlow } from './flow.ts';
import { startLoad, type Told } from './load.ts';
import { startBookingRig, type BookingRig } from './rig.ts';
import { createJudge } from './verdict.ts';
import { bookingWords } from './words.ts';

/** The booking saga, with two replicas of everything. */
export const bookingSystem: ChaosSystem<BookingRig> = {
  name: 'booking',
  processes: 'Redis, two each of booking, payment, ticket and the publisher',
  words: bookingWords,
  start: startBookingRig,
  play: (rig) => {
    const clients = rig.bookings.flatMap(({ url, grpcPort }) =>
      openBookingClients({ httpUrl: url, grpcUrl: `http://127.0.0.1:${grpcPort}` }),
    );
    const told: Told = { placed: new Map(), contradictions: [] };
    const load = { clients, told };
    return {
      startLoad: (ordersPerSecond) => startLoad(load, ordersPerSecond),
      measureFlow: () => measureFlow(rig, load),
      drain: async () => {
        await answerAll(load);
        await drained(rig);
        await answersAreTrue(rig, clients, told);
      },
      judge: createJudge(rig, told),
    };
  },
};
