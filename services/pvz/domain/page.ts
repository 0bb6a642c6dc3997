/** A page of a list: how many items, after how many others. */
export interface Page {
  size: number;
  offset: number;
}

export interface PageOf<Item> {
  items: Item[];
  /** Whether another page follows. */
  hasMore: boolean;
}

const usualSize = 20;

/** Reads a request's page: numbers count from 1, and 0 stands for the default of both. */
export const toPage = ({ page, pageSize }: { page: number; pageSize: number }): Page => {
  const size = pageSize === 0 ? usualSize : pageSize;
  return { size, offset: (Math.max(page, 1) - 1) * size };
};
