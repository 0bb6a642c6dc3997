import { lomsCatalogue as catalogue } from './catalogue.ts';
import { networkFaults } from './faults/network.ts';

test("a writing transaction is held beside the network's faults and no others", () => {
  const faults = catalogue(180);
  const names = faults.map(({ name }) => name);
  const writer = names.indexOf('held-writer');
  const begins = names.indexOf(faults[writer]?.beginsBefore ?? '');
  expect(names.slice(begins, writer)).toEqual(networkFaults.map(({ name }) => name));
});

test('only the snapshot is held from the beginning', () => {
  const fromBeginning = catalogue(180).filter((fault) => fault.begin && !fault.beginsBefore);
  expect(fromBeginning.map(({ name }) => name)).toEqual(['held-snapshot']);
});
