import type { Part } from '../../../testing/engines/part.ts';
import type { NotifierKill } from './rig.ts';

const shown = 5;

/** What pvz-notifier has logged, over all its lives. */
export interface Heard {
  /** Reads on in its log; returns the ids of all events that it has logged. */
  read(): ReadonlySet<string>;
  /** Descriptions of what it should not have logged, and of kills after which it went on at a wrong place. */
  faults(): string[];
}

export const followNotifier = ({
  notifier,
  kills,
}: {
  notifier: Pick<Part, 'lines'>;
  kills: readonly NotifierKill[];
}): Heard => {
  const ids = new Set<string>();
  const faults: string[] = [];
  let nextLine = 0;
  let highest = -1;
  let judgedKills = 0;
  const judgeKills = (offset: number) => {
    for (let kill = kills[judgedKills]; kill && kill.lines <= nextLine; kill = kills[judgedKills]) {
      if (!goesOnAt(kill, offset, highest))
        faults.push(
          `killed after offset ${highest}, with ${kill.committed} committed, pvz-notifier went on at ${offset}`,
        );
      judgedKills += 1;
    }
  };
  const read = () => {
    const lines = notifier.lines();
    for (; nextLine < lines.length; nextLine += 1) {
      const line = lines[nextLine] ?? '';
      if (/ORDER VIOLATION|poison message/.test(line)) faults.push(line);
      const [, place, id] = isEvent.exec(line) ?? [];
      if (id === undefined) continue;
      const offset = Number(place);
      judgeKills(offset);
      highest = Math.max(highest, offset);
      ids.add(id);
    }
    return ids;
  };
  return { read, faults: () => faults.slice(0, shown) };
};

const goesOnAt = ({ committed }: NotifierKill, offset: number, highest: number): boolean =>
  committed <= offset && offset <= highest + 1;

// a line that was cut off when the process died does not count
const isEvent = /"offset":(\d+),.*"event":\{"event_id":"([0-9a-f-]{36})".*\}$/;
