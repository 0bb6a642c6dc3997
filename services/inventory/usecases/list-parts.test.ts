import type { Part } from '../domain/part.ts';
import { listParts, type PartsWanted } from './list-parts.ts';

const filter = { partIds: [], names: [], categories: [], manufacturerCountries: [], tags: [] };
const ids = Array.from({ length: 5 }, (_, i) => `00000000-0000-4000-8000-00000000000${i}`);

const start = () => {
  const asked: PartsWanted[] = [];
  const list = listParts({
    selectParts: (wanted) => {
      asked.push(wanted);
      const found = ids.filter((id) => id > (wanted.afterId ?? '')).slice(0, wanted.limit);
      return Promise.resolve(found.map((partId) => ({ partId }) as Part));
    },
  });
  return { asked, list };
};

test('pages follow each other without a gap, and the last one says so', async () => {
  const { list } = start();
  const pages: string[][] = [];
  let pageToken = '';
  do {
    const page = await list({ filter, pageSize: 2, pageToken });
    pages.push(page.parts.map(({ partId }) => partId));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
});

test('a page that takes all is the last one', async () => {
  expect(await start().list({ filter, pageSize: 5, pageToken: '' })).toMatchObject({
    nextPageToken: '',
  });
});

test('a page without a size has a hundred', async () => {
  const { asked, list } = start();
  await list({ filter, pageSize: 0, pageToken: '' });
  expect(asked).toEqual([{ filter, afterId: undefined, limit: 101 }]);
});

test('a token that is none is refused before anything is read', async () => {
  const { asked, list } = start();
  const refused = list({ filter, pageSize: 2, pageToken: 'nonsense' });
  await expect(refused).rejects.toMatchObject({ reason: 'invalid-page-token' });
  expect(asked).toEqual([]);
});
