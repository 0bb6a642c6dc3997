import type { FuzzResult } from './run.ts';

const shownFaults = 20;

/** Formats the result of a run for people. */
export const formatResult = (result: FuzzResult): string => {
  const { strikes, answers, healthy, heapGrowthMiB, residentMiB, faults } = result;
  const counts = [...answers]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([what, count]) => `  ${what.padEnd(50)} ${String(count).padStart(7)}`);
  const lines = [
    ...counts,
    `strikes ${strikes}; valid calls answered ${healthy.answered}, the slowest in ${healthy.slowestMs.toFixed(0)} ms`,
    `heap ${heapGrowthMiB >= 0 ? '+' : ''}${heapGrowthMiB.toFixed(1)} MiB since the warm-up, ${residentMiB.toFixed(0)} MiB resident`,
    ...faults.slice(0, shownFaults).map((fault) => `FAULT ${fault}`),
  ];
  if (faults.length > shownFaults) lines.push(`… and ${faults.length - shownFaults} more`);
  lines.push(faults.length === 0 ? 'Nothing found.' : `${faults.length} faults.`);
  return lines.join('\n');
};
