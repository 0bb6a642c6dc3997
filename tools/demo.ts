// `make demo`: places orders in the running system, and prints tables of what became of them and their events.
import { parseArgs } from 'node:util';
import { loadSettings } from '../deploy/local/settings.ts';
import { demonstrateBooking } from './demo/booking.ts';
import { demonstrateLoms } from './demo/loms.ts';
import { demonstratePvz } from './demo/pvz.ts';
import { findRunningSystem, isUp, type RunningSystem } from './demo/running-system.ts';
import { demonstrateYard } from './demo/yard.ts';

const demonstrate = async (up: RunningSystem): Promise<boolean> => {
  const isLomsFine = await demonstrateLoms(up, { orders, ordersPerSecond });
  const half = (amount: number) => Math.ceil(amount / 2);
  const yard = { orders: half(orders), ordersPerSecond: half(ordersPerSecond) };
  const isYardFine = await demonstrateYard(up, yard);
  const isBookingFine = await demonstrateBooking(up);
  return (await demonstratePvz(up)) && isBookingFine && isYardFine && isLomsFine;
};

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '400' },
    rate: { type: 'string', default: '100' },
    help: { type: 'boolean', short: 'h' },
  },
});
const orders = Number(values.orders);
const ordersPerSecond = Number(values.rate);
const isAmount = (value: number, most: number) =>
  Number.isInteger(value) && value >= 1 && value <= most;
if (values.help) {
  console.log('node tools/demo.ts [--orders N] [--rate R]');
  console.log('  N orders, from 1 to 5,000 (400); R of them a second, from 1 to 1,000 (100);');
  console.log(
    '  half as many, half as fast, in the rocket yard; 40 for tickets, and 40 in the pick-up point',
  );
} else if (!isAmount(orders, 5_000) || !isAmount(ordersPerSecond, 1_000)) {
  console.error('--orders must be a whole number from 1 to 5,000, --rate one from 1 to 1,000.');
  process.exitCode = 1;
} else {
  const up = findRunningSystem(loadSettings(process.env));
  const isFine = (await isUp(up)) && (await demonstrate(up));
  console.log(isFine ? 'Nothing lost, nothing out of order.' : 'Something is off: see above.');
  process.exitCode = isFine ? 0 : 1;
}
